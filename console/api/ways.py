"""Ways over HTTP: the roads a fleet has driven in the last days, for a map without streets."""

from typing import Annotated

import msgspec
from sqlalchemy import select

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import SEEING
from console.lists import within
from console.live.ways import Asked, Line, Ways, line, network
from streams.records.traced import trace
from streams.store import schema
from streams.store.store import rows_of

BACK_S = 7 * 86_400.0
MOST_TRIPS, AT_ONCE = 400, 5  # looked at; read from their payloads in one request
MOST = 12_000  # joints
DIGITS = 5  # of a degree: a metre
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]


class Driven(Shape):
    """Places and the joints between them: ``joined`` has three numbers each, a place, another and how many drives."""

    res: float  # degrees: what lies so near is one place
    trips: int  # read so far
    left: int  # trips still to be read: ask again
    lon: list[float]
    lat: list[float]
    joined: list[int]


class Where(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the map that is looked at, in degrees."""

    west: Longitude = -180.0
    south: Latitude = -90.0
    east: Longitude = 180.0
    north: Latitude = 90.0


def driven(ask: Ask) -> Driven:
    """What the latest trips of the last week went along."""
    trips, seen = schema.trips, ask.query
    with ask.world.store.reading() as connection:
        since = ask.world.now(connection) - BACK_S
        query = select(trips.c.trip_id, trips.c.fleet_id, trips.c.vehicle_id, trips.c.start, trips.c.end)
        query = query.where(within.seen(ask.scope, ask.world.known, trips), trips.c.start >= since)
        query = query.where(trips.c.status == "closed").order_by(trips.c.start.desc()).limit(MOST_TRIPS)
        rows = {row["trip_id"]: row for row in rows_of(connection, query)}

    def read(trip_id: str) -> Line:
        row = rows[trip_id]
        who = (row["fleet_id"], row["vehicle_id"])
        with ask.world.at_home(*who) as connection:
            return line(trace(connection, ask.world.intake, who, row["start"], row["end"]))

    kept: Ways = ask.world.shelf.setdefault("ways", Ways())
    wanted: list[Asked] = [(name, row["end"]) for name, row in rows.items()]
    lines, left = kept.of(wanted, read, AT_ONCE)
    res, places, joined = network(lines, (seen.west, seen.south, seen.east, seen.north), MOST)
    lon, lat = (places[:, k].round(DIGITS).tolist() for k in (0, 1))
    return Driven(res=res, trips=len(lines), left=left, lon=lon, lat=lat, joined=joined.ravel().tolist())


ENDPOINTS = (
    Endpoint(
        *("GET", "/ways", driven, "live", "Where the fleet has driven", SEEING, Driven),
        query=Where,
        places=True,
        long=True,
    ),
)
