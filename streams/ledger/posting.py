"""Posting: from the registry and the record to what each policy's chain is to say, at a moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from sqlalchemy import Connection

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.cancellation import PRO_RATA, short_rate
from pricing.billing.term import Term
from pricing.canonical import plain
from pricing.exposure import Exposure, vehicle_days
from pricing.frames import risk_of
from pricing.ledger.entry import Draft, Entry
from pricing.ledger.pen import Pen
from pricing.ledger.per_km import Km
from pricing.ledger.posting import Contract, Insured, post
from pricing.ledger.rated import Shown, rated
from pricing.money import decimal
from pricing.rating import RatingError
from pricing.tariff import Tariff
from streams.ledger import chains
from streams.ledger.book import VEHICLE, Book
from streams.ledger.chains import LedgerError
from streams.ledger.promised import Promises, as_offered, before, promised
from streams.registry.contracts import Policy

Posted = dict[str, list[Entry]]  # new entries by policy


def posted(
    connection: Connection, book: Book, tariff: Tariff, moves: Hysteresis, at: datetime, policy_id: str | None = None
) -> tuple[Posted, list[str]]:
    """What each policy's chain is to say next, all or one, recorded ``at``; nothing is written.

    A policy that cannot be posted stops no other: why it cannot be comes with them.
    """
    found, refused = Posted(), []
    for policy in book.policies:
        if policy_id in (None, policy.policy_id) and policy.from_ <= book.today:
            pen = Pen(chains.of(connection, policy.policy_id), at)
            if why := _post(pen, book, policy, tariff, moves, promised(connection, policy)):
                refused.append(f"policy {policy.policy_id}: {why}")
            else:
                found[policy.policy_id] = pen.new
    return found, refused


def _post(pen: Pen, book: Book, policy: Policy, tariff: Tariff, moves: Hysteresis, accepted: Promises) -> str:
    """Write what a policy's chain is to say; why it cannot be, if so."""
    try:
        rows = _rows(book, policy)
        made_with = (tariff, moves)
        insured = [_insured(book, policy, row, *made_with, accepted.get(_key(row))) for row in rows]
        post(_contract(book, policy, rows, tariff), insured, pen, book.today, tariff)
    except (LedgerError, RatingError) as error:
        return str(error)
    return ""


def write(connection: Connection, tariff: Tariff, text: str, new: Posted) -> None:
    """Add new entries and the tariff they were made with, in the caller's transaction."""
    chains.keep(connection, tariff, text)
    chains.append(connection, new)


def _rows(book: Book, policy: Policy) -> list[dict[str, Any]]:
    """The risks of a policy; entries name vehicles without their fleet, so they must be of one."""
    rows = book.risks_of(policy.policy_id).sort(*VEHICLE, "cover", "valid_from")
    twice = rows.group_by("vehicle_id").agg(pl.col("fleet_id").n_unique()).filter(pl.col("fleet_id") > 1)
    if not twice.is_empty():
        raise LedgerError(f"it insures {min(twice['vehicle_id'])!r} of two fleets; give each fleet a policy")
    return rows.to_dicts()


def _contract(book: Book, policy: Policy, rows: Sequence[Mapping[str, Any]], tariff: Tariff) -> Contract:
    if policy.currency != tariff.currency:
        raise LedgerError(
            f"it is in {policy.currency}, tariff {tariff.tariff_id} in {tariff.currency}; set tariff.path to one in "
            "its currency, and name the --policy it is for"
        )
    end = min(policy.to, policy.cancelled or policy.to)
    measured = book.driven_by(_days(rows, end)) if book.today >= end else None
    return Contract(
        policy_id=policy.policy_id,
        currency=policy.currency,
        basis=policy.basis,
        term=Term(policy.from_, policy.to, tariff.rounding),
        cancelled=policy.cancelled,
        rule=PRO_RATA if policy.cancellation == PRO_RATA.name else short_rate(policy.cancellation),
        deposit=policy.deposit,
        minimum=policy.minimum or Decimal(0),
        estimate=None if policy.declared_km is None else decimal(policy.declared_km),
        actual=measured if policy.actual_km is None else decimal(policy.actual_km),
    )


def _days(rows: Sequence[Mapping[str, Any]], end: date) -> Iterator[tuple[tuple[str, str], date]]:
    """Vehicles and days on which any cover was in force; a day may come twice."""
    for row in rows:
        last = min(row["valid_to"], end)
        for day in range(row["valid_from"].toordinal(), last.toordinal()):
            yield (row["fleet_id"], row["vehicle_id"]), date.fromordinal(day)


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["vehicle_id"], row["cover"]


def _insured(
    book: Book, policy: Policy, row: Mapping[str, Any], tariff: Tariff, moves: Hysteresis, promise: Entry | None
) -> Insured:
    """A row of risks; its premium is that of the whole term, on the km declared or to be expected.

    It is first indicated as it was offered and accepted, if so.
    """
    vehicle, period = (row["fleet_id"], row["vehicle_id"]), (row["valid_from"], row["valid_to"])
    risk = before(risk_of({**row, "valid_from": policy.from_, "valid_to": policy.to}), promise)
    accepted = as_offered(risk, tariff, promise, book.told is not None)
    km = book.expected(vehicle, risk.annual_km, vehicle_days(policy.from_, policy.to))
    own = book.own.get(vehicle) or {risk.klass: Exposure()}

    def rating(last: Entry | None) -> Draft:
        if last is None and accepted is not None:
            return rated(risk, accepted[0], tariff, accepted[1], period=period)
        shown = None if last is None else Shown(last.amount, moves)
        return rated(risk, book.split(vehicle, km), tariff, own, period=period, shown=shown)

    def driven(start: date, end: date) -> Km:
        return book.apart(vehicle, start, end)

    return Insured(row["vehicle_id"], row["cover"], *period, plain(risk), rating, driven)
