"""Seal: a day's heads of all chains under one signature, so that whoever rewrites the database is found all the same.

The key is kept where the database's owner has no access, and the newest seal is also handed out: a seal that nobody
else has seen can be withheld together with the entries it covers.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pricing.canonical import digest, text
from pricing.ledger.entry import Entry

Sign = Callable[[str], str]
Good = Callable[[str, str], bool]  # whether a text has this signature
Chains = Mapping[str, Sequence[Entry]]  # by policy


@dataclass(frozen=True)
class Seal:
    """Canonical text of a day's heads, and the signature over it."""

    text: str
    signature: str


def seal(chains: Chains, day: date, last: Seal | None, sign: Sign) -> Seal:
    """The seal of ``day`` after the ``last`` one, over the newest entry of each chain."""
    heads = {policy: {"seq": len(chain), "hash": chain[-1].hash} for policy, chain in chains.items() if chain}
    said = text({"day": day.isoformat(), "heads": heads, "prev": digest(last.text) if last else ""})
    return Seal(said, sign(said))


def check(seals: Sequence[Seal], chains: Chains, good: Good) -> list[str]:
    """What does not hold: of the seals themselves, and of chains that no longer are what was sealed."""
    faults: list[str] = []
    for i, each in enumerate(seals):
        if not good(each.text, each.signature):
            faults.append(f"seal {i + 1}: its signature is not good")
            continue
        content = json.loads(each.text)
        if content["prev"] != (digest(seals[i - 1].text) if i else ""):
            faults.append(f"seal {i + 1} of {content['day']} does not follow the seal before it")
        faults.extend(f"seal of {content['day']}: {what}" for what in _moved(content["heads"], chains))
    return faults


def _moved(heads: Mapping[str, Any], chains: Chains) -> Iterator[str]:
    for policy, head in heads.items():
        chain = chains.get(policy, ())
        if len(chain) < head["seq"]:
            yield f"policy {policy} had {head['seq']} entries and has {len(chain)}"
        elif chain[head["seq"] - 1].hash != head["hash"]:
            yield f"policy {policy}: entry {head['seq']} is another one"
