"""Registry over HTTP: its rows by kind, changed one at a time, refused with all that is wrong."""

import hashlib
from collections.abc import Callable
from typing import Annotated

import msgspec

from console.endpoint import Ask, Body, Endpoint, Shape
from console.fleets import seen
from console.gate.access import ACTING, ADMIN
from console.gate.problems import Problem
from console.lists import times
from console.lists.pages import Paged, page
from console.lists.times import Instant
from console.reckoning.figures import figures
from console.shapes import Page
from streams import registry
from streams.config import MASK
from streams.registry import Registry, RegistryError, cells
from streams.registry.base import Row
from streams.registry.book import Place
from streams.registry.book import Problem as Complaint
from streams.registry.described import CELLS
from streams.registry.edited import edited
from streams.registry.periods import Fleets, seconds
from streams.registry.rows import KINDS
from streams.words import say

OF_FLEETS = ("driver_assignments", "route_assignments", "couplings", "drivers", "geofences")  # a fleet's own to change


class Column(Shape):
    """A column of a kind."""

    name: str
    meaning: str
    needed: bool
    type: str
    ref: str
    choices: list[str]


class Kind(Shape):
    """A kind of row."""

    kind: str
    rows: int
    editable: bool  # by whoever asks
    columns: list[Column]


class RegistryRow(Shape):
    """A row, its cells as files have them."""

    kind: str
    key: str
    cells: dict[str, str]
    rev: str


class Change(Shape):
    """One difference that was made."""

    what: str
    kind: str
    key: str
    fields: list[str]


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows: those in which a cell holds ``q``, and of those with times the ones that hold at a moment."""

    q: str = ""
    at: Instant = ""


class Edit(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cells of a row; ``key`` names the row they replace, empty: a new one. An empty cell is emptied."""

    key: str = ""
    ends: Annotated[str, msgspec.Meta(description="instead of ``key``: the row that ends when this one begins")] = ""
    cells: dict[str, Annotated[str, msgspec.Meta(max_length=100_000)]]


class Gone(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which row goes."""

    key: str


def kinds(ask: Ask) -> list[Kind]:
    """Kinds of rows that may be seen, how many of them, and their columns."""
    known = ask.world.known.registry
    seen = [kind for kind in KINDS if _may_see(ask, kind)]
    counts = {kind: len(_mine(ask, known, kind)) for kind in seen}
    return [
        Kind(kind=kind, rows=rows, editable=_editable(ask, kind), columns=_columns(kind))
        for kind, rows in counts.items()
    ]


def listed(ask: Ask) -> Page[RegistryRow]:
    """Rows of a kind, by key; passwords are masked."""
    kind = _kind(ask)
    ask.world.known.again()
    known, moment, wanted = ask.world.known.registry, times.seconds(ask.query.at), ask.query.q.lower()
    fleets = Fleets(known)
    found = [_shown(row) for row in _mine(ask, known, kind) if moment is None or _holds(row, fleets, moment)]
    kept = [row for row in found if wanted in " ".join(row.cells.values()).lower()]
    return page(kept, ask.query, lambda row: row.key, lambda row: row)


def _holds(row: Row, fleets: Fleets, moment: float) -> bool:
    first, end = seconds(row, fleets)
    return first <= moment < end


def put(ask: Ask) -> list[Change]:
    """Change a row, or add one: all of it, or nothing."""
    kind, said = _kind(ask), {name: text for name, text in ask.body.cells.items() if text != MASK}  # as it was

    def change(before: Registry) -> Registry:
        after, old = before.copy(), _theirs(ask, before, kind, ask.body.key) if ask.body.key else None
        row, problems = cells.row(kind, (cells.texts(old, secrets=True) if old else {}) | said, Place(kind))
        if problems or row is None:
            raise RegistryError(problems)
        if old is not None:
            del after.rows[kind][old.key]
        if ask.body.ends:
            _ended(after, _theirs(ask, before, kind, ask.body.ends), row)
        if row.key in after.rows[kind]:  # whoever's it is: two rows never become one
            raise Problem(409, "row_exists", f"{kind} has {row.key!r} already")
        after.put(row)
        return _allowed(ask, after, after, row)

    return _changed(ask, change)


def remove(ask: Ask) -> list[Change]:
    """Remove a row, if nothing refers to it."""
    kind = _kind(ask)

    def change(before: Registry) -> Registry:
        after, row = before.copy(), _theirs(ask, before, kind, ask.body.key)
        del after.rows[kind][row.key]
        return _allowed(ask, before, after, row)

    return _changed(ask, change)


def _ended(after: Registry, old: Row, new: Row) -> None:
    """End a row where another one begins; what had not begun by then never was."""
    begins = CELLS[new.KIND].get("from")
    if begins is None or getattr(new, begins.field) is None:  # else it would end before it began
        meaning = begins.meaning if begins else ""
        raise RegistryError([Complaint(Place(new.KIND), "from", say("missing"), say("needed", meaning=meaning))])
    fleets = Fleets(after)
    (first, last), (then, _) = seconds(old, fleets), seconds(new, fleets)
    del after.rows[old.KIND][old.key]
    if first < then:
        after.put(msgspec.structs.replace(old, to=getattr(new, begins.field)) if then < last else old)


def _theirs(ask: Ask, known: Registry, kind: str, key: str) -> Row:
    """A row, if whoever asks may change it; what they may not see is not there."""
    row = known.rows[kind].get(key)
    if row is None or row not in _mine(ask, known, kind):
        raise Problem(404, "no_row", f"{kind} has no {key!r}")
    if not _may(ask, known, row):
        raise Problem(403, "role", f"{kind} are for an administrator to change")
    if seen(ask) not in ("", _rev(row)):
        raise Problem(409, "changed", "the row has been changed", current=_shown(row))
    return row


def _allowed(ask: Ask, known: Registry, after: Registry, row: Row) -> Registry:
    """``after``, if whoever asks may change ``row`` of ``known`` and it fits the rest."""
    if not _may(ask, known, row):
        raise Problem(403, "role", "this is another fleet's, or for an administrator")
    _fits(ask, after)
    return after


def _changed(ask: Ask, change: Callable[[Registry], Registry]) -> list[Change]:
    made = edited(ask.world.store, ask.who.login, change)
    ask.world.known.again()
    figures(ask.world).afresh()
    return [Change(what=one.what, kind=one.kind, key=one.key, fields=list(one.fields)) for one in made]


def _fits(ask: Ask, after: Registry) -> None:
    """Refuse what does not fit together; nobody is told of rows that they may not see."""
    fleets = Fleets(after)
    seen = {
        kind: {key: row for key, row in rows.items() if _sees(ask, fleets.fleet_of(row))}
        for kind, rows in after.rows.items()
    }
    problems = [one for one in registry.validate(Registry(seen)) if _may_see(ask, one.place.file.partition(" ")[0])]
    if not problems and registry.validate(after):
        problems = [Complaint(Place(ask.parts["kind"]), "", say("rest"), say("ask_admin"))]
    if problems:
        raise RegistryError(problems)


def _sees(ask: Ask, fleet_id: str) -> bool:
    return ADMIN in ask.scope.roles or not fleet_id or ask.scope.fleet(fleet_id)


def _may(ask: Ask, known: Registry, row: Row) -> bool:
    """An administrator may all; a manager what is their fleet's own."""
    if ADMIN in ask.scope.roles:
        return True
    return row.KIND in OF_FLEETS and ask.scope.fleet(Fleets(known).fleet_of(row))


def _editable(ask: Ask, kind: str) -> bool:
    """Whether there may be rows of a kind that whoever asks may change: never of a manager of sites alone."""
    whole = any(not grant.site for grant in ask.scope.grants)
    return ADMIN in ask.scope.roles or (kind in OF_FLEETS and whole)


def _mine(ask: Ask, known: Registry, kind: str) -> list[Row]:
    rows = [row for _, row in sorted(known.rows[kind].items())]
    if ADMIN in ask.scope.roles:
        return rows
    fleets = Fleets(known)
    return [row for row in rows if ask.scope.fleet(fleets.fleet_of(row))]


def _kind(ask: Ask) -> str:
    kind = ask.parts["kind"]
    if kind not in KINDS or not _may_see(ask, kind):
        raise Problem(404, "no_kind", f"there is no kind {kind!r} that you may see")
    return kind


def _may_see(ask: Ask, kind: str) -> bool:
    return ADMIN in ask.scope.roles or kind in (*OF_FLEETS, "vehicles", "sites")


def _columns(kind: str) -> list[Column]:
    same = ("name", "meaning", "needed", "ref")
    return [
        Column(**{name: getattr(cell, name) for name in same}, type=cell.type.__name__, choices=list(cell.choices))
        for cell in CELLS[kind].values()
    ]


def _shown(row: Row) -> RegistryRow:
    return RegistryRow(kind=row.KIND, key=row.key, cells=cells.texts(row), rev=_rev(row))


def _rev(row: Row) -> str:
    """Names exactly these cells, secrets as they are shown."""
    return hashlib.sha256(msgspec.json.encode(cells.texts(row))).hexdigest()[:12]


def _writing(path: str, answer: Callable[[Ask], list[Change]], summary: str, takes: type[Body]) -> Endpoint:
    said = ("POST", f"/registry/{{kind}}{path}", answer, "registry", summary, ACTING, list[Change], takes)
    return Endpoint(*said, headers=("If-Match",))


ENDPOINTS = (
    Endpoint("GET", "/registry", kinds, "registry", "Kinds of rows", ACTING, list[Kind]),
    Endpoint("GET", "/registry/{kind}", listed, "registry", "Rows of a kind", ACTING, Page[RegistryRow], query=Wanted),
    _writing("", put, "Change or add a row; 409 if changed", Edit),
    _writing("/remove", remove, "Remove a row; 409 if changed", Gone),
)
