"""Chains: the ledger's entries, tariffs and seals in the store; what is there is read and added to, never changed."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, insert, select

from pricing.ledger.entry import Entry
from pricing.ledger.seal import Seal
from pricing.tariff import Tariff
from pricing.tariffs import parse
from streams.store import accounts
from streams.store.accounts import entries, seals, tariffs

LEAST = 4  # characters that may stand for a hash


class LedgerError(Exception):
    """A ledger that cannot be written or read as was asked."""


def read(connection: Connection, policy_id: str | None = None) -> dict[str, list[Entry]]:
    """The chains by policy, all or one, in order."""
    query = select(entries).order_by(entries.c.policy_id, entries.c.seq)
    if policy_id is not None:
        query = query.where(entries.c.policy_id == policy_id)
    found: dict[str, list[Entry]] = {}
    for row in connection.execute(query):
        found.setdefault(row.policy_id, []).append(Entry(row.text, row.hash))
    return found


def append(connection: Connection, new: Mapping[str, Sequence[Entry]]) -> None:
    """Add entries to their policies' chains, in the caller's transaction; ``LedgerError`` if others have done so."""
    for policy_id, added in new.items():
        if not added:
            continue
        last = connection.execute(select(func.max(entries.c.seq)).where(entries.c.policy_id == policy_id)).scalar() or 0
        if added[0]["seq"] != last + 1:
            raise LedgerError(
                f"policy {policy_id}: somebody else has posted meanwhile; nothing was written, post again"
            )
        rows = [{"policy_id": policy_id, "seq": one["seq"], "hash": one.hash, "text": one.text} for one in added]
        connection.execute(insert(entries), rows)


def keep(connection: Connection, tariff: Tariff, text: str) -> None:
    """Keep the tariff that entries are made with, as it was written."""
    if connection.execute(select(tariffs.c.digest).where(tariffs.c.digest == tariff.digest)).first() is None:
        connection.execute(insert(tariffs), {"digest": tariff.digest, "text": text})


def kept(connection: Connection) -> dict[str, Tariff]:
    """The tariffs on record by their digest; one that no longer makes its own digest is not among them."""
    found = {row.digest: parse(row.text, f"tariff {row.digest[:8]}") for row in connection.execute(select(tariffs))}
    return {digest: tariff for digest, tariff in found.items() if tariff.digest == digest}


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


def sealed(connection: Connection) -> list[Seal]:
    """The seals in order."""
    return [Seal(row.text, row.signature) for row in connection.execute(select(seals).order_by(seals.c.number))]


def add_seal(connection: Connection, seal: Seal) -> None:
    """Append a seal, in the caller's transaction."""
    last = connection.execute(select(func.max(seals.c.number))).scalar() or 0
    connection.execute(insert(seals), {"number": last + 1, "text": seal.text, "signature": seal.signature})


def misplaced(connection: Connection) -> list[str]:
    """Rows whose number or policy are not those of their text."""
    faults = []
    for row in connection.execute(select(entries).order_by(entries.c.policy_id, entries.c.seq)):
        try:
            said = json.loads(row.text)
            fits = (said["policy_id"], said["seq"]) == (row.policy_id, row.seq)
        except (ValueError, TypeError, KeyError):
            fits = False
        if not fits:
            faults.append(f"policy {row.policy_id}, entry {row.seq}: its row is not that of its text")
    return faults


def versions(connection: Connection) -> set[str]:
    """Rule sets that the insurer has accepted."""
    return set(connection.execute(select(accounts.accepted.c.version)).scalars())


def accept(connection: Connection, version: str, actor: str, reason: str, at: float) -> None:
    """Accept a rule set, in the caller's transaction; once is enough."""
    if version not in versions(connection):
        row = {"version": version, "at": at, "actor": actor, "reason": reason}
        connection.execute(insert(accounts.accepted), row)
