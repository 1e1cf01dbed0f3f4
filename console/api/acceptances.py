"""Acceptances over HTTP: what fleets have written of who drove and what was pulled since the insurer's last word."""

import hashlib
import math
import time
from typing import Annotated, Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from console.api.pricing import private
from console.endpoint import Ask, Body, Endpoint, Shape
from console.fleets import of_fleet, seen
from console.gate.access import ADMIN, PRICING, UNDERWRITER
from console.gate.problems import Problem
from console.lists.pages import Paged, page
from console.reckoning.figures import figures
from console.shapes import Page
from streams.ledger import books
from streams.ledger.books import DRIVER, LINES, Book, Line, Lines
from streams.messages import iso
from streams.registry import stored
from streams.registry.rows import FleetRow

JUDGING = frozenset({UNDERWRITER, ADMIN})
Key = tuple[str, float, str]
Named = tuple[str, Book]  # a fleet, and one of its books
Row = dict[str, Any]


class Acceptance(Shape):
    """How far a book of a fleet is as the insurer has accepted it; without a word, devices alone are believed."""

    fleet_id: str
    name: str
    book: str  # drivers, couplings
    rev: str  # for If-Match: another one whenever the registry or the word is another
    lines: int  # assignments or couplings, as the registry has them
    accepted: int  # by the last word
    changed: int  # where the two differ
    at: str | None  # of the last word
    by: str | None
    reason: str | None


class Reassigned(Shape):
    """An assignment or coupling that is otherwise than it was accepted; null: there is, or was, none."""

    vehicle: str
    vehicle_id: str
    what: str  # driver, trailer
    from_: str | None = msgspec.field(name="from")  # null: ever since
    old_driver: str | None  # or the trailer, with the axles that are its own
    old_to: str | None  # null: until further notice
    driver: str | None
    to: str | None


class Word(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which book premiums may follow, and why; it stays on record."""

    book: Book
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which fleet; empty: of all."""

    fleet: str = ""


class Held(NamedTuple):
    """A book of a fleet by the registry, and by the insurer's last word."""

    now: Lines
    then: Lines
    word: Row | None

    @property
    def changed(self) -> list[Key]:
        """Vehicles and moments from which on the two differ, and in what."""
        return sorted(key for key in self.now.keys() | self.then.keys() if self.now.get(key) != self.then.get(key))

    @property
    def rev(self) -> str:
        """Says whether anything is another."""
        said = [sorted(self.now.items()), sorted(self.then.items()), self.word and self.word["number"]]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


NOTHING = Held({}, {}, None)


def listed(ask: Ask) -> Page[Acceptance]:
    """Books of fleets that assign drivers or couple trailers, or of which somebody has accepted that they did."""
    with ask.world.store.reading() as connection:
        held = _held(connection)
    found = {name: one for name, one in held.items() if ask.scope.fleet(name[0]) and ask.query.fleet in ("", name[0])}
    return page(sorted(found), ask.query, " ".join, lambda name: _acceptance(ask, name, found[name]))


def reassigned(ask: Ask) -> Page[Reassigned]:
    """What of a fleet is otherwise than it was accepted."""
    if private(ask):
        raise Problem(403, "private", "pricing is told of vehicles' scores and km alone: pricing.privacy")
    fleet_id = of_fleet(ask)
    with ask.world.store.reading() as connection:
        held = _held(connection)
    both = [held.get((fleet_id, book), NOTHING) for book in LINES]
    changed = sorted((key, one) for one in both for key in one.changed)
    return page(changed, ask.query, lambda one: str(one[0]), lambda one: _reassigned(fleet_id, *one))


def accept(ask: Ask) -> Acceptance:
    """Premiums follow who drove, or what was pulled, as the registry has it now, once the next day has closed."""
    name, wanted = (of_fleet(ask), ask.body.book), seen(ask)
    with ask.world.store.writing() as connection:
        held = _held(connection).get(name, NOTHING)
        if wanted not in ("", held.rev):
            raise Problem(409, "changed", "it has changed meanwhile", current=_acceptance(ask, name, held))
        books.accept(connection, *name, ask.who.login, ask.body.reason, time.time())
        held = _held(connection)[name]
    figures(ask.world).afresh()
    return _acceptance(ask, name, held)


def _held(connection: Connection) -> dict[Named, Held]:
    """Books that say something, or of which there is a word."""
    now, then, words = books.registered(stored.read(connection)), books.accepted(connection), books.said(connection)
    fleets = {*now, *then, *(fleet_id for fleet_id, _ in words)} - {""}
    found: dict[Named, Held] = {}
    for fleet_id in fleets:
        for book in LINES:
            name, (mine, old) = (fleet_id, book), (_of(said.get(fleet_id, {}), book) for said in (now, then))
            if mine or old or name in words:
                found[name] = Held(mine, old, words.get(name))
    return found


def _of(lines: Lines, book: Book) -> Lines:
    return {key: line for key, line in lines.items() if (key[2] == DRIVER) == (book == "drivers")}


def _acceptance(ask: Ask, name: Named, held: Held) -> Acceptance:
    fleet_id, book = name
    row, word = ask.world.known.registry.rows["fleets"].get(fleet_id), held.word
    return Acceptance(
        fleet_id=fleet_id,
        name=row.name if isinstance(row, FleetRow) else fleet_id,
        book=book,
        rev=held.rev,
        lines=len(held.now),
        accepted=len(held.then),
        changed=len(held.changed),
        at=iso(word["at"]) if word else None,
        by=word["actor"] if word else None,
        reason=word["reason"] if word else None,
    )


def _reassigned(fleet_id: str, key: Key, held: Held) -> Reassigned:
    vehicle_id, start, what = key
    (old_to, old_driver), (to, driver) = _told(held.then.get(key)), _told(held.now.get(key))
    return Reassigned(
        vehicle=f"{fleet_id}/{vehicle_id}",
        vehicle_id=vehicle_id,
        what="driver" if what == DRIVER else "trailer",
        from_=_moment(start),
        old_driver=old_driver,
        old_to=_moment(old_to),
        driver=driver,
        to=_moment(to),
    )


def _told(line: Line | None) -> tuple[float | None, str | None]:
    return (None, None) if line is None else (line.end, line.who)


def _moment(t: float | None) -> str | None:
    return None if t is None or math.isinf(t) else iso(t)


_PATH = "/pricing/acceptances"
_CHANGES = f"{_PATH}/{{fleet}}/changes"
LISTS = (
    Endpoint(
        "GET", _PATH, listed, "ledger", "Whether fleets' books are accepted", PRICING, Page[Acceptance], query=Wanted
    ),
    Endpoint(
        "GET", _CHANGES, reassigned, "ledger", "What is not as it was accepted", PRICING, Page[Reassigned], query=Paged
    ),
)
ENDPOINTS = (
    Endpoint(
        *(
            "POST",
            f"{_PATH}/{{fleet}}",
            accept,
            "ledger",
            "Accept a book of a fleet; 409 if changed",
            JUDGING,
            Acceptance,
        ),
        takes=Word,
        headers=("If-Match",),
    ),
)
