"""Entry: one immutable line of a policy's chain; what was wrong is put right by a reversing entry and a new one."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from pricing.canonical import digest, moment, plain, text

VERSION = 1
PLACE = ("v", "seq", "prev", "recorded_at")
FIRST = ""  # ``prev`` of a policy's first entry
SHOWN = (
    "policy_id",
    "seq",
    "recorded_at",
    "kind",
    "reason",
    "vehicle_id",
    "cover",
    "valid_from",
    "valid_to",
    "amount",
    "currency",
    "reverses",
    "hash",
)


@dataclass(frozen=True)
class Draft:
    """What an entry says, before it has its place in the chain."""

    policy_id: str
    vehicle_id: str
    cover: str
    kind: str  # indicated, charged or adjustment
    valid_from: date
    valid_to: date  # excluded
    amount: Decimal
    currency: str
    made: dict[str, Any]  # all that is needed to make the amount again, plain
    reason: str = ""
    reverses: str | None = None  # hash of the entry that this one takes back


@dataclass(frozen=True)
class Entry:
    """A stored entry: its canonical text and the sha256 over it."""

    text: str
    hash: str

    @cached_property
    def content(self) -> dict[str, Any]:
        """The text, read."""
        content: dict[str, Any] = json.loads(self.text)
        return content

    def __getitem__(self, name: str) -> Any:
        return self.content[name]

    @property
    def recorded_at(self) -> str:
        """When it was written, found without reading all of the text: in a value, quotes are escaped."""
        return self.text.rpartition('"recorded_at":"')[2].partition('"')[0]

    @property
    def amount(self) -> Decimal:
        """In the entry's currency; below 0 it is given back."""
        return Decimal(self.content["amount"])

    @property
    def draft(self) -> Draft:
        """What it says, without its place in the chain."""
        said = {name: self.content[name] for name in Draft.__dataclass_fields__}
        days = {name: date.fromisoformat(said[name]) for name in ("valid_from", "valid_to")}
        return Draft(**(said | days | {"amount": self.amount}))


def follow(last: Entry | None, draft: Draft, recorded_at: datetime) -> Entry:
    """The entry of ``draft`` after the policy's ``last`` one; ``recorded_at`` is the clock of whoever writes it."""
    if last is not None and last["policy_id"] != draft.policy_id:
        raise ValueError(f"ledger: an entry of policy {draft.policy_id} cannot follow one of {last['policy_id']}")
    place = {"v": VERSION, "seq": last["seq"] + 1 if last else 1, "prev": last.hash if last else FIRST}
    return _written(place | {"recorded_at": moment(recorded_at)}, draft)


def instead(entry: Entry, draft: Draft) -> Entry:
    """The entry that would stand in the place of ``entry``, had it said ``draft``."""
    return _written({name: entry[name] for name in PLACE}, draft)


def reversal(entry: Entry, reason: str) -> Draft:
    """The draft that takes ``entry`` back: the same with its amount turned round."""
    if entry["reverses"] is not None:
        raise ValueError("ledger: a reversing entry is not reversed; post what holds anew")
    found = entry.draft
    return Draft(**(vars(found) | {"amount": -found.amount, "reason": reason, "reverses": entry.hash}))


def row(entry: Entry) -> dict[str, Any]:
    """An entry as a row of a table: ``SHOWN``, the amount as a decimal."""
    return {name: entry[name] for name in SHOWN[:-1]} | {"amount": entry.amount, "hash": entry.hash}


def _written(place: dict[str, Any], draft: Draft) -> Entry:
    said = text(place | plain(draft))
    return Entry(said, digest(said))
