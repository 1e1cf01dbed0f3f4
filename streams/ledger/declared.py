"""Declared: what a declaration is for, and what it came to once the policy is over - km, or vehicle-days."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pricing.billing.declaration import DAYS
from pricing.exposure import YEAR
from pricing.money import decimal, micro
from streams.ledger.book import Book, each_day
from streams.ledger.books import Vehicle, vehicle_of
from streams.ledger.paced import filled
from streams.registry.contracts import Policy

Row = Mapping[str, Any]  # of risks
Days = Mapping[Vehicle, Collection[date]]
Pace = Mapping[Vehicle, Decimal]  # km a day


def declared(book: Book, policy: Policy, rows: Sequence[Row]) -> dict[str, Any]:
    """``estimate``, ``actual`` (None until it is over and known), ``silent`` of that, and ``unit`` of a contract."""
    end = min(policy.to, policy.cancelled or policy.to)
    days, over = _days(rows, end), book.today >= end
    if policy.declared_days is not None:
        insured = Decimal(sum(map(len, days.values()))) if over else None
        return {"estimate": decimal(policy.declared_days), "actual": insured, "unit": DAYS}
    part = Decimal((end - policy.from_).days) / (policy.to - policy.from_).days
    whole, pace = _priced(policy, rows, days, part)
    actual = None if policy.actual_km is None else decimal(policy.actual_km)
    if actual is not None or whole is None or not over or not days:
        return {"estimate": whole, "actual": actual}
    return {"estimate": whole, **_driven(book, days, pace)}


def _priced(policy: Policy, rows: Sequence[Row], days: Days, part: Decimal) -> tuple[Decimal | None, Pace]:
    """Km of the term that a deposit is for, or, vehicle by vehicle, what is charged without one; and a day's of each.

    ``part`` of the term is over in the end. Of a deposit each vehicle has its share, by its days and its km a year.
    """
    weights = _weights(rows)
    if policy.deposit is None:
        if not (part and rows and all(row["annual_km"] for row in rows)):
            return None, {}
        pace = {vehicle: km / YEAR for vehicle, km in weights.items()}
        return micro(_sum(days, pace) / part), pace
    whole = None if policy.declared_km is None else decimal(policy.declared_km)
    shares = _sum(days, weights)
    return whole, {vehicle: (whole or 0) * part * km / shares for vehicle, km in weights.items()} if shares else {}


def _driven(book: Book, days: Days, pace: Pace) -> dict[str, Decimal]:
    """Km on record; a day of which nothing is known has km as declared, or as on days heard of where these had more."""
    actual = silent = Decimal(0)
    for vehicle, insured in days.items():
        heard = {*book.heard(vehicle, max(insured) + timedelta(days=1))}.intersection(insured)
        driven = book.driven_by((vehicle, day) for day in heard)
        actual += driven
        silent += (len(insured) - len(heard)) * filled(driven, len(heard), pace[vehicle])
    return {"actual": actual} if not silent else {"actual": actual + micro(silent), "silent": micro(silent)}


def _sum(days: Days, pace: Pace) -> Decimal:
    return sum((len(insured) * pace[vehicle] for vehicle, insured in days.items()), Decimal(0))


def _weights(rows: Sequence[Row]) -> Pace:
    """The km a year declared for each vehicle, or all alike where one has none."""
    known = all(row["annual_km"] for row in rows)
    found: dict[Vehicle, Decimal] = {}
    for row in rows:
        km = decimal(row["annual_km"]) if known else Decimal(1)
        found[vehicle_of(row)] = max(km, found.get(vehicle_of(row), km))
    return found


def _days(rows: Sequence[Row], end: date) -> dict[Vehicle, set[date]]:
    """The days on which any cover of a vehicle was in force."""
    found: dict[Vehicle, set[date]] = {}
    for row in rows:
        days = each_day(row["valid_from"], min(row["valid_to"], end))
        found.setdefault(vehicle_of(row), set()).update(days)
    return {vehicle: days for vehicle, days in found.items() if days}
