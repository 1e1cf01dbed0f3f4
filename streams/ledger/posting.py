"""Posting: from the registry and the record to what each policy's chain is to say, at a moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import Connection

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.cancellation import PRO_RATA, short_rate
from pricing.billing.term import Term
from pricing.exposure import CLOSES, Exposure, totals, vehicle_days
from pricing.frames import classed, risk_of
from pricing.ledger.entry import Draft, Entry
from pricing.ledger.posting import Contract, Insured, Pen, post
from pricing.ledger.rated import Shown, rated
from pricing.money import decimal
from pricing.score import Own
from pricing.tariff import Tariff
from streams import tables
from streams.ledger import chains, pinned
from streams.ledger.chains import LedgerError
from streams.registry import Roster, stored
from streams.registry.contracts import Policy

YEAR = 365
VEHICLE = ("fleet_id", "vehicle_id")


@dataclass(frozen=True)
class Book:
    """What is known when premiums are posted: days that are over, and those judged by accepted rules."""

    policies: Sequence[Policy]
    risks: pl.DataFrame
    driven: pl.DataFrame
    judged: pl.DataFrame
    tariff: Tariff
    moves: Hysteresis
    today: date  # the first day that is not closed

    @cached_property
    def own(self) -> Mapping[tuple[str, str], Own]:
        """Judged exposure by class of each vehicle."""
        found: dict[tuple[str, str], dict[str | None, Exposure]] = {}
        for (fleet_id, vehicle_id, klass), seen in totals(classed(self.judged, self.risks), *VEHICLE, "class").items():
            found.setdefault((fleet_id, vehicle_id), {})[klass] = seen
        return dict(found)

    @cached_property
    def km(self) -> Mapping[tuple[str, str], Mapping[date, Decimal]]:
        """Km of each vehicle and day, seen or not."""
        found: dict[tuple[str, str], dict[date, Decimal]] = {}
        for (*vehicle, day), seen in totals(self.driven, *VEHICLE, "day").items():
            found.setdefault((vehicle[0], vehicle[1]), {})[day] = decimal(seen["km_measured"] + seen["km_gap"])
        return found

    def between(self, vehicle: tuple[str, str], start: date, end: date) -> Decimal:
        """Km of a vehicle from ``start`` to before ``end``."""
        days = self.km.get(vehicle, {})
        return sum((km for day, km in days.items() if start <= day < end), Decimal(0))

    def expected(self, vehicle: tuple[str, str], annual_km: float, days: int) -> float:
        """Km of a term: as declared, else as driven so far, else none."""
        if annual_km == annual_km:
            return annual_km * days / YEAR
        heard = self.km.get(vehicle)
        if not heard:
            return 0.0
        since = min(heard)
        return float(self.between(vehicle, since, self.today)) / (self.today - since).days * days


def gathered(connection: Connection, tariff: Tariff, moves: Hysteresis, now: datetime) -> Book:
    """All of it from a store at ``now`` (its clock)."""
    registry = stored.read(connection)
    driven = tables.driven(connection, now)
    driven = driven.filter(pl.col("day") < (now - CLOSES).date())
    judged = pinned.judged(connection, driven, pinned.versions(connection, tariff))
    today = (now - CLOSES).date()
    return Book(registry.of(Policy), Roster(registry).risks(), driven, judged, tariff, moves, today)


def posted(
    book: Book, chains_so_far: Mapping[str, Sequence[Entry]], at: datetime, policy_id: str | None = None
) -> dict[str, list[Entry]]:
    """The new entries of each policy, all or one, recorded ``at``."""
    found = {}
    for policy in book.policies:
        if policy_id in (None, policy.policy_id) and policy.from_ <= book.today:
            pen = Pen(list(chains_so_far.get(policy.policy_id, ())), at)
            insured = list(_insured(book, policy))
            post(_contract(book, policy, insured), insured, pen, book.today, book.tariff)
            found[policy.policy_id] = pen.new
    return found


def write(connection: Connection, book: Book, text: str, new: Mapping[str, Sequence[Entry]]) -> None:
    """Add new entries and the tariff they were made with, in the caller's transaction."""
    chains.keep(connection, book.tariff, text)
    chains.append(connection, new)


def _contract(book: Book, policy: Policy, insured: Sequence[Insured]) -> Contract:
    if policy.currency != book.tariff.currency:
        raise LedgerError(
            f"policy {policy.policy_id} is in {policy.currency}, tariff {book.tariff.tariff_id} in "
            f"{book.tariff.currency}: name a tariff in its currency, or --policy those it is for"
        )
    term = Term(policy.from_, policy.to, book.tariff.rounding)
    actual = policy.actual_km if policy.actual_km is None else decimal(policy.actual_km)
    if actual is None and book.today >= policy.to:
        ends = min(policy.to, policy.cancelled or policy.to)
        actual = sum((km for _, km in _driven(insured, ends).items()), Decimal(0))
    return Contract(
        policy.policy_id,
        policy.currency,
        policy.basis,
        term,
        policy.cancelled,
        PRO_RATA if policy.cancellation == PRO_RATA.name else short_rate(policy.cancellation),
        policy.deposit,
        policy.minimum or Decimal(0),
        None if policy.declared_km is None else decimal(policy.declared_km),
        actual,
    )


def _driven(insured: Sequence[Insured], ends: date) -> dict[str, Decimal]:
    """Km of each vehicle on the days on which any cover was in force."""
    days: dict[str, set[date]] = {}
    count: dict[str, Insured] = {}
    for piece in insured:
        last = min(piece.end, ends)
        inside = (date.fromordinal(day) for day in range(piece.start.toordinal(), last.toordinal()))
        days.setdefault(piece.vehicle_id, set()).update(inside)
        count[piece.vehicle_id] = piece
    one = {name: sorted(found) for name, found in days.items()}
    return {
        name: sum((count[name].km(day, date.fromordinal(day.toordinal() + 1)) for day in found), Decimal(0))
        for name, found in one.items()
    }


def _insured(book: Book, policy: Policy) -> Iterator[Insured]:
    rows = book.risks.filter(pl.col("policy_id") == policy.policy_id)
    fleets = rows.select(*VEHICLE).unique().group_by("vehicle_id").len().filter(pl.col("len") > 1)
    if not fleets.is_empty():
        raise LedgerError(
            f"policy {policy.policy_id} insures {fleets['vehicle_id'][0]!r} of two fleets: give each fleet a policy"
        )
    for row in rows.sort(*VEHICLE, "cover", "valid_from").iter_rows(named=True):
        yield _piece(book, policy, row)


def _piece(book: Book, policy: Policy, row: Mapping[str, Any]) -> Insured:
    vehicle = (row["fleet_id"], row["vehicle_id"])
    term = {"valid_from": policy.from_, "valid_to": policy.to}
    risk = risk_of({**row, **term})
    km = book.expected(vehicle, risk.annual_km, vehicle_days(policy.from_, policy.to))
    own = book.own.get(vehicle) or {risk.klass: Exposure()}
    period = (row["valid_from"], row["valid_to"])

    def rating(last: Entry | None) -> Draft:
        shown = None if last is None else Shown(last.amount, book.moves)
        return rated(risk, Exposure({"km_measured": km}), book.tariff, own, period=period, shown=shown)

    return Insured(
        row["vehicle_id"], row["cover"], *period, rating, lambda start, end: book.between(vehicle, start, end)
    )
