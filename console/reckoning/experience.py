"""Experience: what was earned month by month, and the claims of those months, of each part of the portfolio."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from pricing.money import accrued
from pricing.reports.portfolio import technical

Row = Mapping[str, Any]
Key = tuple[str, str, str]  # fleet, vehicle, cover


@dataclass(slots=True)
class Sums:
    """What adds up."""

    days: int = 0  # insured, of each cover by itself
    earned: Decimal = Decimal(0)  # premium, by the day
    technical: float = 0.0  # pure premium of these days, by the tariff
    claims: int = 0  # of rated vehicles, covers and days
    incurred: Decimal = Decimal(0)
    expected: float = 0.0  # each cover's claims in proportion to the pure premium

    def add(self, other: "Sums") -> None:
        """Add what another has."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class Piece:
    """A premium's part in a month."""

    fleet: str
    vehicle: str
    cover: str
    month: str  # like 2025-11
    sums: Sums


def pieces(premiums: pl.DataFrame, claims: Iterable[Row]) -> list[Piece]:
    """Every premium month by month; a claim is in the month of its loss, and in one premium."""
    pure = {row[:5]: row[5] for row in technical(premiums).iter_rows()}
    terms: dict[Key, list[tuple[date, date, dict[str, Sums]]]] = {}
    found: list[Piece] = []
    for row in premiums.drop("factors").iter_rows(named=True):
        key = (row["fleet_id"], row["vehicle_id"], row["cover"])
        start, end = row["valid_from"].date(), row["valid_to"].date()
        months = dict(_months(start, end, row["amount"], pure.get((*key, row["valid_from"], row["valid_to"]), 0.0)))
        terms.setdefault(key, []).append((start, end, months))
        found += [Piece(*key, month, sums) for month, sums in months.items()]
    for claim in claims:
        lost = claim["loss_at"].date()
        known = terms.get((claim["fleet_id"], claim["vehicle_id"], claim["cover"]), [])
        for months in [months for start, end, months in known if start <= lost < end][:1]:
            months[f"{lost:%Y-%m}"].add(Sums(claims=1, incurred=Decimal(claim["incurred"]) / 100))
    return found


def _months(start: date, end: date, amount: Decimal, pure: float) -> Iterator[tuple[str, Sums]]:
    """Days of each month of a term with what they earn, which sums to the amount to the cent."""
    days, first = (end - start).days, start
    while first < end:
        last = min((first.replace(day=1) + timedelta(days=31)).replace(day=1), end)
        since, upto = (first - start).days, (last - start).days
        earned = accrued(amount, upto, days) - accrued(amount, since, days)
        yield f"{first:%Y-%m}", Sums(upto - since, earned, pure * (upto - since) / days)
        first = last


def summed(found: list[Piece], name: Callable[[Piece], str]) -> dict[str, Sums]:
    """Sums by name, with the claims to be expected."""
    levels = _levels(found)
    groups: dict[str, Sums] = {}
    for piece in found:
        mine = groups.setdefault(name(piece), Sums())
        mine.add(piece.sums)
        mine.expected += piece.sums.technical * levels[piece.cover]
    return dict(sorted(groups.items()))


def _levels(found: list[Piece]) -> dict[str, float]:
    """Claims for one of pure premium, of each cover."""
    covers: dict[str, Sums] = {}
    for piece in found:
        covers.setdefault(piece.cover, Sums()).add(piece.sums)
    return {name: one.claims / one.technical if one.technical > 0 else 0.0 for name, one in covers.items()}
