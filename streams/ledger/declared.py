"""Declared: what a declaration is for, and what it came to once the policy is over - km, or vehicle-days."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pricing.billing.declaration import DAYS
from pricing.money import decimal, micro
from streams.ledger.book import Book, Vehicle
from streams.registry.contracts import Policy

ENTERED = timedelta(days=7)  # ours: by then a schedule is complete; of who comes later nothing was declared

Row = Mapping[str, Any]  # of risks
Days = Set[tuple[Vehicle, date]]
Pace = Mapping[Vehicle, Decimal]  # km a year, or 1 each: vehicles against each other


def declared(book: Book, policy: Policy, rows: Sequence[Row]) -> dict[str, Any]:
    """``estimate``, ``actual`` (None until it is over and known), ``silent`` of that, and ``unit`` of a contract."""
    end = min(policy.to, policy.cancelled or policy.to)
    days, over = set(_days(rows, end)), book.today >= end
    if policy.declared_days is not None:
        insured = Decimal(len(days)) if over else None
        return {"estimate": decimal(policy.declared_days), "actual": insured, "unit": DAYS}
    estimate, actual = (None if km is None else decimal(km) for km in (policy.declared_km, policy.actual_km))
    if estimate is None or not over or not days:
        return {"estimate": estimate, "actual": actual}
    pace, term = _pace(rows), (end - policy.from_).days
    if policy.deposit is None:
        estimate = _moved(estimate, days, pace, term)
    if actual is not None:
        return {"estimate": estimate, "actual": actual}
    until = estimate * term / (policy.to - policy.from_).days
    return {"estimate": estimate, **_driven(book, days, pace, until)}


def _driven(book: Book, days: Days, pace: Pace, estimate: Decimal) -> dict[str, Decimal]:
    """Km on record; a day of which nothing is known is none without km, but has its part of the estimate."""
    last: dict[Vehicle, date] = {}
    for vehicle, day in days:
        last[vehicle] = max(day, last.get(vehicle, day))
    heard = {vehicle: set(book.heard(vehicle, day + timedelta(days=1))) for vehicle, day in last.items()}
    unknown = {(vehicle, day) for vehicle, day in days if day not in heard[vehicle]}
    actual = book.driven_by(days)
    if not unknown:
        return {"actual": actual}
    silent = micro(estimate * _sum(unknown, pace) / _sum(days, pace))
    return {"actual": actual + silent, "silent": silent}


def _moved(estimate: Decimal, days: Days, pace: Pace, term: int) -> Decimal:
    """What was declared for the fleet of the first week, at its largest, for the days of whoever came and went.

    They pay, or are given back, for their days: what is declared must move with them, or their km are charged twice.
    """
    first = min(day for _, day in days)
    fleets: dict[date, Decimal] = {}
    for vehicle, day in days:
        if day < first + ENTERED:
            fleets[day] = fleets.get(day, Decimal(0)) + pace[vehicle]
    insured, whole = _sum(days, pace), max(fleets.values()) * term
    return estimate if insured == whole else micro(estimate * insured / whole)


def _sum(days: Days, pace: Pace) -> Decimal:
    return sum((pace[vehicle] for vehicle, _ in days), Decimal(0))


def _pace(rows: Sequence[Row]) -> Pace:
    """The km a year declared for each vehicle, or all alike where one has none."""
    known = all(row["annual_km"] for row in rows)
    found: dict[Vehicle, Decimal] = {}
    for row in rows:
        km = decimal(row["annual_km"]) if known else Decimal(1)
        found[_vehicle(row)] = max(km, found.get(_vehicle(row), km))
    return found


def _days(rows: Sequence[Row], end: date) -> Iterator[tuple[Vehicle, date]]:
    """Vehicles and days on which any cover was in force; a day may come twice."""
    for row in rows:
        last = min(row["valid_to"], end)
        for day in range(row["valid_from"].toordinal(), last.toordinal()):
            yield _vehicle(row), date.fromordinal(day)


def _vehicle(row: Row) -> Vehicle:
    return row["fleet_id"], row["vehicle_id"]
