"""A sensor that says nothing is no good tyre, a fall that is not sure is no date, low is what the fleet says."""

import pytest
from sqlalchemy import delete, insert, select, update

from console.reckoning.wheels import slope
from streams.store import deeds, schema
from streams.store.store import rows_of

API = "/api/v1"
DAY_S = 86_400.0


def points(*kpa, every_s=3_600.0):
    return [{"start": k * every_s, "cold_kpa": one} for k, one in enumerate(kpa)]


def test_a_fall_is_sure_only_where_its_interval_says_so():
    falling, most = slope(points(*(800.0 - 2.0 * k for k in range(8))))
    assert falling == pytest.approx(-2.0)
    assert most < 0
    falling, most = slope(points(800, 790, 803, 791, 802, 789, 800))
    assert falling < 0 < most
    assert slope(points(800, 799, 798))[1] != slope(points(800, 799, 798))[1]  # too few to be sure: NaN


def wheels(house, vehicle="a/V0", login="manager"):
    found = house.client(login).get(f"{API}/tyres").json()["items"]
    return {one["wheel"]: one for row in found if row["vehicle"] == vehicle for one in row["tyres"]}


@pytest.fixture
def drove(house):
    """When a/V0 drove last, by the record."""
    segments = schema.segments
    with house.world.store.reading() as connection:
        query = select(segments.c.end).where(segments.c.fleet_id == "a", segments.c.vehicle_id == "V0")
        return max(connection.execute(query).scalars())


def held(house, wheel, start, kpa):
    table = schema.tyre_points
    row = dict.fromkeys(table.c.keys())
    with house.world.store.writing() as connection:
        known = rows_of(connection, select(table).limit(1))
        row = known[0] if known else row
        same = {"fleet_id": "a", "vehicle_id": "V0", "wheel": wheel, "start": start, "cold_kpa": kpa}
        connection.execute(insert(table), row | same)


def test_receivers_that_stop_together_are_silent_and_a_planned_wheel_is_listed(house, drove):
    before = wheels(house)
    assert set(before) >= {"1L", "2L"}
    table = schema.tyre_points
    with house.world.store.writing() as connection:
        mine = (table.c.fleet_id == "a", table.c.vehicle_id == "V0")
        connection.execute(update(table).where(*mine).values(start=table.c.start - 2 * DAY_S))
    after = wheels(house)
    assert {one["state"] for one in after.values()} == {"silent"}
    assert {one["hours_to_threshold"] for one in after.values()} == {None}


FALLING = [790.0 - 2.0 * k for k in range(8)]
SCATTERED = [790.0, 780.0, 793.0, 781.0, 792.0, 779.0, 790.0, 778.0]


@pytest.mark.parametrize("kpa, ago_s, told", [(FALLING, 0, True), (SCATTERED, 0, False), (FALLING, 1.5 * DAY_S, False)])
def test_a_date_is_told_of_a_fall_that_is_sure_and_of_a_tyre_that_is_heard_of(house, drove, kpa, ago_s, told):
    table = schema.tyre_points
    with house.world.store.writing() as connection:
        mine = (table.c.fleet_id == "a", table.c.vehicle_id == "V0", table.c.wheel == 0)
        connection.execute(delete(table).where(*mine))
    for k, one in enumerate(kpa):
        held(house, 0, drove - ago_s - 3_600.0 * (len(kpa) - 1 - k), one)
    tyre = wheels(house)["1L"]
    assert tyre["slope_kpa_h"] < 0
    assert (tyre["hours_to_threshold"] is not None) is told


def test_low_is_what_the_fleet_says_it_is(house, drove):
    held(house, 0, drove, 800 * 0.93)
    assert wheels(house)["1L"]["state"] == "good"
    said = {"fleet_id": "a", "section": "thresholds", "name": "tyre_low", "actor": "manager", "at": drove}
    with house.world.store.writing() as connection:
        connection.execute(insert(deeds.fleet_settings), said | {"value": '{"level1_pct": {"truck": 5.0}}'})
    assert wheels(house)["1L"]["state"] == "low"


def found(house, state):
    rows = house.client("manager").get(f"{API}/tyres", params={"state": state}).json()["items"]
    return [one["vehicle"] for one in rows]


def test_a_low_tyre_that_is_no_longer_driven_on_is_flat(house, drove):
    held(house, 0, drove + 1.0, 800 * 0.76)
    assert ("a/V0" in found(house, "low"), "a/V0" in found(house, "flat")) == (True, False)
    held(house, 0, drove + 2.0, 800 * 0.70)
    assert "a/V0" in found(house, "flat")
