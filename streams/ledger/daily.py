"""Daily: what is due posted and the chains sealed - by a command, or by the service once a day has closed."""

import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib import metadata

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from pricing.balance.hysteresis import Hysteresis
from pricing.canonical import digest
from pricing.exposure import CLOSES
from pricing.ledger.entry import Entry
from pricing.ledger.seal import Seal
from pricing.ledger.seal import seal as sealed
from pricing.money import decimal
from pricing.tariff import Tariff
from streams import metrics, tables, tariffs
from streams.config import Config
from streams.layers import ConfigError
from streams.ledger import chains, posting
from streams.ledger.book import Book
from streams.ledger.books import BOOKS
from streams.ledger.chains import LedgerError
from streams.ledger.crossed import crossed
from streams.ledger.exposed import WHY, Left
from streams.ledger.offering import Offered, offers
from streams.ledger.pinned import DAY_S
from streams.ledger.redetection import closed
from streams.registry import stored
from streams.registry.contracts import Policy
from streams.store import audit
from streams.store.store import Store
from streams.tariffs import Shelf

logger = logging.getLogger(__name__)

BY = "tripmeter"
AGAIN_S = 3_600.0  # after which it is tried again
FAILURES = (ConfigError, LedgerError, SQLAlchemyError, OSError, ArithmeticError, LookupError, TypeError, ValueError)
EPOCH = date(1970, 1, 1).toordinal()


@dataclass
class Posted:
    """What became of it."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # why policies could not be posted
    left: list[Left] = field(default_factory=list)  # days that moved no score

    def left_out(self) -> Iterator[str]:
        """Which days move no score, why they were not made again, and what can be done about it."""
        for version, why in sorted({(one.version, one.why) for one in self.left}):
            days = [one.day for one in self.left if (one.version, one.why) == (version, why)]
            mine = version == BOOKS
            what = BOOKS if mine else f"rule set {version}"
            how = "accept-books FLEET --couplings" if mine else f"accept {version}"
            yield (
                f"{len(days)} days of vehicles, {min(days)} to {max(days)}, were judged by {what}, which the insurer "
                f"has not accepted, and move no score: {WHY[why]}; 'tripmeter ledger {how} --reason ...' accepts it"
            )


def post(store: Store, said: Config, now: float, actor: str | None, policy_id: str | None = None) -> Posted:
    """Write what each policy's chain is to say at ``now`` (the store's clock), a term by the tariff at its start.

    Without an ``actor`` nothing is written. Raises ``ConfigError`` or ``LedgerError`` where nothing can be.
    """
    found, done = tariffs.posting(said.tariff), Posted()
    moves = Hysteresis(decimal(said.ledger.band), decimal(said.ledger.step))
    for book, tariff in _books(store, found, said.pricing.privacy, now, policy_id, done):
        with store.reading() as connection:
            new, why = posting.posted(connection, book, tariff, moves, datetime.now(UTC), policy_id)
        if any(new.values()) and actor is not None:
            _write(store, tariff, found.texts.get(tariff.digest, ""), new, actor, said)
        done.entries += [entry for chain in new.values() for entry in chain]
        done.refused += why
    return done


def seal(store: Store, seal_key: str, day: date, actor: str) -> Seal:
    """Sign the heads of all chains and the rows beside them; ``ConfigError`` if the key is none."""
    from streams import keys

    sign = keys.signer(seal_key)
    with store.writing() as connection:
        before = chains.sealed(connection)
        made = sealed(chains.heads(connection), chains.rows(connection), day, datetime.now(UTC), before, sign)
        chains.add_seal(connection, made)
        audit.record(connection, [audit.Entry(actor, "ledger.seal", about=made.signature)])
    return made


class Daily:
    """Keeps the ledger of a store that ``opened`` gives; for one process, in whichever thread.

    A failure is told and stops nothing else: posting twice posts nothing twice, so it is tried again in an hour.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Store]], said: Config) -> None:
        self.opened, self.said = opened, said
        self._done = self._not_before = -math.inf

    def work(self, now: float) -> None:
        """Post and seal if a day has closed by ``now`` (UTC epoch s) and has been seen to everywhere."""
        if not math.isfinite(now) or now < self._not_before:
            return
        until = int((now - CLOSES.total_seconds()) // DAY_S)
        if until <= self._done:
            return
        try:
            if self._kept(until, now):
                self._done = until
        except FAILURES as error:  # payloads go on; its text may name a person
            metrics.LEDGER_FAILED.inc()
            self._not_before = now + AGAIN_S
            self._noted(error)
            logger.error("the ledger cannot be posted (%s): 'tripmeter ledger post' says why", type(error).__name__)

    def _noted(self, error: Exception) -> None:
        with suppress(*FAILURES), self.opened() as store, store.writing() as connection:
            audit.record(connection, [audit.Entry(BY, "ledger.failed", detail={"error": type(error).__name__})])

    def _kept(self, until: int, now: float) -> bool:
        with self.opened() as store:
            with store.reading() as connection:
                seen_to, insured = closed(connection), bool(stored.read(connection).of(Policy))
            if not insured:
                return True
            if seen_to is None or seen_to < until:
                return False
            _tell(post(store, self.said, now, BY))
            if self.said.ledger.offer_days:
                _tell_offered(offers(store, self.said, now, BY))
            day = date.fromordinal(EPOCH + until - 1)
            if self.said.ledger.seal_key and _last_sealed(store) < day.isoformat():
                seal(store, self.said.ledger.seal_key, day, BY)
        metrics.LEDGER_POSTED.set(until * DAY_S)
        return True


def _tell(done: Posted) -> None:
    for entry in done.entries:
        metrics.LEDGER_ENTRIES.labels(entry["kind"]).inc()
    metrics.LEDGER_REFUSED.set(len(done.refused))
    metrics.LEDGER_LEFT.set(len(done.left))
    if done.refused:
        said = "%d policies could not be posted: 'tripmeter ledger post --dry-run' says which and why"
        logger.warning(said, len(done.refused))
    logger.info("the ledger is posted: %d new entries", len(done.entries))


def _tell_offered(done: Offered) -> None:
    for entry in done.entries:
        metrics.LEDGER_ENTRIES.labels(entry["kind"]).inc()
    if done.refused:
        said = "%d policies could not be offered their next term: 'tripmeter renew --dry-run' says which and why"
        logger.warning(said, len(done.refused))


def _last_sealed(store: Store) -> str:
    with store.reading() as connection:
        seals = chains.sealed(connection)
    return str(json.loads(seals[-1].text)["day"]) if seals else ""


def _books(
    store: Store, found: Shelf, privacy: str, now: float, policy_id: str | None, done: Posted
) -> Iterator[tuple[Book, Tariff]]:
    """What is known, a tariff at a time with the policies whose term began while it was in force."""
    mine: Mapping[str, str] = {}  # digest of its tariff by policy
    with store.reading() as connection:
        begun = _Begun(connection, found)
    for number, tariff in enumerate((*found.tariffs, *begun.others)):
        if number and tariff.digest not in mine.values():
            continue
        with store.reading() as connection:
            book = crossed(connection, tariff, tables.moment(now), privacy)
            if number == 0:
                mine = dict(_by_policy(book, found, begun, policy_id, done))
        own = [policy for policy in book.policies if mine.get(policy.policy_id) == tariff.digest]
        if own:
            done.left += book.left
            yield replace(book, policies=own), tariff


class _Begun:
    """The filed tariffs by which terms were begun: one dated back later does not reach them."""

    def __init__(self, connection: Connection, found: Shelf) -> None:
        chains.named_once(connection, found.tariffs)
        self._of = chains.begun(connection)
        kept = {digest: one for digest, one in chains.kept(connection).items() if one and one.status == "filed"}
        self.others = [one for digest, one in kept.items() if digest in self._of.values() and digest not in found.texts]
        self._known = {*found.texts, *kept}

    def tariff(self, policy: Policy, found: Shelf) -> str:
        """Digest of a policy's tariff: the one begun with, else that of the day the term begins."""
        digest = self._of.get(policy.policy_id, "")
        return digest if digest in self._known else found.at(policy.from_, policy.currency).digest


def _by_policy(
    book: Book, found: Shelf, begun: _Begun, policy_id: str | None, done: Posted
) -> Iterable[tuple[str, str]]:
    for policy in book.policies:
        try:
            if policy.from_ <= book.today and policy_id in (None, policy.policy_id):
                yield policy.policy_id, begun.tariff(policy, found)
        except ConfigError as error:
            done.refused.append(f"policy {policy.policy_id}: {error}")


def _write(store: Store, tariff: Tariff, text: str, new: posting.Posted, actor: str, said: Config) -> None:
    hashes = "\n".join(sorted(entry.hash for chain in new.values() for entry in chain))
    asked = {"tariff": tariff.tariff_id, "band": str(said.ledger.band), "step": str(said.ledger.step)}
    asked |= {"privacy": said.pricing.privacy, "code": metadata.version("tripmeter")}
    with store.writing() as connection:
        posting.write(connection, tariff, text, new)
        counts = {name: len(chain) for name, chain in new.items() if chain}
        made = {"entries": counts, "rows": sum(counts.values()), "sha256": digest(hashes), "query": asked}
        audit.record(connection, [audit.Entry(actor, "ledger.post", detail=made)])
