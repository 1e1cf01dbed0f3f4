"""Chain: a policy's entries, each holding the hash of the one before, and what is wrong with them if anything is."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pricing.canonical import digest, text
from pricing.ledger.entry import FIRST, PLACE, Draft, Entry
from pricing.ledger.named import named

NAMES = {*PLACE, *Draft.__dataclass_fields__}
KINDS: dict[str, Any] = {**dict.fromkeys(NAMES, str), "v": int, "seq": int, "made": dict, "reverses": str | None}


class Fault(NamedTuple):
    """What is wrong, and at which place of the chain, from 1."""

    place: int
    what: str


def verify(entries: Sequence[Entry]) -> list[Fault]:
    """What does not hold in a policy's chain; empty if all of it is as it was written.

    Whoever can rewrite the whole chain is found by the seals, not here.
    """
    faults: list[Fault] = []
    sound: dict[str, Entry] = {}
    before, prev = None, FIRST
    for place, entry in enumerate(entries, 1):
        found = list(_altered(entry))
        if not found:
            found = [*_misplaced(entry, place, prev, before), *_reversed(entry, sound), *named(entry, sound)]
            sound[entry.hash] = before = entry
        faults.extend(Fault(place, what) for what in found)
        prev = entry.hash
    return faults


def _altered(entry: Entry) -> Iterator[str]:
    if digest(entry.text) != entry.hash:
        yield "its text is not the one its hash was made of"
    elif not _canonical(entry.text):
        yield "its text is not that of an entry"


def _canonical(said: str) -> bool:
    """Whether it is the text of an entry, each part of its kind: whoever reads it further need not ask."""
    try:
        content = json.loads(said)
        kinds = all(isinstance(content[name], kind) for name, kind in KINDS.items())
        _ = Entry(said, "").draft  # its days and its amount can be read
        return kinds and text(content) == said and set(content) == NAMES
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return False


def _misplaced(entry: Entry, place: int, prev: str, before: Entry | None) -> Iterator[str]:
    if entry["seq"] != place:
        yield f"it is number {entry['seq']}, where {place} should be"
    if entry["prev"] != prev:
        yield "it does not follow the entry before it"
    if entry["valid_from"] >= entry["valid_to"]:
        yield "its period is empty"
    if before is not None and entry["policy_id"] != before["policy_id"]:
        yield f"it is of policy {entry['policy_id']} in a chain of {before['policy_id']}"
    if before is not None and entry["recorded_at"] < before["recorded_at"]:
        yield "it was recorded before the entry before it"


def _reversed(entry: Entry, sound: dict[str, Entry]) -> Iterator[str]:
    """What is wrong with a reversing entry; ``sound`` are those before it."""
    if entry["reverses"] is None:
        return
    taken_back = sound.get(entry["reverses"])
    if taken_back is None or taken_back["reverses"] is not None:
        yield "it reverses no entry before it"
    elif taken_back.amount != -entry.amount:
        yield f"it reverses {taken_back.amount} by {entry.amount}"
    if any(each["reverses"] == entry["reverses"] for each in sound.values()):
        yield "what it reverses was reversed before"
