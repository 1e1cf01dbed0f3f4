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


def test_rows_of_the_registry_are_asked_for_by_the_day_on_which_they_hold(house):
    admin = house.client("admin")
    said = {
        "vehicle_id": "V0",
        "fleet_id": "a",
        "driver_id": "D1",
        "from": "2024-11-01T00:00Z",
        "to": "2024-11-03T00:00Z",
        "source": "dispatch",
    }
    made = admin.post(f"{API}/registry/driver_assignments", json={"cells": said}).json()[0]["key"]
    there = [
        made in {row["key"] for row in got(admin, "registry/driver_assignments", on=day)["items"]}
        for day in ("2024-10-31", "2024-11-02", "2024-11-04")
    ]
    admin.post(f"{API}/registry/driver_assignments/remove", json={"key": made})
    assert there == [False, True, False]
