"""Paced: km a year, and of a period, of a vehicle, from days on which it was insured and heard of."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from streams.ledger.book import YEAR, Book, Vehicle, each_day

LEAST = 90  # ours: days whose km stand for a year's; a quarter evens out weeks and not yet seasons


def annual_km(book: Book, rows: Iterable[Mapping[str, Any]], vehicle: Vehicle, declared: float | None) -> float | None:
    """Km a year at the pace of the days insured by ``rows`` and heard of, where they are enough; else as declared."""
    driven, days = book.pace(vehicle, (day for row in rows for day in each_day(row["valid_from"], row["valid_to"])))
    return round(driven / days * YEAR, 3) if days >= LEAST and driven else declared


def km(book: Book, vehicle: Vehicle, start: date, end: date, declared: float | None) -> float:
    """Km from ``start`` to before ``end``: of days heard of as on record, of the others at the pace of a year."""
    driven, days = book.pace(vehicle, each_day(start, end))
    silent = (end - start).days - days
    a_year = annual_km(book, [{"valid_from": start, "valid_to": end}], vehicle, declared)
    if a_year is None:
        a_year = driven / days * YEAR if days else 0.0
    return driven + a_year * silent / YEAR
