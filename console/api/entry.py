"""Entry over HTTP: one line of the ledger - the steps of its premium, all that it holds, and those it belongs to."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from console.api.ledger import EntryRow, seen, told
from console.api.premium import Rung
from console.api.pricing import private
from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import PRICING
from console.gate.problems import Problem
from console.reckoning.books import Chain, books
from pricing.ladder import TELEMATICS, Step, makes
from pricing.ledger.entry import Entry
from streams.ledger import chains
from streams.ledger.chains import LedgerError

SECRET = ("exposure", "own")  # of what it was made from: behaviour
STEPS = "steps"
BEFORE, AFTER, BY, REVERSES, REVERSED = "before", "after", "indication", "reverses", "reversed_by"
Made = dict[str, Any]


class Held(Shape):
    """Something that it was made from, by its place in the entry's text."""

    name: str
    value: str


class Near(EntryRow):
    """An entry that it belongs to."""

    what: str  # before, after: of the same cover of a vehicle; indication: it was taken from; reverses; reversed_by


class EntryDetail(EntryRow):
    """An entry with all that it holds."""

    by: str  # how the amount was made: rating, part, cancelled, adjusted, billed, ...
    prev: str  # hash of the entry before it in the policy's chain
    tariff_id: str
    factors: list[Rung]  # none: it is no premium
    sums: bool | None  # the steps, worked out anew, make the amount; null: it has none
    held: list[Held]
    near: list[Near]


def one(ask: Ask) -> EntryDetail:
    """What an entry holds."""
    name = ask.parts["id"]
    with ask.world.store.reading() as connection:
        try:
            entry = chains.find(connection, name)
        except LedgerError as error:
            raise Problem(404, "no_entry", str(error)) from error
        if not seen(ask)(entry["policy_id"]):
            raise Problem(404, "no_entry", f"the ledger has no entry {name!r}")
        same = (entry["vehicle_id"], entry["cover"])
        chain = books(ask.world).read(connection)[entry["policy_id"]]
        numbers = [seq for seq, line in enumerate(chain.lines, 1) if (line.vehicle_id, line.cover) == same]
        account = list(chains.some(connection, entry["policy_id"], numbers))
    return _detail(ask, entry, account, chain)


def _detail(ask: Ask, entry: Entry, account: list[Entry], chain: Chain) -> EntryDetail:
    made: Made = entry["made"]
    rated: Made = made.get("renewed", made)
    steps = [_step(said) for said in rated.get(STEPS, ())]
    hidden = private(ask)
    return EntryDetail(
        **_row(entry, chain),
        by=made.get("by", ""),
        prev=entry["prev"],
        tariff_id=rated.get("tariff_id", ""),
        factors=[Rung(**step._asdict()) for step in steps if not (hidden and step.part == TELEMATICS)],
        sums=_sums(entry, steps),
        held=[Held(name=name, value=value) for name, value in _flat(_shown(made, hidden))],
        near=[Near(**_row(other, chain), what=what) for what, other in _related(entry, account)],
    )


def _step(said: Made) -> Step:
    credibility = said["credibility"]
    exact = {name: Decimal(said[name]) for name in ("effect", "amount")}
    return Step(**{**said, **exact, "credibility": None if credibility is None else float(credibility)})


def _sums(entry: Entry, steps: list[Step]) -> bool | None:
    """Whether the steps make the amount; what takes one back has its amount turned round."""
    return makes(steps, entry.amount if entry["reverses"] is None else -entry.amount) if steps else None


def _shown(made: Made, hidden: bool) -> Made:
    """Without the steps, which are shown as such; without behaviour where it may not be known."""
    left = {name: value for name, value in made.items() if name != STEPS and not (hidden and name in SECRET)}
    return {name: _shown(value, hidden) if isinstance(value, dict) else value for name, value in left.items()}


def _flat(said: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Values with the names that lead to them."""
    if isinstance(said, dict | list):
        pairs = said.items() if isinstance(said, dict) else enumerate(said, 1)
        for key, value in pairs:
            yield from _flat(value, f"{name}.{key}" if name else str(key))
    elif said not in (None, ""):
        yield name, str(said)


def _related(entry: Entry, account: list[Entry]) -> Iterator[tuple[str, Entry]]:
    kind = [other for other in account if other["kind"] == entry["kind"] and other["reverses"] is None]
    before = [other for other in kind if other["seq"] < entry["seq"]]
    after = [other for other in kind if other["seq"] > entry["seq"]]
    yield from ((BEFORE, other) for other in before[-1:])
    yield from ((AFTER, other) for other in after[:1])
    for other in account:
        if other.hash == entry["made"].get("indication"):
            yield BY, other
        if other.hash == entry["reverses"]:
            yield REVERSES, other
        if other["reverses"] == entry.hash:
            yield REVERSED, other


def _row(entry: Entry, chain: Chain) -> Made:
    return msgspec.structs.asdict(told(entry, chain))


ENDPOINTS = (Endpoint("GET", "/pricing/ledger/{id}", one, "ledger", "One entry", PRICING, EntryDetail),)
