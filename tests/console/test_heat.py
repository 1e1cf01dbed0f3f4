"""Where events happen: squares with counts, and nothing of a square that only a few vehicles were in."""

from itertools import count

import pytest
from sqlalchemy import delete, insert, select

from streams.store import schema
from streams.store.store import rows_of

API = "/api/v1"
WHEN = {"from": "90000", "to": "110000", "res": 0.1}
CROWD, FEW = (20.01, 30.09), (-20.01, -30.09)  # places: three vehicles were at the first, two at the other


@pytest.fixture
def events(house):
    """Six events of three vehicles at one place, four of two vehicles at another, long ago."""
    table, number = schema.events, count()
    with house.world.store.reading() as connection:
        like = rows_of(connection, select(table).limit(1))[0]

    def happened(vehicle, kind, place):
        told = {"event_id": f"heat {next(number)}", "fleet_id": "a", "vehicle_id": vehicle, "kind": kind}
        return like | told | {"start": 100_000.0, "lat_deg": place[0], "lon_deg": place[1]}

    rows = [happened(name, kind, CROWD) for name in ("V0", "V1", "V2") for kind in ("harsh_braking", "speeding")]
    rows += [happened(name, "speeding", FEW) for name in ("V0", "V0", "V0", "V1")]
    with house.world.store.writing() as connection:
        connection.execute(insert(table), rows)
    yield
    with house.world.store.writing() as connection:
        connection.execute(delete(table).where(table.c.event_id.startswith("heat ")))


def heat(house, login, **more):
    answer = house.client(login).get(f"{API}/heat", params=WHEN | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("events")
def test_a_square_tells_its_middle_and_counts_and_one_of_few_vehicles_only_that_it_is_there(house):
    found = heat(house, "viewer")
    assert found["cells"] == [{"lat": 20.05, "lon": 30.05, "events": 6, "vehicles": 3}]
    assert (found["least"], found["hidden"]) == (3, 4)  # however many events two vehicles have


@pytest.mark.usefixtures("events")
def test_squares_are_of_the_kinds_and_the_time_asked_for(house):
    assert [cell["events"] for cell in heat(house, "viewer", type="harsh_braking")["cells"]] == [3]
    assert [heat(house, "viewer", type="idling")[name] for name in ("cells", "hidden")] == [[], 0]
    assert heat(house, "viewer", **{"from": "100001"})["hidden"] == 0


@pytest.mark.usefixtures("events")
def test_of_a_site_or_another_fleet_no_more_is_counted_than_is_seen(house):
    yard, other = heat(house, "yard"), heat(house, "other")
    assert (yard["cells"], yard["hidden"]) == ([], 3)  # V1's alone
    assert (other["cells"], other["hidden"]) == ([], 0)
