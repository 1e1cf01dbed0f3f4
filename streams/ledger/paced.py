"""Paced: km a year of a vehicle, from days on which it was insured and heard of."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from streams.ledger.book import YEAR, Book, Vehicle

LEAST = 90  # ours: days whose km stand for a year's; a quarter evens out weeks and not yet seasons
LULL = 7  # ours: days in which a vehicle may just be parked; of a longer silence nothing is known


def annual_km(book: Book, rows: Iterable[Mapping[str, Any]], vehicle: Vehicle, declared: float | None) -> float | None:
    """Km a year at the pace of the days insured by ``rows`` and heard of, where they are enough; else as declared."""
    insured = {day for row in rows for day in _days(row["valid_from"], min(row["valid_to"], book.today))}
    days = insured.intersection(heard(book, vehicle))
    driven = float(book.driven_by((vehicle, day) for day in days))
    return round(driven / len(days) * YEAR, 3) if len(days) >= LEAST and driven else declared


def heard(book: Book, vehicle: Vehicle) -> Iterator[date]:
    """Days of which it is known what was driven: those on record, short silences, and what an odometer told later."""
    known = sorted(book.km.get(vehicle, {}))
    yield from known[:1]
    for before, day in pairwise([*known, book.today]):
        short = (day - before).days <= LULL
        yield from _days(before + timedelta(days=1), day) if short or day in book.gaps.get(vehicle, {}) else ()
        yield day


def _days(start: date, end: date) -> Iterator[date]:
    """Days from ``start`` to before ``end``."""
    return map(date.fromordinal, range(start.toordinal(), end.toordinal()))
