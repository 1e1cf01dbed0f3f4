"""Seal: a day's heads of all chains under one signature, so that whoever rewrites the database is found all the same.

The key is kept where the database's owner has no access, and the newest seal is also handed out: a seal that nobody
else has seen can be withheld together with the entries it covers.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pricing.canonical import digest, text

Sign = Callable[[str], str]
Good = Callable[[str, str], bool]  # whether a text has this signature


class Head(NamedTuple):
    """The newest entry of a chain."""

    seq: int
    hash: str


class Sealed(NamedTuple):
    """What a seal says."""

    day: str
    prev: str  # sha256 of the seal before
    heads: Mapping[str, Head]  # by policy


@dataclass(frozen=True)
class Seal:
    """Canonical text of a day's heads, and the signature over it."""

    text: str
    signature: str


def seal(heads: Mapping[str, Head], day: date, last: Seal | None, sign: Sign) -> Seal:
    """The seal of ``day`` after the ``last`` one, over the ``heads`` of all chains by policy."""
    said = {policy: head._asdict() for policy, head in heads.items()}
    content = text({"day": day.isoformat(), "heads": said, "prev": digest(last.text) if last else ""})
    return Seal(content, sign(content))


def check(seals: Sequence[Seal], chains: Mapping[str, Sequence[str]], good: Good) -> list[str]:
    """What does not hold: of the seals themselves, and of chains that no longer are what was sealed.

    ``chains`` are the hashes of all entries by policy.
    """
    faults: list[str] = []
    for i, each in enumerate(seals):
        sealed = _read(each.text) if good(each.text, each.signature) else None
        if sealed is None:
            faults.append(f"seal {i + 1}: its signature is not good")
            continue
        if sealed.prev != (digest(seals[i - 1].text) if i else ""):
            faults.append(f"seal {i + 1} of {sealed.day} does not follow the seal before it")
        faults.extend(f"seal of {sealed.day}: {what}" for what in _moved(sealed.heads, chains))
    return faults


def _read(said: str) -> Sealed | None:
    """What a seal says; None if it is none, which only a signature that nobody checks lets through."""
    try:
        content = json.loads(said)
        heads = {policy: Head(**head) for policy, head in content["heads"].items()}
        return Sealed(content["day"], content["prev"], heads)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _moved(heads: Mapping[str, Head], chains: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for policy, head in heads.items():
        chain = chains.get(policy, ())
        if len(chain) < head.seq:
            yield f"policy {policy} had {head.seq} entries and has {len(chain)}"
        elif chain[head.seq - 1] != head.hash:
            yield f"policy {policy}: entry {head.seq} is another one"
