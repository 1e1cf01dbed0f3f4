"""Trips over HTTP: what was driven, with its events, and second by second as JSON, CSV or GPX."""

from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape, quoteattr

import msgspec
import polars as pl
from sqlalchemy import Connection, case, func, select

from console import said
from console.endpoint import Ask, Endpoint, Query, Reply, Shape, attachment
from console.gate.access import OWN, SEEING
from console.gate.problems import Problem
from console.lists import keyset, seen, within
from console.lists.pages import words
from console.lists.sorting import Sorted
from console.lists.times import Instant, at, seconds
from console.shapes import Columns, Event, Page, Place
from streams.messages import iso
from streams.records.traced import trace
from streams.store import schema
from streams.store.store import rows_of
from streams.words import say

MOST_EVENTS = 500
MOST_S = 86_400.0  # of a trace at once
NEEDED = ("t", "lat_deg", "lon_deg")
FORMATS = ("text/csv", "application/gpx+xml")  # besides JSON
Row = dict[str, Any]


class Trip(Shape):
    """A trip."""

    trip_id: str
    fleet_id: str
    vehicle_id: str
    vehicle: str
    driver_id: str | None
    driver_name: str  # empty: nobody has said
    status: str  # open, closed
    start: str
    end: str
    km: float
    driving_s: float
    idle_s: float
    night_s: float
    from_: Place | None = msgspec.field(name="from")
    to: Place | None
    quality: str


class TripDetail(Trip):
    """A trip with what happened on it."""

    events: list[Event]


_COLUMNS = schema.trips.c
SORTS = {
    "start": (_COLUMNS.start,),
    "vehicle": (_COLUMNS.fleet_id, _COLUMNS.vehicle_id),
    "driver_id": (func.coalesce(_COLUMNS.driver_id, ""),),
    **{name: (_COLUMNS[name],) for name in ("km", "driving_s", "idle_s", "night_s", "status")},
}
UNKNOWN_LAST = case((_COLUMNS.driver_id.is_(None), 1), else_=0)


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which trips, the newest first unless something else is said."""

    vehicle: str = ""
    driver: str = ""
    fleet: str = ""
    site: str = ""
    from_: Instant = msgspec.field(name="from", default="")
    to: Instant = ""


class Shown(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which signals, as what."""

    fields: Annotated[str, msgspec.Meta(description="t, speed_kmh, ...; values with commas; empty: all")] = ""
    fmt: Literal["json", "csv", "gpx"] = "json"


class Stretch(Shown, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same of a stretch of time, a day at most."""

    from_: Instant = msgspec.field(name="from", default="")
    to: Instant = ""


def listed(ask: Ask) -> Page[Trip]:
    """Trips."""
    wanted, trips = ask.query, schema.trips
    query = select(trips).where(within.seen(ask.scope, ask.world.known, trips))
    for column, name in (("driver_id", wanted.driver), ("vehicle_id", wanted.vehicle)):
        query = query.where(within.named(trips, column, name)) if name else query
    query = query.where(within.placed(ask.world.known, trips, wanted.fleet, wanted.site))
    first, last = seconds(wanted.from_), seconds(wanted.to)
    query = query.where(trips.c.end >= first) if first is not None else query
    query = query.where(trips.c.start < last) if last is not None else query
    with ask.world.store.reading() as connection:
        rows, cursor = keyset.part(connection, query, _order(wanted.sort), wanted)
        total = keyset.count(connection, query)
    return Page(items=[_trip(ask, row) for row in rows], total=total, cursor=cursor)


def _order(sort: str) -> keyset.Order:
    """By a column, or the other way round; one whose driver is not known stands last among drivers either way."""
    name = (sort or "-start").removeprefix("-")
    if name not in SORTS:
        raise Problem(422, "invalid", say("one_of", name="sort", known=", ".join(SORTS)))
    down = not sort or sort.startswith("-")
    named = [one.desc() if down else one for one in (*SORTS[name], schema.trips.c.trip_id)]
    return [UNKNOWN_LAST, *named] if name == "driver_id" else named


def one(ask: Ask) -> TripDetail:
    """A trip and its events."""
    with ask.world.store.reading() as connection:
        row, events = _found(ask, connection), schema.events
        whose = (events.c.fleet_id == row["fleet_id"], events.c.vehicle_id == row["vehicle_id"])
        during = (events.c.start >= row["start"], events.c.start <= row["end"])
        query = select(events).where(*whose, *during).order_by(events.c.start).limit(MOST_EVENTS)
        found = rows_of(connection, query)
    told = [said.event(event, ask.scope) for event in found]
    return TripDetail(**msgspec.structs.asdict(_trip(ask, row)), events=told)


def of_trip(ask: Ask) -> Reply:
    """A trip second by second."""
    with ask.world.store.reading() as connection:
        row = _found(ask, connection)
    who = (row["fleet_id"], row["vehicle_id"])
    with ask.world.at_home(*who) as connection:
        found = trace(connection, ask.world.intake, who, row["start"], row["end"])
    return _written(ask, found, f"trip-{row['trip_id'][:8]}")


def of_vehicle(ask: Ask) -> Reply:
    """A vehicle second by second; without times its last half hour."""
    who = seen.vehicle(ask)
    with ask.world.store.reading() as connection:
        last = at(ask.query.to, ask.world.now(connection))
    first = at(ask.query.from_, last - 1800.0)
    if not 0 <= last - first <= MOST_S:
        raise Problem(422, "invalid", say("trace_day"))
    with ask.world.at_home(*who) as connection:
        found = trace(connection, ask.world.intake, who, first, last)
    return _written(ask, found, f"trace-{who[1]}")


def _found(ask: Ask, connection: Connection) -> Row:
    trips = schema.trips
    rows = rows_of(connection, select(trips).where(trips.c.trip_id == ask.parts["id"]))
    if not rows or not ask.scope.row(rows[0]):
        raise Problem(404, "no_trip", f"there is no trip {ask.parts['id']!r}")
    return rows[0]


def _trip(ask: Ask, row: Row) -> Trip:
    same = (
        "trip_id",
        "fleet_id",
        "vehicle_id",
        "driver_id",
        "status",
        "km",
        "driving_s",
        "idle_s",
        "night_s",
        "quality",
    )
    start, end = ((f"{name}_lat_deg", f"{name}_lon_deg") for name in ("start", "end"))
    return Trip(
        vehicle=said.name(row),
        driver_name=ask.world.known.named(row["fleet_id"], row["driver_id"]),
        start=iso(row["start"]),
        end=iso(row["end"]),
        from_=said.place(row, ask.scope, *start),
        to=said.place(row, ask.scope, *end),
        **{name: row[name] for name in same},
    )


def _written(ask: Ask, found: pl.DataFrame, name: str) -> Reply:
    wanted = words(ask.query.fields)
    kept = found.select([one for one in found.columns if not wanted or one in wanted or one == "t"])
    if ask.query.fmt == "json":
        return Reply(said.columns(kept, ask.scope))
    headers = attachment(f"{name}.{ask.query.fmt}")
    if ask.query.fmt == "csv":
        hidden = [one for one in ("fleet_id", "vehicle_id", "driver_id") if one in kept.columns]
        flat = kept.drop(hidden).select(pl.exclude(pl.List))
        return Reply(flat.write_csv().encode(), 200, headers, f"{FORMATS[0]}; charset=utf-8")
    if not set(NEEDED) <= set(found.columns):
        raise Problem(422, "invalid", say("no_gpx"))
    return Reply(_gpx(found, name).encode(), 200, headers, FORMATS[1])


def _gpx(found: pl.DataFrame, name: str) -> str:
    """GPX 1.1: the positions, each with its time."""
    points = "".join(
        f"<trkpt lat={quoteattr(f'{lat:.7f}')} lon={quoteattr(f'{lon:.7f}')}><time>{iso(t)}</time></trkpt>"
        for t, lat, lon in found.select(*NEEDED).drop_nans().drop_nulls().iter_rows()
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="tripmeter" '
    head += 'xmlns="http://www.topografix.com/GPX/1/1">'
    return f"{head}<trk><name>{escape(name)}</name><trkseg>{points}</trkseg></trk></gpx>"


LISTS = (Endpoint("GET", "/trips", listed, "trips", "Trips", OWN, Page[Trip], query=Wanted, places=True),)
ENDPOINTS = (
    Endpoint("GET", "/trips/{id}", one, "trips", "One trip with its events", OWN, TripDetail, places=True),
    Endpoint(
        *("GET", "/trips/{id}/trace", of_trip, "trips", "A trip by the second", OWN, Columns),
        query=Shown,
        media=FORMATS,
        places=True,
        long=True,
    ),
    Endpoint(
        *("GET", "/vehicles/{vehicle}/trace", of_vehicle, "trips", "A vehicle by the second", SEEING, Columns),
        query=Stretch,
        media=FORMATS,
        places=True,
        long=True,
    ),
)
