"""Books: what the ledger holds of each policy, in sums; one query says whose chain has grown, and only that is read."""

import sys
import threading
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from console.world import World
from pricing.ledger.entry import Entry
from pricing.ledger.seal import Head
from pricing.premium import ADJUSTMENT, CHARGED, INDICATED
from streams.ledger import chains

NOTHING = Decimal("0.00")
NAMED = ("vehicle_id", "cover", "valid_from", "reason")  # of an entry, and of many others too
EMPTY = Head(0, "")
ILLUSTRATIVE = "illustrative"


@dataclass
class Account:
    """A vehicle's cover in a policy; empty names: what is charged to the policy as a whole."""

    charged: Decimal = NOTHING  # less what was given back
    adjusted: Decimal = NOTHING
    shown: dict[str, Decimal] = field(default_factory=dict)  # indications that hold, by hash, the newest last
    statuses: set[str] = field(default_factory=set)  # of the tariffs that its entries were made by

    @property
    def indicated(self) -> Decimal | None:
        """The premium of the whole term, as it was indicated last; None: nothing is."""
        return next(reversed(self.shown.values()), None)


class Line(NamedTuple):
    """An entry as it is looked for."""

    at: str  # when it was recorded
    first: str  # its first day
    kind: str
    vehicle_id: str
    cover: str
    amount: Decimal
    reason: str
    status: str  # of the tariff that it was made by: illustrative, filed; empty: by none

    @property
    def month(self) -> str:
        """That its first day is in."""
        return self.first[:7]


@dataclass
class Chain:
    """Sums over a policy's chain up to its ``head``."""

    head: Head = EMPTY
    currency: str = ""  # of all of it: a policy has one
    statuses: set[str] = field(default_factory=set)  # of the tariffs that what is charged was made by
    months: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # by month and kind
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)  # by vehicle and cover
    lines: list[Line] = field(default_factory=list)  # its entries 1, 2, ...
    fleets: dict[str, str] = field(default_factory=dict)  # of its vehicles: a charge does not say it, a premium does
    made_by: dict[str, str] = field(default_factory=dict)  # status of each indication, by hash: charges name theirs

    def take(self, entry: Entry) -> None:
        """Add one more entry."""
        kind, amount, self.currency = entry["kind"], entry.amount, entry["currency"]
        status, made = self._status(entry), entry["made"].get("renewed", entry["made"])
        if fleet_id := made.get("risk", {}).get("fleet_id"):
            self.fleets[entry["vehicle_id"]] = fleet_id
        vehicle_id, cover, first, reason = (sys.intern(str(entry[name])) for name in NAMED)
        line = Line(entry.recorded_at, first, kind, vehicle_id, cover, amount, reason, status)
        self.months[line.month, kind] = self.months.get((line.month, kind), NOTHING) + amount
        account = self.accounts.setdefault((line.vehicle_id, line.cover), Account())
        account.statuses.add(status)
        if kind == CHARGED:
            account.charged += amount
        elif kind == ADJUSTMENT:
            account.adjusted += amount
        elif kind == INDICATED and entry["reverses"] is None:
            account.shown[entry.hash] = amount
        elif kind == INDICATED:
            account.shown.pop(entry["reverses"], None)
        if kind in (CHARGED, ADJUSTMENT):
            self.statuses.add(status)
        self.lines.append(line)
        self.head = Head(entry["seq"], entry.hash)

    def _status(self, entry: Entry) -> str:
        """Of the tariff that an entry was made by, or the indication that it names."""
        made = entry["made"].get("renewed", entry["made"])
        status = made.get("status") or self.made_by.get(made.get("indication") or "", "")
        if entry["kind"] == INDICATED:
            self.made_by[entry.hash] = sys.intern(status)
        return sys.intern(status)


def worst(statuses: Iterable[str], otherwise: str) -> str:
    """Illustrative where one of them is."""
    return ILLUSTRATIVE if ILLUSTRATIVE in statuses else otherwise


class Books:
    """The chains of a store as they are now."""

    def __init__(self) -> None:
        self._lock, self._chains = threading.Lock(), dict[str, Chain]()

    def read(self, connection: Connection) -> Mapping[str, Chain]:
        """By policy."""
        with self._lock:
            heads = chains.heads(connection)
            self._chains = {policy: self._grown(connection, policy, head) for policy, head in heads.items()}
            return self._chains

    def _grown(self, connection: Connection, policy_id: str, head: Head) -> Chain:
        known = self._chains.get(policy_id) or Chain()
        if known.head == head:
            return known
        known = deepcopy(known)  # somebody may be reading the one that was
        new = list(chains.since(connection, policy_id, known.head.seq))
        if not new or new[0]["prev"] != known.head.hash:  # not what it was: from the beginning
            known, new = Chain(), chains.of(connection, policy_id)
        for entry in new:
            known.take(entry)
        return known


def books(world: World) -> Books:
    """Those of ``world``."""
    found: Books = world.shelf.setdefault("books", Books())
    return found
