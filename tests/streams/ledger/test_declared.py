"""Declared: what was declared moves with the vehicles that come and go, where their days are charged one by one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pricing.billing.declaration import Declaration
from streams.ledger.book import Book
from streams.ledger.declared import declared
from streams.registry.contracts import Policy

D = Decimal
START, MIDDLE, END = date(2026, 1, 1), date(2026, 7, 2), date(2027, 1, 1)  # 182 days and 183


def policy(**changes):
    said = {"policy_id": "P", "policyholder_id": "h", "basis": "declaration", "currency": "EUR"}
    return Policy(**(said | {"from_": START, "to": END, "declared_km": 36_500.0} | changes))


def row(vehicle, start=START, end=END, annual_km=None):
    return {"fleet_id": "F", "vehicle_id": vehicle, "valid_from": start, "valid_to": end, "annual_km": annual_km}


class Known(Book):
    """A book in which each vehicle drives 100 km a day."""

    def driven_by(self, days):
        return D(100 * len(set(days)))


@pytest.fixture
def book():
    made = object.__new__(Known)
    object.__setattr__(made, "today", END)
    return made


def charged(rows):
    """Each vehicle's premium of the year by the day, as it is charged without a deposit."""
    return sum(D(1000) * (one["valid_to"] - one["valid_from"]).days / 365 for one in rows)


def final(book, said, rows):
    found = declared(book, said, rows)
    return Declaration(charged(rows), found["estimate"], D(0)).adjusted(found["actual"]).final


@pytest.mark.parametrize(
    "rows",
    [
        [row("V")],
        [row("V"), row("W", MIDDLE)],
        [row("V"), row("W", MIDDLE), row("X", MIDDLE)],
        [row("V", START, MIDDLE), row("W", MIDDLE)],
        [row("V", START, MIDDLE)],
    ],
    ids=["none moved", "added", "two added", "substituted", "removed"],
)
def test_who_drives_as_declared_owes_nothing_more_whatever_vehicles_came_or_went(book, rows):
    assert final(book, policy(), rows) == pytest.approx(charged(rows).quantize(D("0.01")), abs=D("0.01"))


def test_a_vehicle_that_drives_more_a_year_moves_it_by_its_own_km(book):
    rows = [row("V", annual_km=10_000.0), row("W", MIDDLE, annual_km=40_000.0)]
    assert declared(book, policy(), rows)["estimate"] == round(D(36_500) * (1 + 4 * D(183) / 365), 6)


def test_rated_anew_a_vehicle_is_one_vehicle(book):
    rows = [row("V", START, MIDDLE), row("V", MIDDLE)]
    assert declared(book, policy(), rows)["estimate"] == 36_500
    assert str(declared(book, policy(), rows)["estimate"]) == "36500.0"  # as it was written before


def test_a_deposit_is_for_whatever_vehicles_there_are(book):
    rows = [row("V"), row("W", MIDDLE)]
    assert declared(book, policy(deposit=D(1000)), rows)["estimate"] == 36_500


def test_declared_days_move_too(book):
    rows = [row("V"), row("W", MIDDLE)]
    said = policy(declared_km=None, declared_days=365.0)
    assert final(book, said, rows) == pytest.approx(charged(rows), abs=D("0.01"))


def test_ended_early_days_count_up_to_the_end(book):
    rows = [row("V"), row("W", START + timedelta(days=91))]
    found = declared(book, policy(cancelled=MIDDLE), rows)
    assert found["estimate"] == round(D(36_500) * (1 + D(91) / 182), 6)


def test_until_it_is_over_nothing_moves(book):
    object.__setattr__(book, "today", MIDDLE)
    assert declared(book, policy(), [row("V"), row("W", MIDDLE)]) == {"estimate": 36_500, "actual": None}
