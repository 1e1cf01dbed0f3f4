"""Books: what a fleet writes of its own - who drove, which trailer was pulled - as far as the insurer accepts it."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table, func, insert, select, union

from devices.samples import Floats
from pricing.canonical import moment
from streams.fleets.fleet import Coupled, Known, Source
from streams.fleets.followed import trailers as spans_of
from streams.ledger.chains import LedgerError, not_sealed
from streams.ledger.pinned import Strange, day_of
from streams.registry import Registry, Roster, stored
from streams.store import audit, upkeep
from streams.store.accounts import drivers, outdated, trailers
from streams.store.store import rows_of
from streams.words import say

Vehicle = tuple[str, str]
Span = tuple[float, float, str]  # from, to (UTC epoch s), driver or what stands for a trailer

Row = dict[str, Any]

BOOKS = "its fleet's books"  # in the place of the version of a rule set
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
    """How often the insurer has accepted the books of a fleet."""
    return int(connection.execute(select(func.max(_numbers().c.number))).scalar() or 0)


def said(connection: Connection) -> dict[str, Row]:
    """The last word on the books of each fleet."""
    rows = connection.execute(select(_numbers())).mappings()
    return {row["fleet_id"]: dict(row) for row in sorted(rows, key=lambda row: row["number"])}


def since(connection: Connection, number: int) -> frozenset[str]:
    """Fleets whose books were accepted after so many words."""
    told = _numbers()
    return frozenset(connection.execute(select(told.c.fleet_id).where(told.c.number > number)).scalars())


def assigned(connection: Connection) -> dict[Vehicle, list[Span]]:
    """Accepted assignments of drivers, ascending; of a fleet those of the last word on it."""
    found: dict[Vehicle, list[Span]] = {}
    for row in connection.execute(_last(drivers).order_by(drivers.c.start)):
        span = (row.start, _open(row.end), row.driver_id)
        found.setdefault((row.fleet_id, row.vehicle_id), []).append(span)
    return found


def coupled(connection: Connection) -> dict[Vehicle, list[Coupled]]:
    """Accepted trailers, ascending; of a fleet those of the last word on it."""
    found: dict[Vehicle, list[Coupled]] = {}
    for row in connection.execute(_last(trailers).order_by(trailers.c.start, trailers.c.trailer)):
        one = Coupled(row.start, _open(row.end), row.trailer, row.axle, row.last, _placard(row.placard))
        found.setdefault((row.fleet_id, row.vehicle_id), []).append(one)
    return found


def strange(connection: Connection, *where: ColumnElement[bool]) -> dict[Vehicle, list[Strange]]:
    """The days on which the record was made with other trailers than those accepted, of vehicles that have any."""
    right, found = coupled(connection), dict[Vehicle, list[Strange]]()
    vehicles = upkeep.vehicles
    for row in connection.execute(select(vehicles.c.fleet_id, vehicles.c.vehicle_id, vehicles.c.known).where(*where)):
        said = {(start, end, what) for start, end, what in json.loads(row.known).get("couplings", ())}
        wanted = set(spans_of(right.get((row.fleet_id, row.vehicle_id), ())))
        if said != wanted:
            periods = sorted(set(_differing(said, wanted)))
            found[row.fleet_id, row.vehicle_id] = [Strange(BOOKS, day_of(a), day_of(b)) for a, b in periods]
    return found


def rewritten(connection: Connection) -> list[Row]:
    """Rows of ``outdated``, all settled, of vehicles whose record has other trailers than those accepted."""
    vehicles, settled = upkeep.vehicles, outdated.c.slot.not_in(select(upkeep.dirty.c.slot))
    named = select(outdated, vehicles.c.fleet_id, vehicles.c.vehicle_id)
    rows = rows_of(connection, named.join(vehicles, vehicles.c.slot == outdated.c.slot).where(settled))
    others = strange(connection, vehicles.c.slot.in_([row["slot"] for row in rows])) if rows else {}
    return [{one.name: row[one.name] for one in outdated.c} for row in rows if _vehicle(row) in others]


def _vehicle(row: Row) -> Vehicle:
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


def accept(connection: Connection, fleet_id: str, actor: str, reason: str, at: float) -> tuple[int, int]:
    """Accept who drove and what was pulled as the registry has it of a fleet now, in the place of what was before.

    In the caller's transaction; how many assignments and couplings. ``LedgerError`` if there are neither.
    """
    roster = Roster(stored.read(connection))
    known = [(name, roster.known(fleet, name)) for fleet, name in roster.vehicles() if fleet == fleet_id]
    driven = [row for name, one in known for row in _driven(name, one)]
    pulled = [row for name, one in known for row in _pulled(name, one)]
    if not driven and not pulled:
        raise LedgerError(say("nothing_assigned", fleet=repr(fleet_id)))
    not_sealed(connection, moment(datetime.fromtimestamp(at, UTC)))
    same = {"number": words(connection) + 1, "fleet_id": fleet_id, "at": at, "actor": actor, "reason": reason}
    for table, rows in ((drivers, driven), (trailers, pulled)):
        if rows:
            connection.execute(insert(table), [same | row for row in rows])
    detail = {"assignments": len(driven), "couplings": len(pulled), "reason": reason}
    audit.record(connection, [audit.Entry(actor, "ledger.accept_books", fleet_id, detail=detail)])
    return len(driven), len(pulled)


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


def _numbers() -> Subquery:
    """Words, with whose, when, by whom and why."""
    columns = ("number", "fleet_id", "at", "actor", "reason")
    return union(*(select(*[table.c[name] for name in columns]) for table in (drivers, trailers))).subquery()


def _last(table: Table) -> Select[Any]:
    """Rows of the last word on each fleet."""
    told = _numbers()
    last = select(told.c.fleet_id, func.max(told.c.number).label("number")).group_by(told.c.fleet_id).subquery()
    return select(table).join(last, table.c.number == last.c.number)


def _open(t: float | None) -> float:
    return math.inf if t is None else t


def _ended(t: float) -> float | None:
    return None if math.isinf(t) else t
