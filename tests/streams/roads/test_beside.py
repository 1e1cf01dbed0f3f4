"""Beside: distance, direction, both ways, the vehicle's class, and the hour in the fleet's time zone."""

import numpy as np
import pytest

from streams.fleets.batch import assemble
from streams.fleets.fleet import Fleet
from streams.replay import Assumed
from streams.roads.beside import Roads


def near(table, samples, klass="car", zone="UTC", reach=60.0):
    """The rows of the first sample, as dictionaries."""
    fleet = Fleet(Assumed(klass, zone))
    batch, _ = assemble(samples, fleet.slots(samples.vehicles), np.empty(0, np.int64))
    batch = Roads(table, reach).beside(batch, fleet.columns())
    rows = batch.roads[batch.road_bounds[0] : batch.road_bounds[1]]
    return [dict(zip(rows.dtype.names, row, strict=True)) for row in rows.tolist()]


def test_distance_and_direction_to_the_mm(city, along):
    table = city.table(city.line((0, 0), (1000, 0), highway="primary", maxspeed="36"))
    ahead, back = near(table, along([500, 501], 12.0))
    assert ahead["away"] == back["away"] == pytest.approx(12.0, abs=0.01)
    assert ahead["away"] * 1000 == pytest.approx(round(ahead["away"] * 1000))
    assert {(row["north"], row["east"]) for row in (ahead, back)} == {(0.0, 1.0), (0.0, -1.0)}
    assert ahead["limit"] == pytest.approx(10.0)


def test_beyond_reach_there_is_nothing(city, along):
    table = city.table(city.line((0, 0), (1000, 0), highway="primary", maxspeed="36"))
    assert near(table, along([500, 501], 61.0)) == []
    assert near(table, along([1070, 1071], 0.0)) == []
    assert len(near(table, along([1050, 1051], 0.0))) == 2


def test_a_one_way_road_is_driven_one_way(city, along):
    drawn = {"highway": "primary", "maxspeed": "50"}
    for oneway, east in (("yes", 1.0), ("-1", -1.0)):
        (row,) = near(city.table(city.line((0, 0), (1000, 0), oneway=oneway, **drawn)), along([500, 501], 5.0))
        assert row["east"] == east


def test_each_class_sees_its_own_limit(city, along):
    table = city.table(city.line((0, 0), (1000, 0), highway="motorway", maxspeed="none", maxspeed__hgv="80"))
    limits = {klass: near(table, along([500, 501], 0.0), klass)[0]["limit"] for klass in ("car", "truck")}
    assert limits == {"car": np.inf, "truck": pytest.approx(80 / 3.6)}


@pytest.mark.parametrize(("zone", "kmh"), [("UTC", 50), ("Asia/Shanghai", 30)])  # 15:06 and 23:06
def test_the_night_is_that_of_the_fleets_time_zone(city, along, zone, kmh):
    table = city.table(
        city.line((0, 0), (1000, 0), highway="primary", maxspeed="50", maxspeed__conditional="30 @ (22:00-06:00)")
    )
    assert near(table, along([500, 501], 0.0), zone=zone)[0]["limit"] == pytest.approx(kmh / 3.6)


def test_no_position_has_nothing_beside_it(city, along):
    table = city.table(city.line((0, 0), (1000, 0), highway="primary", maxspeed="50"))
    assert near(table, along([500, 501], 0.0, lat=np.nan)) == []
