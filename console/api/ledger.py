"""Ledger over HTTP: its entries, whether any was altered, what fleets dismissed and the insurer makes of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl

from console.access import PRICING
from console.endpoint import Ask, Endpoint, Query, Shape
from console.pages import Paged, page
from console.problems import Problem
from console.shapes import Page
from pricing.ledger.entry import row
from pricing.ledger.seal import Good
from streams.ledger import chains
from streams.ledger.verifying import verify


class EntryRow(Shape):
    """An entry of the ledger."""

    policy_id: str
    seq: int
    hash: str
    recorded_at: str
    kind: str
    reason: str
    vehicle_id: str
    cover: str
    valid_from: str
    valid_to: str
    amount: Decimal
    currency: str
    reverses: str


class Verdict(Shape):
    """What became of a verification."""

    good: bool
    policies: int
    entries: int
    replayed: int
    seals: int
    signatures: bool  # whether they were checked
    problems: list[str]


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries; empty: of all policies."""

    policy: str = ""


class Again(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``replay``: make every entry again from what it holds, too."""

    replay: bool = False


def entries(ask: Ask) -> Page[EntryRow]:
    """Entries, the newest first; those that are shown alone are parsed."""
    with ask.world.store.reading() as connection:
        names = [name for name in filter(seen(ask), chains.policies(connection)) if ask.query.policy in ("", name)]
        found = [(name, k, one) for name in names for k, one in enumerate(chains.of(connection, name))]
    found.sort(key=lambda one: (one[2].recorded_at, *one[:2]), reverse=True)
    return page([one for _, _, one in found], ask.query, lambda one: str(one.hash), _entry)


def verified(ask: Ask) -> Verdict:
    """Whether any byte of the ledger was altered."""
    whole(ask)
    key = ask.world.config.ledger.check_key
    with ask.world.store.reading() as connection:
        found = verify(connection, _checker(key) if key else None, ask.query.replay)
    return Verdict(good=not found.problems, **vars(found))


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


def _checker(key: str) -> Good:
    from streams.keys import checker  # cryptography, which those without signatures need not have

    return checker(key)


def _entry(entry: Any) -> EntryRow:
    said = row(entry)
    return EntryRow(**said | {"reverses": said["reverses"] or ""})


LISTS = (Endpoint("GET", "/pricing/ledger", entries, "ledger", "Entries", PRICING, Page[EntryRow], query=Wanted),)
ENDPOINTS = (
    Endpoint(
        "GET", "/pricing/ledger/verify", verified, "ledger", "Was any byte altered", PRICING, Verdict, query=Again
    ),
)
