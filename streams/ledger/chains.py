"""Chains: the ledger's entries, tariffs and seals in the store; what is there is read and added to, never changed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, Table, func, insert, or_, select

from pricing.canonical import digest, moment, plain, text
from pricing.document import TariffError
from pricing.ledger.entry import Entry
from pricing.ledger.seal import Head, Link, Seal, moment_of
from pricing.premium import ANSWER, OFFER
from pricing.signed import Good, differences, is_signed
from pricing.tariff import Tariff
from pricing.tariffs import complete, parse
from streams.store.accounts import books, disputes, drivers, entries, rules, seals, tariffs, trailers
from streams.words import say

LEAST = 4  # characters that may stand for a hash
AT_ONCE = 500  # numbers in a question


class LedgerError(Exception):
    """A ledger that cannot be written or read as was asked."""


def policies(connection: Connection) -> list[str]:
    """Policies that have a chain."""
    return list(connection.execute(select(entries.c.policy_id).distinct().order_by(entries.c.policy_id)).scalars())


def of(connection: Connection, policy_id: str) -> list[Entry]:
    """A policy's chain, in order."""
    query = select(entries.c.text, entries.c.hash).where(entries.c.policy_id == policy_id).order_by(entries.c.seq)
    return [Entry(row.text, row.hash) for row in connection.execute(query)]


def since(connection: Connection, policy_id: str, seq: int) -> Iterator[Entry]:
    """Entries of a policy's chain after its entry ``seq``, in order."""
    query = select(entries.c.text, entries.c.hash).where(entries.c.policy_id == policy_id, entries.c.seq > seq)
    for row in connection.execute(query.order_by(entries.c.seq)):
        yield Entry(row.text, row.hash)


def some(connection: Connection, policy_id: str, numbers: Sequence[int]) -> Iterator[Entry]:
    """Entries of a policy's chain by their numbers, in order."""
    for first in range(0, len(numbers), AT_ONCE):
        mine = (entries.c.policy_id == policy_id) & entries.c.seq.in_(numbers[first : first + AT_ONCE])
        for row in connection.execute(select(entries.c.text, entries.c.hash).where(mine).order_by(entries.c.seq)):
            yield Entry(row.text, row.hash)


def heads(connection: Connection) -> dict[str, Head]:
    """The newest entry of each policy."""
    newest = select(entries.c.policy_id, func.max(entries.c.seq).label("seq")).group_by(entries.c.policy_id).subquery()
    same = (entries.c.policy_id == newest.c.policy_id) & (entries.c.seq == newest.c.seq)
    columns = (entries.c.policy_id, entries.c.seq, entries.c.hash)
    return {row.policy_id: Head(row.seq, row.hash) for row in connection.execute(select(*columns).join(newest, same))}


def begun(connection: Connection) -> dict[str, str]:
    """Digest of the tariff that each policy's chain began with."""
    rows = connection.execute(select(entries.c.policy_id, entries.c.text).where(entries.c.seq == 1))
    return {row.policy_id: str(Entry(row.text, "")["made"].get("tariff", "")) for row in rows}


def unanswered(connection: Connection) -> set[str]:
    """Policies that have been offered a next term and have no answer to it on record."""
    queries = [select(entries.c.policy_id).where(_is_of(kind)).distinct() for kind in (OFFER, ANSWER)]
    offered, answered = (set(connection.execute(query).scalars()) for query in queries)
    return offered - answered


def saying(connection: Connection, policy_id: str, kinds: Iterable[str]) -> list[Entry]:
    """Entries of some kinds of a policy's chain, in order."""
    said = or_(*map(_is_of, kinds)) & (entries.c.policy_id == policy_id)
    query = select(entries.c.text, entries.c.hash).where(said).order_by(entries.c.seq)
    return [Entry(row.text, row.hash) for row in connection.execute(query)]


def _is_of(kind: str) -> ColumnElement[bool]:
    """Whether an entry is of a kind, which a canonical text says just so; in a value, quotes would be escaped."""
    return entries.c.text.contains(f'"kind":"{kind}"', autoescape=True)


def append(connection: Connection, new: Mapping[str, Sequence[Entry]]) -> None:
    """Add entries to their policies' chains, in the caller's transaction; ``LedgerError`` if others have done so."""
    for policy_id, added in new.items():
        if not added:
            continue
        query = select(entries.c.hash).where(entries.c.policy_id == policy_id).order_by(entries.c.seq.desc()).limit(1)
        if added[0]["prev"] != (connection.execute(query).scalar() or ""):
            raise LedgerError(f"policy {policy_id}: somebody else has posted meanwhile; nothing was written, try again")
        not_sealed(connection, added[0].recorded_at)
        rows = [{"policy_id": policy_id, "seq": one["seq"], "hash": one.hash, "text": one.text} for one in added]
        connection.execute(insert(entries), rows)


def find(connection: Connection, name: str) -> Entry:
    """The entry whose hash is ``name`` or begins with it, or that ``POLICY:NUMBER`` names."""
    policy_id, colon, number = name.rpartition(":")
    if colon and number.isdigit():
        query = select(entries).where(entries.c.policy_id == policy_id, entries.c.seq == int(number))
    elif len(name) < LEAST:
        raise LedgerError(f"{name!r} is too short: give at least {LEAST} characters of a hash, or POLICY:NUMBER")
    else:
        query = select(entries).where(entries.c.hash.startswith(name, autoescape=True))
    found = connection.execute(query.limit(2)).all()
    if len(found) != 1:
        raise LedgerError(f"{name!r} is the beginning of several" if found else f"the ledger has no entry {name!r}")
    return Entry(found[0].text, found[0].hash)


def misplaced(connection: Connection, policy_id: str) -> Iterator[str]:
    """Rows of a policy whose number or policy are not those of their text."""
    query = select(entries).where(entries.c.policy_id == policy_id).order_by(entries.c.seq)
    for row in connection.execute(query):
        try:
            said = json.loads(row.text)
            fits = (said["policy_id"], said["seq"]) == (row.policy_id, row.seq)
        except (ValueError, TypeError, KeyError):
            fits = False
        if not fits:
            yield f"policy {row.policy_id}, entry {row.seq}: its row is not that of its text"


def keep(connection: Connection, tariff: Tariff, text: str) -> None:
    """Keep the tariff that entries are made with, as it was written.

    One that is filed is the only one of its name, for good: ``LedgerError`` says what differs from the one on record.
    """
    named_once(connection, [tariff])
    if connection.execute(select(tariffs.c.digest).where(tariffs.c.digest == tariff.digest)).first() is None:
        connection.execute(insert(tariffs), {"digest": tariff.digest, "text": complete(text, tariff)})


def named_once(connection: Connection, some: Sequence[Tariff]) -> None:
    """``LedgerError`` if a filed tariff has the name of another that is filed and on record."""
    filed = [one for one in some if one.status == "filed"]
    on_record = [one for one in (kept(connection).values() if filed else ()) if one and one.status == "filed"]
    for tariff in filed:
        for other in on_record:
            if other.name == tariff.name and other.digest != tariff.digest:
                raise LedgerError(_another(other, tariff))


def _another(other: Tariff, tariff: Tariff) -> str:
    found = [f"{path} {old} there, {new} here" for path, old, new in differences(other.content(), tariff.content())]
    return f"{other.tariff_id} is filed and on record, {tariff.tariff_id} differs; rename it: " + "; ".join(found[:5])


def kept(connection: Connection) -> dict[str, Tariff | None]:
    """The tariffs on record by their digest; None where a text no longer makes it."""
    return {row.digest: _read(row.text, row.digest) for row in connection.execute(select(tariffs))}


def unsigned(connection: Connection, good: Good) -> list[str]:
    """Filed tariffs on record without a good signature."""
    rows = [(row.text, _read(row.text, row.digest)) for row in connection.execute(select(tariffs))]
    filed = [(text, tariff) for text, tariff in rows if tariff is not None and tariff.status == "filed"]
    return [tariff.tariff_id for text, tariff in filed if not is_signed(text, tariff, good)]


def _read(text: str, digest: str) -> Tariff | None:
    try:
        found = parse(text, f"tariff {digest[:8]}")
    except TariffError:
        return None
    return found if found.digest == digest else None


def rows(connection: Connection) -> dict[str, Link]:
    """What premiums rest on beside the chains, by name: tariffs, and the insurer's word on rule sets and dismissals."""
    found = {f"tariff {row.digest}": Link(digest(row.text), "") for row in connection.execute(select(tariffs))}
    return (
        found
        | dict(_words(connection, rules, "acceptance of rules"))
        | dict(_words(connection, disputes, "concession"))
        | dict(_books(connection, "drivers", drivers, ("driver_id",)))
        | dict(_books(connection, "couplings", trailers, ("trailer", "axle", "last", "placard")))
    )


def _words(connection: Connection, table: Table, what: str) -> Iterator[tuple[str, Link]]:
    (key,) = table.primary_key.columns
    for row in connection.execute(select(table)).mappings():
        link = Link(digest(text(plain(dict(row)))), moment(datetime.fromtimestamp(row["at"], UTC)))
        yield f"{what} {row[key.name]}", link


def _books(connection: Connection, what: str, table: Table, names: Sequence[str]) -> Iterator[tuple[str, Link]]:
    """A word on a fleet's book at a time, people by number: one whose name is erased stays the same."""
    lines = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    by_number = {number: list(some) for number, some in groupby(lines, itemgetter("number"))}
    for word in connection.execute(select(books).where(books.c.what == what)).mappings():
        people = dict[str, int]()
        spans = [
            [row["vehicle_id"], row["start"], row["end"]]
            + [people.setdefault(row[name], len(people)) if name == "driver_id" else row[name] for name in names]
            for row in by_number.get(word["number"], ())
        ]
        told = {name: word[name] for name in ("fleet_id", "actor", "reason")} | {"spans": spans}
        at = moment(datetime.fromtimestamp(word["at"], UTC))
        yield (
            f"acceptance of {table.name.removeprefix('ledger_')} {word['number']}",
            Link(digest(text(plain(told))), at),
        )


def sealed(connection: Connection) -> list[Seal]:
    """The seals in order; ``LedgerError`` if they are not numbered 1, 2, 3."""
    found = connection.execute(select(seals).order_by(seals.c.number)).all()
    if [row.number for row in found] != [*range(1, len(found) + 1)]:
        raise LedgerError(say("seals_numbered"))
    return [Seal(row.text, row.signature) for row in found]


def not_sealed(connection: Connection, recorded_at: str) -> None:
    """``LedgerError`` if what is to be recorded at a moment comes after a seal that was made later than that."""
    last = connection.execute(select(seals).order_by(seals.c.number.desc()).limit(1)).first()
    if last is not None and recorded_at < moment_of(Seal(last.text, last.signature)):
        raise LedgerError(say("sealed_meanwhile"))


def add_seal(connection: Connection, seal: Seal) -> None:
    """Append a seal, in the caller's transaction."""
    last = connection.execute(select(func.max(seals.c.number))).scalar() or 0
    connection.execute(insert(seals), {"number": last + 1, "text": seal.text, "signature": seal.signature})
