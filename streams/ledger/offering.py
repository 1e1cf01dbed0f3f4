"""Offering: offers of all policies that end soon, written by a command, or by the service once a day has closed."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from pricing.ledger.entry import Entry
from pricing.ledger.pen import Pen
from pricing.money import decimal
from pricing.rating import RatingError
from pricing.tariff import Tariff
from streams import tables, tariffs
from streams.config import Config
from streams.layers import ConfigError
from streams.ledger import chains
from streams.ledger.book import Book
from streams.ledger.chains import LedgerError
from streams.ledger.crossed import crossed
from streams.ledger.experienced import reported
from streams.ledger.renewing import Renewing, is_due, lapse, offer, refuse_stale
from streams.ledger.terms import next_term
from streams.registry import stored
from streams.registry.contracts import Policy
from streams.registry.losses import claims
from streams.store import audit
from streams.store.store import Store
from streams.tariffs import Shelf

LAG = timedelta(days=7)  # ours: days close an hour after midnight; where they are made again, a little later


@dataclass
class Offered:
    """What became of it."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # why policies could not be offered anything


@dataclass(frozen=True)
class Asked:
    """What is to be offered, or lapses."""

    shelf: Shelf
    policy_id: str | None  # None: all that end
    lead: int  # within so many days
    unanswered: Set[str]  # policies with an offer that nobody has answered

    def tariffs(self, policies: Iterable[Policy], latest: date) -> list[Tariff]:
        """Those that the record must be read for, where the first day not closed is ``latest`` or up to ``LAG`` before.

        The first one also sees to what lapses or cannot be offered.
        """
        concerned = {self.shelf.tariffs[0].digest} if self.policy_id is not None else set()
        for policy in policies:
            if policy.to <= latest and policy.policy_id in self.unanswered:
                concerned.add(self.shelf.tariffs[0].digest)
            ends = policy.cancelled is None and latest - LAG < policy.to <= latest + timedelta(days=self.lead)
            if policy.policy_id == self.policy_id or (self.policy_id is None and ends):
                concerned.add(self._of_next(policy).digest)
        return [tariff for tariff in self.shelf.tariffs if tariff.digest in concerned]

    def _of_next(self, policy: Policy) -> Tariff:
        try:
            return self.shelf.at(next_term(policy)[0], policy.currency)
        except ConfigError:
            return self.shelf.tariffs[0]


def offers(
    store: Store, said: Config, now: float, actor: str | None, policy_id: str | None = None, due: int | None = None
) -> Offered:
    """Offer the next term of one policy, or of all that end within ``due`` days of ``now`` (the store's clock).

    What nobody answered in time lapses. Without an ``actor`` nothing is written. Raises ``ConfigError`` or
    ``LedgerError`` where nothing can be.
    """
    found, done = tariffs.posting(said.tariff), Offered()
    with store.reading() as connection:
        lead = said.ledger.offer_days if due is None else due
        asked = Asked(found, policy_id, lead, chains.unanswered(connection))
        concerned = asked.tariffs(stored.read(connection).of(Policy), tables.moment(now).date())
    for tariff in concerned:
        with store.reading() as connection:
            book = crossed(connection, tariff, tables.moment(now), said.pricing.privacy)
            if policy_id is not None:
                _must_be(book, policy_id)
            known = _known(connection, said, tariff, book)
            pens = [(policy, _pen(connection, policy)) for policy in _asked(book, asked, tariff, done)]
        for policy, pen in pens:
            _offer(policy, pen, known, done)
        new = {policy.policy_id: pen.new for policy, pen in pens if pen.new}
        if actor is not None and new:
            _write(store, tariff, found.text(tariff), new, actor)
        done.entries += [entry for chain in new.values() for entry in chain]
    return done


def confirm(connection: Connection, said: Config, now: float, policy: Policy, pen: Pen) -> None:
    """Raise unless the offers of a policy hold at ``now``: worked out again, in the transaction that accepts them."""
    tariff = tariffs.posting(said.tariff).at(next_term(policy)[0], policy.currency)
    book = crossed(connection, tariff, tables.moment(now), said.pricing.privacy)
    refuse_stale(pen, policy, _known(connection, said, tariff, book))


def _known(connection: Connection, said: Config, tariff: Tariff, book: Book) -> Renewing:
    kept = {digest: one for digest, one in chains.kept(connection).items() if one is not None}
    lost = reported(claims(stored.read(connection)), book.today)
    return Renewing(book, tariff, kept, lost, decimal(said.ledger.band))


def _asked(book: Book, asked: Asked, tariff: Tariff, done: Offered) -> Iterable[Policy]:
    """Policies to be offered whose next term is this tariff's, and with the first tariff those to lapse."""
    first = tariff is asked.shelf.tariffs[0]
    for policy in book.policies:
        if asked.policy_id is None and policy.to <= book.today:
            if first and policy.policy_id in asked.unanswered:
                yield policy
            continue
        named = policy.policy_id == asked.policy_id and policy.cancelled is None and policy.from_ <= book.today
        try:
            wanted = named or (asked.policy_id is None and is_due(policy, book.today, asked.lead))
            if wanted and asked.shelf.at(next_term(policy)[0], policy.currency).digest == tariff.digest:
                yield policy
        except ConfigError as error:
            if first:
                done.refused.append(f"policy {policy.policy_id}: {error}")


def _must_be(book: Book, policy_id: str) -> None:
    """Raise for a policy that cannot be offered anything, if it is named."""
    policy = next((one for one in book.policies if one.policy_id == policy_id), None)
    if policy is None:
        raise LedgerError(f"the registry has no policy {policy_id!r}")
    if policy.cancelled is not None or policy.from_ > book.today:
        what = "was cancelled" if policy.cancelled else "has not begun"
        raise LedgerError(f"policy {policy_id} {what}: there is no next term to offer")


def _offer(policy: Policy, pen: Pen, known: Renewing, done: Offered) -> None:
    """Write what a policy's chain is to say; of one that cannot be offered anything, nothing."""
    try:
        lapse(pen, policy, known.book.today)
        if known.book.today < policy.to:
            offer(pen, policy, known)
    except (LedgerError, RatingError) as error:
        pen.new.clear()
        done.refused.append(f"policy {policy.policy_id}: {error}")


def _write(store: Store, tariff: Tariff, text: str, new: dict[str, list[Entry]], actor: str) -> None:
    with store.writing() as connection:
        chains.keep(connection, tariff, text)
        chains.append(connection, new)
        detail = {name: len(chain) for name, chain in new.items()}
        audit.record(connection, [audit.Entry(actor, "ledger.offer", detail={"entries": detail})])


def _pen(connection: Connection, policy: Policy) -> Pen:
    return Pen(chains.of(connection, policy.policy_id), datetime.now(UTC))
