"""Paced: km a year, and of a period, of a vehicle, from days on which it was insured and heard of."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.exposure import YEAR
from pricing.money import decimal
from streams.ledger.book import Book, each_day
from streams.ledger.books import Vehicle

LEAST = 90  # ours: days whose km stand for a year's; a quarter evens out weeks and not yet seasons


def filled(driven: Decimal, heard: int, declared: Decimal) -> Decimal:
    """Km of a day of which nothing is known: as ``declared``, or as on the days heard of where these had more.

    Who drives more than was declared gains nothing by falling silent. Fewer than ``LEAST`` days heard of are filled up
    with days as declared: one long trip is no pace.
    """
    short = max(LEAST - heard, 0)
    return max(declared, (driven + short * declared) / (heard + short))


def annual_km(book: Book, rows: Iterable[Mapping[str, Any]], vehicle: Vehicle, declared: float | None) -> float | None:
    """Km a year of the days insured by ``rows``: those heard of as driven, the others as ``filled``; as declared where
    nothing was driven, or too few days are heard of to stand for less."""
    insured = {day for row in rows for day in each_day(row["valid_from"], min(row["valid_to"], book.today))}
    driven, heard = book.pace(vehicle, insured)
    if declared is None:
        return _measured(driven, heard)
    if not driven:
        return declared
    a_day = decimal(declared) / YEAR
    silent = (len(insured) - heard) * filled(decimal(driven), heard, a_day)
    found = round(float((decimal(driven) + silent) / len(insured) * YEAR), 3)
    return found if heard >= LEAST else max(found, declared)


def km(book: Book, vehicle: Vehicle, start: date, end: date, declared: float | None) -> float:
    """Km from ``start`` to before ``end``: of days heard of as on record, of the others at their pace.

    Claims are held against them: more of them would make a bad record better, so that nothing is ``filled`` here.
    """
    driven, heard = book.pace(vehicle, each_day(start, end))
    a_year = _measured(driven, heard) or declared
    if a_year is None:
        a_year = driven / heard * YEAR if heard else 0.0
    return driven + a_year * ((end - start).days - heard) / YEAR


def _measured(driven: float, heard: int) -> float | None:
    """Km a year at the pace of enough days; None: they are too few, or nothing was driven."""
    return round(driven / heard * YEAR, 3) if heard >= LEAST and driven else None
