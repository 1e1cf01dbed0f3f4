"""Long lists: who sees one site finds its oldest row, page after page, however much other sites write meanwhile."""

import base64
import json

import pytest
from msgspec import structs
from sqlalchemy import delete, event, insert, select

from console.api import drivers, trips
from streams.messages import iso
from streams.store import schema

API = "/api/v1"
MANY = 5_200


def fetched(client, path, **query):
    """All pages, and how many there were."""
    found, pages, cursor = [], 0, ""
    while cursor is not None:
        answer = client.get(f"{API}/{path}", params={**query, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        found, pages, cursor = found + answer.json()["items"], pages + 1, answer.json()["cursor"]
    return found, pages


@pytest.fixture
def crowd(house):
    """Another site's vehicle that has driven thousands of trips since, with as many alerts."""
    tables = (schema.trips, "trip_id", "start"), (schema.alerts, "alert_id", "last_seen")
    with house.world.store.writing() as connection:
        for table, name, time in tables:
            query = select(table).where(table.c.fleet_id == "a", table.c.vehicle_id == "V0").limit(1)
            row = dict(connection.execute(query).mappings().one())
            rows = [row | {name: f"crowd-{k}", time: row[time] + k + 1} for k in range(MANY)]
            connection.execute(insert(table), [one | {"superseded": 1} if "superseded" in one else one for one in rows])
    yield
    with house.world.store.writing() as connection:
        for table, name, _ in tables:
            connection.execute(delete(table).where(table.c[name].startswith("crowd-")))


@pytest.mark.parametrize("path", ["trips", "alerts"])
def test_what_other_sites_do_hides_nothing_of_ones_own(house, path, request):
    query = {"limit": 3} | ({"state": "open,acked,resolved,dismissed", "sort": "newest"} if path == "alerts" else {})
    before, _ = fetched(house.client("yard"), path, **query)
    request.getfixturevalue("crowd")
    after, pages = fetched(house.client("yard"), path, **query)
    assert after == before
    assert {row["vehicle_id"] for row in after} == {"V1"}
    assert pages == -(-len(after) // 3)


def test_who_has_rested_may_drive_again(house):
    manager = house.client("manager")
    with house.world.store.reading() as connection:
        now = house.world.now(connection)
    end, h = now - 20 * 3600.0, 3600.0
    same = {"fleet_id": "a", "vehicle_id": "V1", "driver_id": "D7", "activity": "drive", "status": "closed"}
    rows = [same | {"start": end - 9.75 * h, "end": end - 5.25 * h}, same | {"start": end - 4.5 * h, "end": end}]
    with house.world.store.writing() as connection:
        connection.execute(insert(schema.intervals), [row | {"quality": None, "named": 1} for row in rows])
    (mine,) = [row for row in manager.get(f"{API}/hours").json()["items"] if row["driver_id"] == "D7"]
    counted = {one["kind"]: (one["counted_s"], one["passed"]) for one in mine["limits"]}
    assert (counted["continuous_driving"], counted["daily_driving"]) == ((0, 0), (0, 0))
    assert counted["fortnight_driving"] == (9 * h, 0)
    assert (mine["at"], mine["driving"], mine["since"]) == (iso(now), False, iso(end))
    left = {one["kind"]: one["left_s"] for one in mine["limits"]}
    assert (mine["first"], mine["left_s"]) == min(left.items(), key=lambda one: one[1])
    assert mine["until"] == iso(now + mine["left_s"])


@pytest.fixture
def drove(house):
    """Puts driving on record for the while of a test: who, from and until how many hours ago, status, vehicle."""

    def put(*said):
        with house.world.store.writing() as connection:
            now = house.world.now(connection)
            same = {"fleet_id": "a", "activity": "drive", "quality": None, "named": 1}
            names = ("driver_id", "start", "end", "status", "vehicle_id")
            rows = [(who, now - first * 3600.0, now - last * 3600.0, *more) for who, first, last, *more in said]
            connection.execute(insert(schema.intervals), [same | dict(zip(names, row, strict=True)) for row in rows])
        return now

    yield put
    with house.world.store.writing() as connection:
        connection.execute(delete(schema.intervals).where(schema.intervals.c.driver_id.startswith("H")))


def test_who_drives_who_is_not_heard_of_and_who_rests(house, drove):
    now = drove(
        ("H-drives", 4, 0, "open", "V1"),
        ("H-silent", 5, 3, "open", "V1"),
        ("H-rests", 9, 8, "open", "V0"),  # left open by a device that fell silent: they have driven another one since
        ("H-rests", 6, 1, "closed", "V1"),
    )
    manager = house.client("manager")
    found = {row["driver_id"]: row for row in manager.get(f"{API}/hours").json()["items"]}
    drives, silent, rests = (found[f"H-{name}"] for name in ("drives", "silent", "rests"))
    assert (drives["driving"], drives["silent"], drives["since"]) == (True, False, iso(now - 4 * 3600.0))
    assert (drives["first"], drives["until"]) == ("continuous_driving", iso(now + 1800.0))
    assert (silent["driving"], silent["silent"], silent["at"]) == (True, True, iso(now - 3 * 3600.0))
    assert (rests["driving"], rests["vehicle"], rests["since"]) == (False, "a/V1", iso(now - 3600.0))
    by_what = [row["driver_id"] for row in manager.get(f"{API}/hours", params={"sort": "driving"}).json()["items"]]
    assert by_what.index("H-drives") < by_what.index("H-silent") < by_what.index("H-rests")
    rested = {one["kind"]: one["left_s"] for one in rests["limits"]}
    by_week = manager.get(f"{API}/hours", params={"sort": "-weekly_driving"}).json()["items"]
    shown = [next(one["left_s"] for one in row["limits"] if one["kind"] == "weekly_driving") for row in by_week]
    assert rested["weekly_driving"] in shown and shown == sorted(shown, reverse=True)


def test_a_vehicle_of_another_site_is_not_named_to_who_does_not_see_it(house, drove):
    drove(("H-both", 8, 7, "closed", "V1"), ("H-both", 5, 3, "closed", "V0"))
    (mine,) = [row for row in house.client("yard").get(f"{API}/hours").json()["items"] if row["driver_id"] == "H-both"]
    assert mine["vehicle"] is None


@pytest.mark.parametrize("sort", ["newest", "oldest", "urgency"])
@pytest.mark.parametrize("group", ["", "vehicle", "driver", "kind"])
def test_pages_are_the_list_cut(house, sort, group):
    query = {"sort": sort, "group": group, "state": "open,acked,resolved"}
    whole, _ = fetched(house.client("manager"), "alerts", limit=1000, **query)
    cut, pages = fetched(house.client("manager"), "alerts", limit=7, **query)
    assert cut == whole
    assert pages > 1


def test_a_row_that_comes_between_two_pages_moves_no_other(house):
    client = house.client("manager")
    whole, _ = fetched(client, "trips", limit=1000)
    first = client.get(f"{API}/trips", params={"limit": 2}).json()
    assert first["total"] == len(whole)
    with house.world.store.writing() as connection:
        row = dict(
            connection.execute(select(schema.trips).where(schema.trips.c.fleet_id == "a").limit(1)).mappings().one()
        )
        connection.execute(insert(schema.trips), [row | {"trip_id": "crowd-new", "start": row["start"] + 1e6}])
    second = client.get(f"{API}/trips", params={"limit": 1000, "cursor": first["cursor"]}).json()
    with house.world.store.writing() as connection:
        connection.execute(delete(schema.trips).where(schema.trips.c.trip_id == "crowd-new"))
    assert first["items"] + second["items"] == whole


@pytest.mark.parametrize("down", ["", "-"])
@pytest.mark.parametrize("column", trips.SORTS)
def test_pages_of_trips_by_any_column_are_the_list_cut(house, crowd, column, down):
    admin = house.client("admin")
    with house.world.store.writing() as connection:
        nobody = schema.trips.update().where(schema.trips.c.trip_id.in_([f"crowd-{k}" for k in range(5)]))
        connection.execute(nobody.values(driver_id=None))
    whole, _ = fetched(admin, "trips", limit=10_000, sort=down + column)
    cut, pages = fetched(admin, "trips", limit=1_000, sort=down + column)
    assert (cut == whole, pages) == (True, 6)
    values = [row[column] for row in whole]
    known = [one for one in values if one is not None]
    assert values[: len(known)] == sorted(known, reverse=bool(down))  # what is not known stands last either way


@pytest.mark.parametrize("path", ["trips", "drivers", "devices"])
@pytest.mark.parametrize("sort", ["nothing", "-", "--km", "start desc"])
def test_a_column_that_is_none_is_refused(house, path, sort):
    answer = house.client("manager").get(f"{API}/{path}", params={"sort": sort})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("login", "query"),
    [
        ("admin", {}),
        ("manager", {}),
        ("manager", {"vehicle": "a/V1"}),
        ("manager", {"driver": "a/D1", "to": "2030-01-01T00:00:00Z"}),
        ("driver", {}),
    ],
)
def test_an_index_has_the_trips_in_the_order_they_are_shown(house, login, query):
    client, asked = house.client(login), []

    def heard(_connection, _cursor, statement, values, *_more):
        if "ORDER BY trips" in statement:
            asked.append((statement, values))

    event.listen(house.world.store.engine, "before_cursor_execute", heard)
    try:
        first = client.get(f"{API}/trips", params={**query, "limit": 1}).json()
        client.get(f"{API}/trips", params={**query, "limit": 1, "cursor": first["cursor"]})
    finally:
        event.remove(house.world.store.engine, "before_cursor_execute", heard)
    assert len(asked) == 2
    with house.world.store.reading() as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert len(plan) == 1, plan  # nothing is sorted
            assert "USING INDEX trips_" in plan[0]


@pytest.mark.parametrize("cursor", ["%", "bnVsbA", "WzEsMiwzLDRd", "WyJhIiwgImIiXQ", "W3RydWUsICJhIl0"])
def test_a_cursor_that_is_none_is_refused(house, cursor):
    answer = house.client("manager").get(f"{API}/trips", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_alerts_of_a_site_are_asked_for_by_its_name(house):
    found, _ = fetched(house.client("admin"), "alerts", site="south", limit=1000)
    assert {one["site"] for one in found} == {"south"}
    assert house.client("admin").get(f"{API}/alerts", params={"site": "nowhere"}).json()["items"] == []


def test_what_costs_most_is_first_of_those_that_stand(house):
    found, _ = fetched(house.client("manager"), "alerts", sort="loss", limit=5)
    losses = [one["expected_loss"] for one in found]
    assert losses == sorted(losses, reverse=True)
    refused = house.client("manager").get(f"{API}/alerts", params={"sort": "loss", "state": "resolved"})
    assert refused.status_code == 422


@pytest.mark.parametrize("keys", [[10**30, "x"], [-(10**25), "x"], [float("nan"), "x"], [1e400, "x"], [1, "\0"]])
def test_a_cursor_that_nobody_was_given_is_refused(house, keys):
    cursor = base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")
    assert house.client("manager").get(f"{API}/trips", params={"cursor": cursor}).status_code == 422


def test_of_whom_too_little_is_known_the_order_tells_nothing(house, monkeypatch):
    real = drivers._rows

    def rows(ask):
        one = real(ask)[0]
        said = (("D1", 90.0, True), ("D2", 40.0, True), ("D3", 70.0, False), ("D4", None, True))
        return [structs.replace(one, id=f"a/{n}", driver_id=n, score=s, provisional=p) for n, s, p in said]

    monkeypatch.setattr(drivers, "_rows", rows)
    found = house.client("manager").get(f"{API}/drivers", params={"sort": "score"}).json()["items"]
    assert [one["driver_id"] for one in found] == ["D3", "D1", "D2", "D4"]


@pytest.mark.parametrize("path", ["tyres", "devices", "hours", "tasks", "objections", "today"])
def test_lists_of_a_fleet_and_of_a_site(house, path):
    admin = house.client("admin")
    for vehicle in ("a/V0", "a/V1", "b/V0"):
        admin.post(f"{API}/tasks", json={"kind": "coach", "vehicle": vehicle})
    found = {}
    for query in ({}, {"fleet": "b"}, {"site": "south"}, {"fleet": "b", "site": "south"}):
        answer = admin.get(f"{API}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        found[tuple(query)] = answer.json()["items"]
    assert {one["fleet_id"] if "fleet_id" in one else one["vehicle"][0] for one in found["fleet",]} <= {"b"}
    assert found["fleet", "site"] == []
    assert {one.get("vehicle_id", "V1") for one in found["site",]} <= {"V1"}
    if path not in ("hours", "objections"):
        assert len(found[()]) > len(found["fleet",]) > 0


def test_the_time_zone_is_that_of_the_fleets_one_sees(house):
    told = {who: house.client(who).get(f"{API}/meta").json()["time_zone"] for who in ("manager", "driver", "other")}
    assert told == {"manager": "Europe/Berlin", "driver": "Europe/Berlin", "other": "UTC"}
    assert house.client("admin").get(f"{API}/meta").json()["time_zone"] == "UTC"  # of two that differ
    assert house.stranger().get(f"{API}/meta").json()["time_zone"] == "UTC"


def test_a_trip_is_nobodys_who_does_not_see_its_vehicle_and_a_trace_is_of_a_day_at_most(house):
    trip = house.client("manager").get(f"{API}/trips").json()["items"][0]["trip_id"]
    for path in (f"{API}/trips/{trip}", f"{API}/trips/{trip}/trace"):
        assert [house.client(login).get(path).status_code for login in ("manager", "other")] == [200, 404]
    said = {"from": "2024-10-01T00:00:00Z", "to": "2024-10-02T00:00:01Z"}
    answer = house.client("manager").get(f"{API}/vehicles/a/V0/trace", params=said)
    assert (answer.status_code, answer.json()["said"]["code"]) == (422, "trace_day")
