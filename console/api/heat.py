"""Heat over HTTP: where events happen, as cells with counts; a cell of few vehicles tells nothing."""

import math
from collections import defaultdict
from typing import Annotated, Any

import msgspec
from sqlalchemy import select

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import SEEING
from console.lists import within
from console.lists.pages import words
from console.lists.times import Instant, at
from streams.store import schema
from streams.store.store import rows_of

DAY_S = 86_400.0
LEAST = 3  # vehicles of a cell that is shown: fewer would be somebody's way home
MOST = 200_000  # events looked at


class Cell(Shape):
    """A square of ``res`` degrees: its middle, how many events of how many vehicles."""

    lat: float
    lon: float
    events: int
    vehicles: int


class Heat(Shape):
    """Where how much happened."""

    res: float
    least: int  # vehicles of a cell that is shown
    cells: list[Cell]
    hidden: int  # events in cells that are not shown


class Wanted(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events, in which squares; without times those of the last day."""

    from_: Instant = msgspec.field(name="from", default="")
    to: Instant = ""
    type: Annotated[str, msgspec.Meta(description="kinds of event with commas between them")] = ""
    res: Annotated[float, msgspec.Meta(ge=0.001, le=5)] = 0.02


def heat(ask: Ask) -> Heat:
    """Cells, the fullest first."""
    events, wanted = schema.events, ask.query
    with ask.world.store.reading() as connection:
        last = at(wanted.to, ask.world.now(connection))
        columns = [events.c[name] for name in ("fleet_id", "vehicle_id", "lat_deg", "lon_deg")]
        query = select(*columns).where(events.c.start >= at(wanted.from_, last - DAY_S), events.c.start <= last)
        query = query.where(events.c.lat_deg.is_not(None), events.c.lon_deg.is_not(None))
        query = query.where(within.seen(ask.scope, ask.world.known, events))
        if wanted.type:
            query = query.where(events.c.kind.in_(words(wanted.type)))
        found = rows_of(connection, query.limit(MOST))
    return _cells(found, wanted.res)


def _cells(found: list[dict[str, Any]], res: float) -> Heat:
    by_cell: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    for row in found:
        cell = (math.floor(row["lat_deg"] / res), math.floor(row["lon_deg"] / res))
        by_cell[cell].append((row["fleet_id"], row["vehicle_id"]))
    cells = [
        Cell(
            lat=round((lat + 0.5) * res, 6), lon=round((lon + 0.5) * res, 6), events=len(some), vehicles=len(set(some))
        )
        for (lat, lon), some in sorted(by_cell.items())
    ]
    shown = [cell for cell in cells if cell.vehicles >= LEAST]
    hidden = len(found) - sum(cell.events for cell in shown)
    return Heat(res=res, least=LEAST, cells=sorted(shown, key=lambda one: -one.events), hidden=hidden)


ENDPOINTS = (Endpoint("GET", "/heat", heat, "live", "Where events happen", SEEING, Heat, query=Wanted, places=True),)
