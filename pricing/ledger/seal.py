"""Seal: all the ledger holds under one signature a day, so that whoever rewrites the database is found all the same.

The key is kept where the database's owner has no access, and the newest seal is also handed out: a seal that nobody
else has seen can be withheld together with the entries it covers.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from pricing.canonical import digest, moment, text

Sign = Callable[[str], str]
Good = Callable[[str, str], bool]  # whether a text has this signature


class Head(NamedTuple):
    """The newest entry of a chain."""

    seq: int
    hash: str


class Link(NamedTuple):
    """An entry of a chain, or another row that premiums rest on: a tariff, a word of the insurer."""

    hash: str
    recorded_at: str  # UTC, as ``moment`` writes it; empty: at no moment of its own


class Sealed(NamedTuple):
    """What a seal says."""

    day: str
    at: str  # the moment it was made: nothing that it does not hold was on record before
    prev: str  # sha256 of the seal before
    heads: Mapping[str, Head]  # by policy
    rows: Mapping[str, str]  # hashes of other rows by name, of those that no seal before holds


@dataclass(frozen=True)
class Seal:
    """Canonical text of what is sealed, and the signature over it."""

    text: str
    signature: str


def seal(
    heads: Mapping[str, Head], rows: Mapping[str, Link], day: date, at: datetime, before: Sequence[Seal], sign: Sign
) -> Seal:
    """The seal of ``day`` after those ``before``, made ``at``: ``heads`` of all chains by policy, ``rows`` by name."""
    known = [said.rows for each in before if (said := _read(each.text))]
    content = {
        "at": moment(at),
        "day": day.isoformat(),
        "heads": {policy: head._asdict() for policy, head in heads.items()},
        "prev": digest(before[-1].text) if before else "",
        "rows": {name: row.hash for name, row in rows.items() if not any(name in one for one in known)},
    }
    return Seal(text(content), sign(text(content)))


def moment_of(said: Seal) -> str:
    """When a seal was made."""
    return str(json.loads(said.text)["at"])


def check(
    seals: Sequence[Seal], chains: Mapping[str, Sequence[Link]], rows: Mapping[str, Link], good: Good
) -> list[str]:
    """What does not hold: of the seals themselves, and of chains and other rows that no longer are what was sealed.

    ``chains`` are all entries by policy, ``rows`` the others by name.
    """
    faults: list[str] = []
    held: set[str] = set()
    for i, each in enumerate(seals):
        sealed = _read(each.text) if good(each.text, each.signature) else None
        if sealed is None:
            faults.append(f"seal {i + 1}: its signature is not good")
            continue
        if sealed.prev != (digest(seals[i - 1].text) if i else ""):
            faults.append(f"seal {i + 1} of {sealed.day} does not follow the seal before it")
        held |= sealed.rows.keys()
        found = [*_moved(sealed, chains), *_changed(sealed, rows), *_late(sealed, chains, rows, held)]
        faults.extend(f"seal of {sealed.day}: {what}" for what in found)
    return faults


def _read(said: str) -> Sealed | None:
    """What a seal says; None if it is none, which only a signature that nobody checks lets through."""
    try:
        content = json.loads(said)
        heads = {policy: Head(**head) for policy, head in content["heads"].items()}
        return Sealed(content["day"], content["at"], content["prev"], heads, dict(content["rows"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _moved(sealed: Sealed, chains: Mapping[str, Sequence[Link]]) -> Iterator[str]:
    for policy, head in sealed.heads.items():
        chain = chains.get(policy, ())
        if len(chain) < head.seq:
            yield f"policy {policy} had {head.seq} entries and has {len(chain)}"
        elif chain[head.seq - 1].hash != head.hash:
            yield f"policy {policy}: entry {head.seq} is another one"


def _changed(sealed: Sealed, rows: Mapping[str, Link]) -> Iterator[str]:
    for name, sealed_hash in sealed.rows.items():
        if name not in rows:
            yield f"{name} is gone"
        elif rows[name].hash != sealed_hash:
            yield f"{name} is not as it was"


def _late(
    sealed: Sealed, chains: Mapping[str, Sequence[Link]], rows: Mapping[str, Link], held: set[str]
) -> Iterator[str]:
    """What says that it was there when the seal was made, which does not hold it."""
    for policy, chain in chains.items():
        seq = sealed.heads[policy].seq if policy in sealed.heads else 0
        if len(chain) > seq and chain[seq].recorded_at < sealed.at:
            yield f"policy {policy}: entry {seq + 1} says that it was recorded before, and was not there"
    for name, row in rows.items():
        if name not in held and row.recorded_at and row.recorded_at < sealed.at:
            yield f"{name} says that it was recorded before, and was not there"
