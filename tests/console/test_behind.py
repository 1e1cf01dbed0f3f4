"""What is behind a figure: lists that add up to the portfolio's sums, entries with their steps, pages of long lists."""

from collections import Counter
from decimal import Decimal

import pytest

API = "/api/v1"


def got(client, path, **query):
    answer = client.get(f"{API}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_sum_of_the_portfolio_is_that_of_the_list_behind_it(house):
    client = house.client("actuary")
    found = got(client, "pricing/portfolio")
    for part, name in (("covers", "cover"), ("classes", "class"), ("fleets", "fleet")):
        for row in found[part]:
            behind = got(client, "pricing/premiums", **{name: row["name"], "currency": found["currency"]})["items"]
            assert sum(Decimal(one["amount"]) for one in behind) == Decimal(row["amount"])
            claims = got(client, "pricing/claims", **{name: row["name"]})["items"]
            assert (len(claims), sum(Decimal(one["incurred"]) for one in claims)) == (
                row["claims"],
                Decimal(row["incurred"]),
            )
    for month in found["months"]:
        days = got(client, "pricing/days", month=month["month"], limit=1000)
        assert days["total"] == month["vehicle_days"]
        assert sum(one["km_measured"] for one in days["items"]) == pytest.approx(month["km_measured"], abs=0.1)


def test_the_portfolio_says_of_which_days_it_is(house):
    client = house.client("actuary")
    found, days = got(client, "pricing/portfolio"), got(client, "pricing/days", limit=1000)["items"]
    assert (found["from"], found["to"]) == (min(one["day"] for one in days), max(one["day"] for one in days))
    assert got(client, "pricing/days", to="2000-01-01")["items"] == []
    one = got(client, "pricing/days", vehicle="a/V1", limit=1000)["items"]
    assert one and {row["vehicle"] for row in one} == {"a/V1"}


def test_what_is_behind_is_for_who_prices_alone(house):
    for path in ("claims", "days", "ledger/abcd"):
        assert house.client("manager").get(f"{API}/pricing/{path}").status_code == 403


def test_a_pace_is_told_of_a_month_and_not_of_a_day(house):
    rows = got(house.client("actuary"), "pricing/fleets/a/vehicles")["items"]
    assert {row["km_a_year"] for row in rows if row["days"] < 30} == {None}


def test_an_entry_says_what_it_holds_and_which_entries_it_belongs_to(house, posted):
    client = house.client("actuary")
    first, second, back = (got(client, f"pricing/ledger/{one.hash}") for one in posted)
    assert (first["by"], first["sums"], first["prev"], first["seq"]) == ("part", None, "", 1)
    assert {one["name"]: one["value"] for one in first["held"]}["premium"] == "1200"
    related = [Counter((one["what"], one["seq"]) for one in said["near"]) for said in (first, second, back)]
    assert related[0] == {("after", 2): 1}
    assert related[1] == {("before", 1): 1, ("reversed_by", 3): 1}
    assert related[2] == {("before", 2): 1, ("reverses", 2): 1}
    assert client.get(f"{API}/pricing/ledger/nothing").json()["code"] == "no_entry"


def test_entries_are_found_by_month_kind_vehicle_and_cover(house, posted):
    client = house.client("actuary")
    assert got(client, "pricing/ledger", policy="X")["total"] == len(posted)
    same = {"month": "2026-01", "kind": "charged", "vehicle": "V1", "cover": "cargo", "currency": "EUR"}
    assert got(client, "pricing/ledger", **same)["total"] == len(posted)
    for name in same:
        assert got(client, "pricing/ledger", policy="X", **same | {name: "other"})["total"] == 0


def test_an_entry_names_its_fleet_if_any_of_its_vehicle_does(house, posted):
    client = house.client("actuary")
    rows = got(client, "pricing/ledger", policy="X")["items"]
    assert [(row["fleet_id"], row["vehicle_id"]) for row in rows] == [("a", "V1")] * len(posted)
    assert got(client, f"pricing/ledger/{posted[1].hash}")["fleet_id"] == "a"
    for name, n in (("a/V1", len(posted)), ("b/V1", 0)):
        assert got(client, "pricing/ledger", policy="X", vehicle=name)["total"] == n


def test_hours_are_asked_for_by_driver_and_wheels_by_place_and_state(house):
    manager = house.client("manager")
    everybody = got(manager, "hours")["items"]
    for one in everybody:
        assert got(manager, "hours", driver=one["id"])["items"] == [one]
    assert {one["site"] for one in got(manager, "tyres", site="south")["items"]} <= {"south"}
    for state in ("flat", "low", "silent", "unknown", "good"):
        got(manager, "tyres", state=state)
    assert {one["vehicle"] for one in got(manager, "devices", site="south")["items"]} == {"a/V1"}
    assert got(house.client("admin"), "devices", fleet="b")["total"] == 2


@pytest.fixture
def driving(house):
    """Makes and removes an assignment of a fleet's own."""
    client, path = house.client("manager"), f"{API}/registry/driver_assignments"
    before = {row["key"] for row in got(client, "registry/driver_assignments")["items"]}

    def put(vehicle="V0", **said):
        cells = {"vehicle_id": vehicle, "fleet_id": "a", "driver_id": "D1", "source": "dispatch"}
        ends = {"ends": said.pop("ends")} if "ends" in said else {}
        return client.post(path, json={"cells": cells | said, **ends})

    yield put
    for row in got(client, "registry/driver_assignments")["items"]:
        if row["key"] not in before:
            client.post(f"{path}/remove", json={"key": row["key"]})


def key_of(answer):
    return next(one["key"] for one in answer.json() if one["what"] == "added")


def test_rows_of_the_registry_are_asked_for_by_the_moment_at_which_they_hold(house, driving):
    made = key_of(driving(**{"from": "2024-11-01T01:00+01:00", "to": "2024-11-03T00:00Z"}))
    there = [
        made in {row["key"] for row in got(house.client("admin"), "registry/driver_assignments", at=at)["items"]}
        for at in ("2024-10-31T23:59Z", "2024-11-01T00:00Z", "2024-11-02T23:59:59Z", "2024-11-03")
    ]
    assert there == [False, True, True, False]


def test_who_is_given_another_vehicle_keeps_what_they_drove_before(house, driving):
    old = key_of(driving(**{"from": "2024-11-01T00:00Z"}))
    driving("V1", ends=old, **{"from": "2024-11-02T09:00+01:00"})
    rows = got(house.client("admin"), "registry/driver_assignments")["items"]
    cells = {row["cells"]["vehicle_id"]: row["cells"] for row in rows if row["cells"]["from"].startswith("2024-11")}
    assert (cells["V0"]["from"], cells["V0"]["to"]) == ("2024-11-01T00:00:00+00:00", "2024-11-02T09:00:00+01:00")
    assert (cells["V1"]["from"], cells["V1"]["to"]) == ("2024-11-02T09:00:00+01:00", "")
    refused = driving("V0", ends=next(row["key"] for row in rows if row["cells"] == cells["V1"]))
    assert refused.status_code == 422  # ever since: that would be the past


def test_what_had_not_begun_when_another_vehicle_is_given_never_was(house, driving):
    begun = {"from": "2024-11-01T00:00Z"}
    old = key_of(driving(**begun))
    assert [one["what"] for one in driving("V1", ends=old, **begun).json()] == ["removed", "added"]
