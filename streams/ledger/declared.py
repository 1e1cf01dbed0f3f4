"""Declared: what a declaration is for, and what it came to once the policy is over - km, or vehicle-days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.billing.declaration import DAYS
from pricing.money import decimal, micro
from streams.ledger.book import Book, Vehicle
from streams.registry.contracts import Policy

Row = Mapping[str, Any]  # of risks


def declared(book: Book, policy: Policy, rows: Sequence[Row]) -> dict[str, Any]:
    """``estimate``, ``actual`` (None until it is over and known) and ``unit`` of a contract."""
    end = min(policy.to, policy.cancelled or policy.to)
    over, days = book.today >= end, set(_days(rows, end))
    moved = _moved(policy, rows, days, end) if over and policy.deposit is None else Decimal(1)
    if policy.declared_days is not None:
        return {
            "estimate": _by(policy.declared_days, moved),
            "actual": Decimal(len(days)) if over else None,
            "unit": DAYS,
        }
    measured = book.driven_by(days) if over else None
    return {
        "estimate": None if policy.declared_km is None else _by(policy.declared_km, moved),
        "actual": measured if policy.actual_km is None else decimal(policy.actual_km),
    }


def _by(said: float, moved: Decimal) -> Decimal:
    return decimal(said) if moved == 1 else micro(decimal(said) * moved)


def _moved(policy: Policy, rows: Sequence[Row], days: set[tuple[Vehicle, date]], end: date) -> Decimal:
    """What vehicles that came and went make of what was declared for those of the first day.

    They pay, or are given back, for their days: what is declared must move with them, or their km are charged twice.
    By the km a year declared for each vehicle, or all alike where one has none.
    """
    known = all(row["annual_km"] for row in rows)
    a_day: dict[Vehicle, Decimal] = {}
    for row in rows:
        km = decimal(row["annual_km"]) if known else Decimal(1)
        a_day[_vehicle(row)] = max(km, a_day.get(_vehicle(row), km))
    first = {_vehicle(row) for row in rows if row["valid_from"] == policy.from_}
    whole = sum((a_day[vehicle] for vehicle in first), Decimal(0)) * (end - policy.from_).days
    return sum((a_day[vehicle] for vehicle, _ in days), Decimal(0)) / whole if whole else Decimal(1)


def _days(rows: Sequence[Row], end: date) -> Iterator[tuple[Vehicle, date]]:
    """Vehicles and days on which any cover was in force; a day may come twice."""
    for row in rows:
        last = min(row["valid_to"], end)
        for day in range(row["valid_from"].toordinal(), last.toordinal()):
            yield _vehicle(row), date.fromordinal(day)


def _vehicle(row: Row) -> Vehicle:
    return row["fleet_id"], row["vehicle_id"]
