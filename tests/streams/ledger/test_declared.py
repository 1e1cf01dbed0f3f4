"""Declared: what was declared moves with the vehicles that come and go, where their days are charged one by one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pricing.billing.declaration import Declaration
from streams.ledger.book import Book, each_day
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
    """A book in which each vehicle drives 100 km a day, and was not heard of from some day on."""

    def driven_by(self, days):
        return D(100 * len({(vehicle, day) for vehicle, day in days if day < self.silent}))

    def heard(self, vehicle, until=None):
        return each_day(START, min(until, self.silent))


@pytest.fixture
def book():
    made = object.__new__(Known)
    object.__setattr__(made, "today", END)
    object.__setattr__(made, "silent", END)
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


def silent(book, since):
    object.__setattr__(book, "silent", since)
    return book


def test_days_of_which_nothing_is_known_count_as_declared(book):
    found = declared(silent(book, MIDDLE), policy(deposit=D(1000), declared_km=73_000.0), [row("V")])
    assert found == {"estimate": D(73_000), "actual": D(182 * 100 + 183 * 200), "silent": D(183 * 200)}


ROWS = [row("V", annual_km=10_000.0), row("W", MIDDLE, annual_km=40_000.0)]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:]], ids=["both", "one", "late"])
@pytest.mark.parametrize("changes", [{}, {"deposit": D(1000)}], ids=["charged", "deposit"])
def test_who_was_never_heard_of_is_given_nothing_back(book, rows, changes):
    found = declared(silent(book, START), policy(**changes), rows)
    assert found["actual"] == found["silent"] == found["estimate"] > 0


def test_never_heard_of_and_ended_early_it_is_what_was_declared_until_then(book):
    said = policy(cancelled=MIDDLE, deposit=D(1000))
    assert declared(silent(book, START), said, [row("V")])["actual"] == 182 * 100


def test_what_is_said_to_have_been_driven_holds_though_nobody_was_heard_of(book):
    found = declared(silent(book, START), policy(actual_km=30_000.0), [row("V")])
    assert found == {"estimate": 36_500, "actual": 30_000}


def test_where_nobody_was_insured_nothing_is_known(book):
    assert declared(book, policy(deposit=D(1000)), [])["actual"] is None


def test_a_schedule_entered_a_day_late_moves_nothing_but_that_day(book):
    """One truck from the first day, 99 from the second: declared for the hundred, not for the one."""
    rows = [row("V"), *(row(f"W{n}", START + timedelta(days=1)) for n in range(99))]
    said = policy(declared_km=3_650_000.0)
    assert declared(book, said, rows)["estimate"] == 100 * (365 + 99 * 364)
    assert final(book, said, rows) == pytest.approx(charged(rows), abs=D("0.01"))


def test_where_nobody_is_insured_on_the_first_day_it_is_declared_for_who_comes_first(book):
    rows = [row("V", START + timedelta(days=1)), row("W", MIDDLE)]
    assert declared(book, policy(), rows)["estimate"] == 100 * (364 + 183)


def test_a_vehicle_replaced_in_the_first_week_is_no_larger_fleet(book):
    change = START + timedelta(days=3)
    assert declared(book, policy(), [row("V", START, change), row("W", change)])["estimate"] == 36_500


def test_ended_early_days_count_up_to_the_end(book):
    rows = [row("V"), row("W", START + timedelta(days=91))]
    found = declared(book, policy(cancelled=MIDDLE), rows)
    assert found["estimate"] == round(D(36_500) * (1 + D(91) / 182), 6)


def test_until_it_is_over_nothing_moves(book):
    object.__setattr__(book, "today", MIDDLE)
    assert declared(book, policy(), [row("V"), row("W", MIDDLE)]) == {"estimate": 36_500, "actual": None}
