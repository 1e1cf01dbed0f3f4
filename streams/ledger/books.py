"""Books: what a fleet writes of its own - who drove, which trailer was pulled - as far as the insurer accepts it."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, select

from devices.samples import Floats
from pricing.canonical import moment
from streams.fleets.fleet import Coupled, Known, Source
from streams.fleets.followed import pulled
from streams.fleets.followed import trailers as spans_of
from streams.ledger.chains import LedgerError, not_sealed
from streams.ledger.pinned import Strange, day_of
from streams.registry import Registry, Roster, stored
from streams.store import audit, upkeep
from streams.store.accounts import books, drivers, outdated, trailers
from streams.store.store import rows_of
from streams.words import say

Vehicle = tuple[str, str]
Book = Literal["drivers", "couplings"]
Span = tuple[float, float, str]  # from, to (UTC epoch s), driver or what stands for a trailer

Row = dict[str, Any]

BOOKS = "its fleet's books"  # in the place of the version of a rule set
LINES: dict[Book, Table] = {"drivers": drivers, "couplings": trailers}
DRIVER = ""  # of a line: that it is on who drove


class Line(NamedTuple):
    """Of a fleet's books: until when (infinite: until further notice) who drove, or which trailer was where."""

    end: float
    who: str
    mark: str = ""  # stands for all else of it that counts


Lines = dict[tuple[str, float, str], Line]  # by vehicle, from when on, and DRIVER or the trailer


@dataclass(frozen=True)
class Books:
    """A registry as premiums read it: a fleet's trailers are those accepted, whatever it says."""

    source: Source
    trailers: Mapping[Vehicle, Sequence[Coupled]]

    def known(self, fleet_id: str, vehicle_id: str) -> Known:
        """What is known of a vehicle."""
        found = self.source.known(fleet_id, vehicle_id)
        return replace(found, couplings=tuple(self.trailers.get((fleet_id, vehicle_id), ())))


def words(connection: Connection) -> int:
    """How often the insurer has accepted a book of a fleet."""
    return int(connection.execute(select(func.max(books.c.number))).scalar() or 0)


def said(connection: Connection) -> dict[tuple[str, Book], Row]:
    """The last word on each book of each fleet."""
    rows = connection.execute(select(books).order_by(books.c.number)).mappings()
    return {(row["fleet_id"], row["what"]): dict(row) for row in rows}


def since(connection: Connection, number: int, what: Book) -> frozenset[str]:
    """Fleets of which this book was accepted after so many words."""
    told = select(books.c.fleet_id).where(books.c.number > number, books.c.what == what)
    return frozenset(connection.execute(told).scalars())


def assigned(connection: Connection) -> dict[Vehicle, list[Span]]:
    """Accepted assignments of drivers, ascending; of a fleet those of the last word on it."""
    found: dict[Vehicle, list[Span]] = {}
    for row in connection.execute(_last("drivers").order_by(drivers.c.start)):
        span = (row.start, _open(row.end), row.driver_id)
        found.setdefault((row.fleet_id, row.vehicle_id), []).append(span)
    return found


def coupled(connection: Connection) -> dict[Vehicle, list[Coupled]]:
    """Accepted trailers, ascending; of a fleet those of the last word on it."""
    found: dict[Vehicle, list[Coupled]] = {}
    for row in connection.execute(_last("couplings").order_by(trailers.c.start, trailers.c.trailer)):
        one = Coupled(row.start, _open(row.end), row.trailer, row.axle, row.last, _placard(row.placard))
        found.setdefault((row.fleet_id, row.vehicle_id), []).append(one)
    return found


def strange(connection: Connection, *where: ColumnElement[bool]) -> dict[Vehicle, list[Strange]]:
    """The days on which the record was made with other trailers than those accepted, of vehicles that have any."""
    right, found = coupled(connection), dict[Vehicle, list[Strange]]()
    vehicles = upkeep.vehicles
    for row in connection.execute(select(vehicles.c.fleet_id, vehicles.c.vehicle_id, vehicles.c.known).where(*where)):
        made = pulled(row.known)
        wanted = set(spans_of(right.get((row.fleet_id, row.vehicle_id), ())))
        if made != wanted:
            periods = sorted(set(_differing(made, wanted)))
            found[row.fleet_id, row.vehicle_id] = [Strange(BOOKS, day_of(a), day_of(b)) for a, b in periods]
    return found


def rewritten(connection: Connection) -> list[Row]:
    """Rows of ``outdated``, all settled, of vehicles whose record has other trailers than those accepted."""
    vehicles, settled = upkeep.vehicles, outdated.c.slot.not_in(select(upkeep.dirty.c.slot))
    named = select(outdated, vehicles.c.fleet_id, vehicles.c.vehicle_id)
    rows = rows_of(connection, named.join(vehicles, vehicles.c.slot == outdated.c.slot).where(settled))
    others = strange(connection, vehicles.c.slot.in_([row["slot"] for row in rows])) if rows else {}
    return [{one.name: row[one.name] for one in outdated.c} for row in rows if vehicle_of(row) in others]


def vehicle_of(row: Mapping[str, Any]) -> Vehicle:
    """Whose row it is."""
    return row["fleet_id"], row["vehicle_id"]


def _differing(said: set[Span], wanted: set[Span]) -> Iterator[tuple[float, float]]:
    """When not the same trailers are pulled by both; and when one comes or goes by the one alone."""
    edges = sorted({edge for span in said ^ wanted for edge in span[:2]})
    for start, end in pairwise(edges):
        if _at(said, start) != _at(wanted, start):
            yield start, end
    both = [{edge for span in some for edge in span[:2]} for some in (said, wanted)]
    yield from ((edge, edge) for edge in both[0] ^ both[1] if math.isfinite(edge))


def _at(spans: Iterable[Span], t: float) -> set[str]:
    return {what for start, end, what in spans if start <= t < end}


def registered(registry: Registry) -> dict[str, Lines]:
    """By fleet, what its books say as the registry has them."""
    roster, found = Roster(registry), dict[str, Lines]()
    for fleet_id, vehicle_id in roster.vehicles():
        known = roster.known(fleet_id, vehicle_id)
        found.setdefault(fleet_id, {}).update(_lines(vehicle_id, known.assignments, known.couplings))
    return {fleet_id: lines for fleet_id, lines in found.items() if lines}


def accepted(connection: Connection) -> dict[str, Lines]:
    """The same as the insurer has accepted them."""
    driven, pulled, found = assigned(connection), coupled(connection), dict[str, Lines]()
    for vehicle in driven.keys() | pulled.keys():
        fleet_id, vehicle_id = vehicle
        lines = _lines(vehicle_id, driven.get(vehicle, ()), pulled.get(vehicle, ()))
        found.setdefault(fleet_id, {}).update(lines)
    return found


def _lines(vehicle_id: str, driven: Iterable[Span], pulled: Sequence[Coupled]) -> Lines:
    """Of two assignments that begin together the last one counts."""
    found = {(vehicle_id, start, DRIVER): Line(end, driver_id) for start, end, driver_id in driven}
    for one, (start, end, mark) in zip(pulled, spans_of(pulled), strict=True):
        found[vehicle_id, start, one.trailer] = Line(end, f"{one.trailer} {one.axle + 1}-{one.end}", mark)
    return found


def accept(connection: Connection, fleet_id: str, what: Book, actor: str, reason: str, at: float) -> int:
    """Accept a book of a fleet as the registry has it now, empty too, in the place of what was accepted before.

    In the caller's transaction; how many assignments or couplings. ``LedgerError`` if there are none, and were none.
    """
    roster, told = Roster(stored.read(connection)), _driven if what == "drivers" else _pulled
    mine = [name for fleet, name in roster.vehicles() if fleet == fleet_id]
    rows = [row for name in mine for row in told(name, roster.known(fleet_id, name))]
    if not rows and connection.execute(_last(what).where(LINES[what].c.fleet_id == fleet_id)).first() is None:
        fleet = repr(fleet_id)
        none = say("nothing_assigned", fleet=fleet) if what == "drivers" else say("nothing_coupled", fleet=fleet)
        raise LedgerError(none)
    not_sealed(connection, moment(datetime.fromtimestamp(at, UTC)))
    word = {"number": words(connection) + 1, "fleet_id": fleet_id}
    connection.execute(insert(books), word | {"what": what, "at": at, "actor": actor, "reason": reason})
    if rows:
        connection.execute(insert(LINES[what]), [word | row for row in rows])
    detail = {what: len(rows), "reason": reason}
    audit.record(connection, [audit.Entry(actor, "ledger.accept_books", fleet_id, detail=detail)])
    return len(rows)


def _driven(vehicle_id: str, known: Known) -> Iterable[Row]:
    spans = {start: (end, driver_id) for start, end, driver_id in known.assignments}
    for start, (end, driver_id) in spans.items():
        yield {"vehicle_id": vehicle_id, "start": start, "end": _ended(end), "driver_id": driver_id}


def _pulled(vehicle_id: str, known: Known) -> Iterable[Row]:
    for one in known.couplings:
        placard = None if one.placard is None else json.dumps([None if x != x else x for x in one.placard.tolist()])
        told = {"trailer": one.trailer, "axle": one.axle, "last": one.end, "placard": placard}
        yield {"vehicle_id": vehicle_id, "start": one.start, "end": _ended(one.to)} | told


def _placard(said: str | None) -> Floats | None:
    return None if said is None else np.array(json.loads(said), np.float64)


def _last(what: Book) -> Select[Any]:
    """Rows of the last word on this book of each fleet."""
    last = select(func.max(books.c.number)).where(books.c.what == what).group_by(books.c.fleet_id)
    return select(LINES[what]).where(LINES[what].c.number.in_(last))


def _open(t: float | None) -> float:
    return math.inf if t is None else t


def _ended(t: float) -> float | None:
    return None if math.isinf(t) else t
