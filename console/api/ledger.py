"""Ledger over HTTP: its entries, whether any was altered, what fleets dismissed and the insurer makes of it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec
import polars as pl

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import PRICING
from console.gate.problems import Problem
from console.lists.sorting import Columns, Sorted, page
from console.reckoning.books import Chain, Line, books
from console.reckoning.verification import verifications
from console.shapes import Page
from pricing.ledger.entry import Entry, row
from streams.ledger import chains


class EntryRow(Shape):
    """An entry of the ledger."""

    policy_id: str
    seq: int
    hash: str
    recorded_at: str
    kind: str
    reason: str
    fleet_id: str  # empty: it is the policy's, or none of its vehicle's entries says it
    vehicle_id: str
    cover: str
    valid_from: str
    valid_to: str
    amount: Decimal
    currency: str
    reverses: str
    status: str  # of the tariff it was made by: illustrative, filed; empty: by none


class Verdict(Shape):
    """What became of a verification, or how far it is; then it is asked for again."""

    done: bool
    policies: int  # gone through
    of: int  # of all
    good: bool | None  # null: not known yet
    entries: int | None
    replayed: int | None
    seals: int | None
    signatures: bool | None  # whether those of the seals were checked
    problems: list[str]


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries; empty: all."""

    policy: str = ""
    month: Annotated[str, msgspec.Meta(description="in which they begin, like 2025-11")] = ""
    kind: str = ""
    vehicle: Annotated[str, msgspec.Meta(description="its id, with the fleet or without")] = ""
    cover: str = ""
    currency: str = ""


class Found(NamedTuple):
    """An entry that is looked for, and where it stands."""

    line: Line
    policy_id: str
    seq: int

    @property
    def key(self) -> tuple[str, int]:
        """By which it is read."""
        return self.policy_id, self.seq


class Again(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``replay``: make every entry again from what it holds, too."""

    replay: bool = False


def entries(ask: Ask) -> Page[EntryRow]:
    """Entries, the newest first; those that are shown alone are read."""
    with ask.world.store.reading() as connection:
        known = books(ask.world).read(connection)
        names = [name for name in filter(seen(ask), known) if ask.query.policy in ("", name)]
        names = [name for name in names if ask.query.currency in ("", known[name].currency)]
        lines = [Found(one, name, seq) for name in names for seq, one in enumerate(known[name].lines, 1)]
        kept = [one for one in lines if _wanted(ask.query, one.line, known[one.policy_id])]
        kept.sort(key=lambda one: (one.line.at, *one.key), reverse=True)
        found = page(kept, ask.query, lambda one: f"{one.policy_id} {one.seq:09}", lambda one: one.key, _columns(known))
        wanted: dict[str, list[int]] = {}
        for name, seq in found.items:
            wanted.setdefault(name, []).append(seq)
        read = {(name, one["seq"]): one for name, some in wanted.items() for one in chains.some(connection, name, some)}
    found.items = [told(read[name, seq], known[name]) for name, seq in found.items if (name, seq) in read]
    return found


def verified(ask: Ask) -> Verdict:
    """Whether any byte of the ledger was altered; where that takes long, how far it is."""
    whole(ask)
    one, over = verifications(ask.world).ask(ask.world, ask.query.replay)
    if over:
        found = vars(one.found)
        return Verdict(done=True, of=one.found.policies, good=not one.found.problems, **found)
    later = dict.fromkeys(("good", "entries", "replayed", "seals", "signatures"))
    return Verdict(done=False, policies=one.policies, of=one.of, problems=[], **later)


def seen(ask: Ask) -> Callable[[str], bool]:
    """Says of a policy whether it insures nothing but what is seen."""
    if ask.scope.everything:
        return lambda _policy_id: True
    fleets = ask.world.known.roster.risks().group_by("policy_id").agg(pl.col("fleet_id").unique())
    own = {policy_id for policy_id, some in fleets.iter_rows() if all(map(ask.scope.fleet, some))}
    return own.__contains__


def whole(ask: Ask) -> None:
    if not ask.scope.everything:
        raise Problem(403, "role", "this is of all fleets at once")


def told(entry: Entry, chain: Chain) -> EntryRow:
    """An entry as lists have it."""
    said, status = row(entry), chain.lines[entry["seq"] - 1].status
    said |= {"reverses": said["reverses"] or "", "fleet_id": chain.fleets.get(entry["vehicle_id"], "")}
    return EntryRow(**said, status=status)


def _columns(known: Mapping[str, Chain]) -> Columns:
    """What entries are sorted by without being read."""
    same = ("kind", "cover", "amount", "reason", "status")
    said = {"recorded_at": "at", "valid_from": "first"} | dict(zip(same, same, strict=True))
    values: dict[str, Callable[[Found], Any]] = {name: attrgetter(f"line.{of}") for name, of in said.items()}
    return Columns(
        "ledger",
        values
        | {
            "policy_id": attrgetter("policy_id"),
            "seq": attrgetter("seq"),
            "currency": lambda one: known[one.policy_id].currency,
            "vehicle_id": lambda one: _vehicle(known[one.policy_id], one.line.vehicle_id),
        },
    )


def _vehicle(chain: Chain, vehicle_id: str) -> str:
    fleet_id = chain.fleets.get(vehicle_id)
    return f"{fleet_id}/{vehicle_id}" if fleet_id else vehicle_id


def _wanted(asked: Wanted, one: Line, chain: Chain) -> bool:
    fleet_id, _, vehicle_id = asked.vehicle.rpartition("/")
    if fleet_id and chain.fleets.get(one.vehicle_id) != fleet_id:
        return False
    pairs = (
        (asked.month, one.month),
        (asked.kind, one.kind),
        (vehicle_id, one.vehicle_id),
        (asked.cover, one.cover),
    )
    return all(said in ("", there) for said, there in pairs)


LISTS = (Endpoint("GET", "/pricing/ledger", entries, "ledger", "Entries", PRICING, Page[EntryRow], query=Wanted),)
ENDPOINTS = (
    Endpoint(
        "GET", "/pricing/ledger/verify", verified, "ledger", "Was any byte altered", PRICING, Verdict, query=Again
    ),
)
