"""Declared: without a deposit the km a year that each vehicle is charged for; what a silent day counts with."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pricing.billing.declaration import Declaration
from streams.ledger.book import Book, each_day
from streams.ledger.declared import declared
from streams.registry.contracts import Policy

D = Decimal
START, MIDDLE, END = date(2026, 1, 1), date(2026, 7, 2), date(2027, 1, 1)  # 182 days and 183
KM = 36_500.0


def policy(**changes):
    said = {"policy_id": "P", "policyholder_id": "h", "basis": "declaration", "currency": "EUR"}
    return Policy(**(said | {"from_": START, "to": END} | changes))


def deposit(km=KM, **changes):
    return policy(deposit=D(1000), declared_km=km, **changes)


def row(vehicle, start=START, end=END, annual_km: float | None = KM):
    return {"fleet_id": "F", "vehicle_id": vehicle, "valid_from": start, "valid_to": end, "annual_km": annual_km}


class Known(Book):
    """A book in which each vehicle drives 100 km a day, and was not heard of from some day on."""

    def driven_by(self, days):
        return D(self.km * len({(vehicle, day) for vehicle, day in days if day < self.silent}))

    def heard(self, vehicle, until=None):
        return each_day(START, min(until, self.silent))


def book(silent=END, km=100, today=END):
    made = object.__new__(Known)
    for name, value in (("today", today), ("silent", silent), ("km", km)):
        object.__setattr__(made, name, value)
    return made


def charged(rows):
    """Each vehicle's premium of the year by the day, as it is charged without a deposit."""
    return sum(D(1000) * (one["valid_to"] - one["valid_from"]).days / 365 for one in rows)


def final(rows, known=None, said=None):
    found = declared(known or book(), said or policy(), rows)
    return Declaration(charged(rows), found["estimate"], D(0)).adjusted(found["actual"]).final


SCHEDULES = {
    "none moved": [row("V")],
    "added": [row("V"), row("W", MIDDLE)],
    "two added": [row("V"), row("W", MIDDLE), row("X", MIDDLE)],
    "substituted": [row("V", START, MIDDLE), row("W", MIDDLE)],
    "removed": [row("V", START, MIDDLE)],
    "a day late": [row("V"), *(row(f"W{n}", START + timedelta(days=1)) for n in range(99))],
    "nobody on the first day": [row("V", START + timedelta(days=1)), row("W", MIDDLE)],
    "replaced in the first week": [row("V", START, date(2026, 1, 4)), row("W", date(2026, 1, 4))],
}


@pytest.mark.parametrize("rows", SCHEDULES.values(), ids=SCHEDULES)
def test_who_drives_as_declared_owes_nothing_more_whatever_vehicles_came_or_went(rows):
    assert final(rows) == pytest.approx(charged(rows).quantize(D("0.01")), abs=D("0.01"))


def test_without_a_deposit_it_is_declared_what_is_charged_for():
    """Half the km of those the premium is for earn half of it, and nothing else is said that could differ."""
    assert final([row("V", annual_km=73_000.0)]) == 500
    assert final([row("V")], book(km=50)) == 500
    rows = [row("V", annual_km=10_000.0), row("W", MIDDLE, annual_km=40_000.0)]
    assert declared(book(), policy(), rows)["estimate"] == round(10_000 + 40_000 * D(183) / 365, 6)


def test_of_a_schedule_that_says_no_km_nothing_is_adjusted():
    assert declared(book(), policy(), [row("V"), row("W", annual_km=None)]) == {"estimate": None, "actual": None}


def test_rated_anew_a_vehicle_is_one_vehicle():
    rows = [row("V", START, MIDDLE), row("V", MIDDLE)]
    assert declared(book(), policy(), rows)["estimate"] == 36_500


def test_a_deposit_is_for_whatever_vehicles_there_are():
    rows = [row("V"), row("W", MIDDLE)]
    assert str(declared(book(), deposit(), rows)["estimate"]) == "36500.0"  # as it was written before


def test_days_of_which_nothing_is_known_count_as_declared():
    found = declared(book(MIDDLE), deposit(73_000.0), [row("V")])
    assert found == {"estimate": D(73_000), "actual": D(182 * 100 + 183 * 200), "silent": D(183 * 200)}


def test_who_drives_more_than_declared_gains_nothing_by_falling_silent():
    for said in (deposit(18_250.0), policy()):
        found = declared(book(MIDDLE), said, [row("V", annual_km=18_250.0)])
        assert (found["actual"], found["silent"]) == (36_500, 183 * 100)


def test_one_long_trip_before_a_silence_is_no_pace():
    """A quarter of days is looked at: those not heard of count as declared in it."""
    found = declared(book(START + timedelta(days=1), km=900), policy(), [row("V")])
    assert found["silent"] == round(364 * D(900 + 89 * 100) / 90, 6)


@pytest.mark.parametrize("silent", [START, START + timedelta(days=3), MIDDLE, date(2026, 12, 1)])
@pytest.mark.parametrize("km", [40, 100, 300])
@pytest.mark.parametrize("said", [deposit(), policy()], ids=["deposit", "charged"])
def test_nobody_pays_less_than_as_declared_by_a_silence_nor_than_at_his_pace(silent, km, said):
    found = declared(book(silent, km), said, [row("V")])
    heard = (silent - START).days
    assert found["actual"] >= heard * km + (365 - heard) * 100
    if heard >= 90:
        assert found["actual"] >= heard * km + (365 - heard) * km


ROWS = [row("V", annual_km=10_000.0), row("W", MIDDLE, annual_km=40_000.0)]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:]], ids=["both", "one", "late"])
@pytest.mark.parametrize("said", [policy(), deposit()], ids=["charged", "deposit"])
def test_who_was_never_heard_of_is_given_nothing_back(rows, said):
    found = declared(book(START), said, rows)
    assert found["actual"] == found["silent"] == found["estimate"] > 0


def test_never_heard_of_and_ended_early_it_is_what_was_declared_until_then():
    assert declared(book(START), deposit(cancelled=MIDDLE), [row("V")])["actual"] == 182 * 100


def test_what_is_said_to_have_been_driven_holds_though_nobody_was_heard_of():
    found = declared(book(START), deposit(actual_km=30_000.0), [row("V")])
    assert found == {"estimate": 36_500, "actual": 30_000}


def test_where_nobody_was_insured_nothing_is_known():
    assert declared(book(), deposit(), [])["actual"] is None
    assert declared(book(), policy(), []) == {"estimate": None, "actual": None}


def test_ended_early_it_is_for_the_days_up_to_the_end():
    said, rows = policy(cancelled=MIDDLE), [row("V"), row("W", START + timedelta(days=91))]
    found = declared(book(), said, rows)
    assert found["actual"] == 100 * (182 + 91)
    assert found["estimate"] * 182 / 365 == pytest.approx(found["actual"])


def test_until_it_is_over_nothing_is_driven():
    assert declared(book(today=MIDDLE), deposit(), [row("V")]) == {"estimate": 36_500, "actual": None}
