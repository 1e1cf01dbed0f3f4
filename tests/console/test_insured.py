"""What an underwriter is asked to insure: a vehicle's km count once, a deposit is its policy's and no vehicle's."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete

from console.api import insured
from console.reckoning.figures import figures
from pricing.ledger import entry
from streams.ledger import chains
from streams.store import accounts

API = "/api/v1"
TERM = {"from": "2024-10-01", "to": "2025-10-01"}
CARGO = {"policy_id": "P", "vehicle_id": "V1", "fleet_id": "a", "cover": "cargo", "sum_insured": "50000"} | TERM


def told(house, path):
    answer = house.client("underwriter").get(f"{API}/pricing/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def two_covers(house):
    """Vehicle V1 is insured for its cargo too."""
    answer = house.client("admin").post(f"{API}/registry/policy_vehicles", json={"cells": CARGO})
    assert answer.status_code == 200, answer.text
    figures(house.world).afresh()


@pytest.fixture
def deposit(house):
    """Policy P was charged 100 as a whole, of which 20 went back."""
    start, end, last = date(2024, 10, 1), date(2025, 10, 1), None
    with house.world.store.writing() as connection:
        for kind, amount in (("charged", 100), ("adjustment", -20)):
            drafted = entry.Draft("P", "", "", kind, start, end, Decimal(amount), "EUR", {"by": "hand"})
            last = entry.follow(last, drafted, datetime(2024, 10, 2, tzinfo=UTC))
            chains.append(connection, {"P": [last]})
    yield
    with house.world.store.writing() as connection:
        connection.execute(delete(accounts.entries).where(accounts.entries.c.policy_id == "P"))


@pytest.mark.usefixtures("two_covers")
def test_km_count_once_however_many_covers_a_vehicle_has(house):
    found, rows = told(house, "portfolio"), told(house, "fleets/a/vehicles")["items"]
    km = {row["vehicle_id"]: row["km_measured"] for row in rows}
    covers = {row["name"]: row for row in found["covers"]}
    assert (len(rows), len(km), covers.keys()) == (3, 2, {"own_damage", "cargo"})
    assert covers["cargo"]["km_measured"] == pytest.approx(km["V1"], abs=0.1)
    (fleet,) = found["fleets"]
    assert fleet["km_measured"] == covers["own_damage"]["km_measured"] == pytest.approx(sum(km.values()), abs=0.2)
    assert told(house, "fleets")["items"][0]["km_measured"] == pytest.approx(sum(km.values()), abs=0.2)


@pytest.mark.usefixtures("two_covers", "deposit")
def test_a_deposit_is_in_the_sum_of_its_fleet_once_and_of_no_vehicle(house):
    (fleet,) = told(house, "fleets")["items"]
    rows = told(house, "fleets/a/vehicles")["items"]
    assert Decimal(fleet["charged"]) == Decimal(80)
    assert {(Decimal(row["charged"]), row["difference"]) for row in rows} == {(Decimal(0), None)}


def test_a_pace_has_the_km_that_were_not_seen(house, monkeypatch):
    monkeypatch.setattr(insured, "LEAST_DAYS", 1)
    tables = figures(house.world).tables()
    gaps = tables | {"exposure": tables["exposure"].with_columns(km_gap=tables["exposure"]["km_measured"] * 0.5)}
    monkeypatch.setattr(figures(house.world), "tables", lambda: gaps)
    for row in told(house, "fleets/a/vehicles")["items"]:
        assert row["gap_share"] == pytest.approx(1 / 3, abs=1e-3)
        assert row["km_a_year"] == pytest.approx(1.5 * row["km_measured"] * 365 / row["days"], rel=1e-2)
