"""Posting: from the registry and the record to what each policy's chain is to say, at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.cancellation import PRO_RATA, short_rate
from pricing.billing.term import Term
from pricing.canonical import plain
from pricing.due import Due, amounts
from pricing.exposure import Exposure, vehicle_days
from pricing.ledger.entry import Draft, Entry
from pricing.ledger.pen import Pen
from pricing.ledger.per_km import Km
from pricing.ledger.posting import Contract, Insured, post
from pricing.ledger.rated import Shown, rated
from pricing.premium import Risk
from pricing.rating import RatingError, cover_of
from pricing.risks import risk_of
from pricing.score import Own
from pricing.stated import Stated
from pricing.tariff import Tariff
from streams.ledger import chains
from streams.ledger.book import VEHICLE, Book
from streams.ledger.books import vehicle_of
from streams.ledger.chains import LedgerError
from streams.ledger.declared import declared
from streams.ledger.promised import Promises, as_offered, before, promised
from streams.registry.contracts import Policy

Posted = dict[str, list[Entry]]  # new entries by policy


class Piece(NamedTuple):
    """What is rated of a row of risks: for the whole term, on the km declared or to be expected."""

    row: Mapping[str, Any]
    risk: Risk
    exposure: Exposure  # its km
    own: Own | Stated
    accepted: tuple[Exposure, Own | Stated] | None  # what was offered was made from, if just this was accepted

    @property
    def period(self) -> tuple[date, date]:
        """When it holds."""
        return self.row["valid_from"], self.row["valid_to"]


def posted(
    connection: Connection, book: Book, tariff: Tariff, moves: Hysteresis, at: datetime, policy_id: str | None = None
) -> tuple[Posted, list[str]]:
    """What each policy's chain is to say next, all or one, recorded ``at``; nothing is written.

    A policy that cannot be posted stops no other: why it cannot be comes with them. All that is due is worked out at
    once; only an indication that has moved is made again step by step.
    """
    found, refused, ready = Posted(), [], list[tuple[Policy, list[Piece]]]()
    for policy in book.policies:
        if policy_id in (None, policy.policy_id) and policy.from_ <= book.today:
            try:
                ready.append((policy, _pieces(book, policy, tariff, promised(connection, policy))))
            except LedgerError as error:
                refused.append(f"policy {policy.policy_id}: {error}")
    rates = _amounts([piece for _, pieces in ready for piece in pieces], tariff)
    for policy, pieces in ready:
        pen = Pen(chains.of(connection, policy.policy_id), at)
        try:
            insured = [_insured(book, piece, tariff, moves, rates.get(id(piece.risk))) for piece in pieces]
            contract = _contract(book, policy, [piece.row for piece in pieces], tariff)
            post(contract, insured, pen, book.today, tariff)
            found[policy.policy_id] = pen.new
        except (LedgerError, RatingError) as error:
            refused.append(f"policy {policy.policy_id}: {error}")
    return found, refused


def _amounts(pieces: Iterable[Piece], tariff: Tariff) -> dict[int, Decimal]:
    """Premium of each risk, by its id; none of one the tariff has no rate for."""
    due = [Due(piece.risk, piece.exposure, piece.own) for piece in pieces if _has_rate(piece.risk, tariff)]
    return {id(one.risk): amount for one, amount in zip(due, amounts(due, tariff), strict=True)}


def _has_rate(risk: Risk, tariff: Tariff) -> bool:
    try:
        cover_of(risk, tariff)
    except RatingError:
        return False  # it is told of when its policy is posted
    return True


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
            f"it is in {policy.currency}, tariff {tariff.tariff_id} in {tariff.currency}; put one in its "
            "currency into the folder that tariff.path names"
        )
    return Contract(
        policy_id=policy.policy_id,
        currency=policy.currency,
        basis=policy.basis,
        term=Term(policy.from_, policy.to, tariff.rounding),
        cancelled=policy.cancelled,
        rule=PRO_RATA if policy.cancellation == PRO_RATA.name else short_rate(policy.cancellation),
        deposit=policy.deposit,
        minimum=policy.minimum or Decimal(0),
        **declared(book, policy, rows),
    )


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["vehicle_id"], row["cover"]


def _pieces(book: Book, policy: Policy, tariff: Tariff, accepted: Promises) -> list[Piece]:
    return [_piece(book, policy, row, tariff, accepted.get(_key(row))) for row in _rows(book, policy)]


def _piece(book: Book, policy: Policy, row: Mapping[str, Any], tariff: Tariff, promise: Entry | None) -> Piece:
    vehicle = vehicle_of(row)
    risk = before(risk_of({**row, "valid_from": policy.from_, "valid_to": policy.to}), promise, tariff)
    accepted = as_offered(risk, tariff, promise, book.told is not None)
    km = book.expected(vehicle, risk.annual_km, vehicle_days(policy.from_, policy.to))
    own = book.own.get(vehicle) or {risk.klass: Exposure()}
    return Piece(row, risk, book.split(vehicle, km), own, accepted)


def _insured(book: Book, piece: Piece, tariff: Tariff, moves: Hysteresis, amount: Decimal | None) -> Insured:
    """A row of risks; ``amount`` is its premium as it is now. It is first indicated as it was offered and accepted."""
    row, risk, period = piece.row, piece.risk, piece.period

    def rating(last: Entry | None) -> Draft:
        if last is None and piece.accepted is not None:
            return rated(risk, piece.accepted[0], tariff, piece.accepted[1], period=period)
        shown = None if last is None else Shown(last.amount, moves)
        return rated(risk, piece.exposure, tariff, piece.own, period=period, shown=shown)

    def driven(start: date, end: date) -> Km:
        return book.apart(vehicle_of(row), start, end)

    def still(last: Entry) -> bool:
        windowed = tariff.coefficient(row["cover"]) is not None  # which what is kept back could lie outside of
        return amount is not None and (amount == last.amount if windowed else Shown(last.amount, moves).holds(amount))

    return Insured(row["vehicle_id"], row["cover"], *period, plain(risk), rating, driven, still)
