"""Tyres over HTTP: what each wheel holds when cold, against its placard, and when it will be too low."""

import math
from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from console import seen
from console.access import SEEING
from console.endpoint import Ask, Endpoint, Query, Shape
from console.pages import Paged, page
from console.said import number
from console.shapes import Page
from console.times import Instant, at
from devices.signals import wheel_name
from streams.messages import iso
from streams.store import schema
from streams.store.store import rows_of

DAY_S = 86_400.0
SHOWN_S = 14 * DAY_S
LOW = 0.9  # of the placard: below it a tyre is low
SILENT_S = DAY_S  # without a reading, while the vehicle drives
SLOPE_S = 3 * DAY_S  # of history the slope is taken from
Row = dict[str, Any]
Key = tuple[str, str]


class Wheel(Shape):
    """One wheel as it was last heard of."""

    wheel: str
    cold_kpa: float | None
    placard_kpa: float | None
    share: float | None  # cold against placard
    slope_kpa_h: float | None  # over the last days; negative: it loses
    hours_to_threshold: float | None  # until it is low, if it goes on so; null: it does not fall
    state: str  # good, low, silent, unknown
    at: str


class Wheels(Shape):
    """The wheels of a vehicle."""

    fleet_id: str
    vehicle_id: str
    vehicle: str
    plate: str
    site: str
    tyres: list[Wheel]
    worst: float | None  # the least share


class History(Shape):
    """What a wheel held, by the hours."""

    wheel: str
    t: list[float]
    cold_kpa: list[float]
    placard_kpa: float | None


class VehicleTyres(Wheels):
    """The wheels of one vehicle, with their history."""

    history: list[History]


class Since(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when; empty: two weeks."""

    from_: Instant = msgspec.field(name="from", default="")


def listed(ask: Ask) -> Page[Wheels]:
    """All vehicles whose tyres are heard of, the worst first."""
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        points = _points(connection, now - SHOWN_S, fleets=ask.scope.fleets)
    found = [_wheels(ask, key, some, now) for key, some in sorted(points.items()) if ask.scope.sees(*key)]
    ordered = sorted(found, key=lambda one: (one.worst is None, one.worst or 0.0, one.vehicle))
    return page(ordered, ask.query, lambda one: one.vehicle, lambda one: one)


def of_vehicle(ask: Ask) -> VehicleTyres:
    """One vehicle's tyres."""
    key = seen.vehicle(ask)
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        some = _points(connection, at(ask.query.from_, now - SHOWN_S), key).get(key, {})
    known = ask.world.known.roster.known(*key)
    history = [
        History(
            wheel=wheel_name(wheel),
            t=[row["start"] for row in rows],
            cold_kpa=[row["cold_kpa"] for row in rows],
            placard_kpa=number(known.placard_at(wheel, now), 1),
        )
        for wheel, rows in sorted(some.items())
    ]
    return VehicleTyres(**msgspec.structs.asdict(_wheels(ask, key, some, now)), history=history)


def wheels_of(ask: Ask, key: tuple[str, str]) -> list[Wheel]:
    """The wheels of a vehicle as they are."""
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        return _wheels(ask, key, _points(connection, now - SHOWN_S, key).get(key, {}), now).tyres


def _points(
    connection: Connection, since: float, key: Key | None = None, fleets: tuple[str, ...] = ()
) -> dict[Key, dict[int, list[Row]]]:
    """What each wheel of each vehicle held since then, in order."""
    points = schema.tyre_points
    query = select(points).where(points.c.start >= since).order_by(*points.primary_key)
    if fleets:
        query = query.where(points.c.fleet_id.in_(fleets))
    if key is not None:
        query = query.where(points.c.fleet_id == key[0], points.c.vehicle_id == key[1])
    found: dict[tuple[str, str], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(connection, query):
        found[row["fleet_id"], row["vehicle_id"]][row["wheel"]].append(row)
    return found


def _wheels(ask: Ask, key: tuple[str, str], some: dict[int, list[Row]], now: float) -> Wheels:
    roster = ask.world.known.roster
    known = roster.known(*key)
    newest = max((rows[-1]["start"] for rows in some.values()), default=now)
    tyres = [_wheel(wheel, rows, known.placard_at(wheel, now), newest) for wheel, rows in sorted(some.items())]
    shares = [one.share for one in tyres if one.share is not None]
    return Wheels(
        fleet_id=key[0],
        vehicle_id=key[1],
        vehicle="/".join(key),
        plate=roster.place(*key)[1],
        site=ask.world.known.site(*key),
        tyres=tyres,
        worst=min(shares, default=None),
    )


def _wheel(wheel: int, rows: list[Row], placard: float, newest: float) -> Wheel:
    last, slope = rows[-1], _slope(rows)
    cold, known = last["cold_kpa"], math.isfinite(placard)
    share = cold / placard if known else math.nan
    left = (cold - LOW * placard) / -slope if known and slope < 0 and cold > LOW * placard else math.nan
    state = "unknown" if not known else "low" if share < LOW else "good"
    return Wheel(
        wheel=wheel_name(wheel),
        cold_kpa=number(cold, 1),
        placard_kpa=number(placard, 1),
        share=number(share),
        slope_kpa_h=number(slope),
        hours_to_threshold=number(left, 1),
        state="silent" if newest - last["start"] > SILENT_S else state,
        at=iso(last["start"]),
    )


def _slope(rows: list[Row]) -> float:
    """kPa an hour by least squares over the last days; NaN from less than three points."""
    last = rows[-1]["start"]
    points = [((row["start"] - last) / 3600, row["cold_kpa"]) for row in rows if row["start"] > last - SLOPE_S]
    if len(points) < 3:
        return math.nan
    mean_t, mean_p = (math.fsum(column) / len(points) for column in zip(*points, strict=True))
    square = math.fsum((t - mean_t) ** 2 for t, _ in points)
    return math.fsum((t - mean_t) * (p - mean_p) for t, p in points) / square if square else math.nan


LISTS = (
    Endpoint(
        "GET", "/tyres", listed, "tyres", "Tyres of all vehicles, the worst first", SEEING, Page[Wheels], query=Paged
    ),
)
ENDPOINTS = (
    Endpoint(
        "GET",
        "/vehicles/{vehicle}/tyres",
        of_vehicle,
        "tyres",
        "Tyres of one vehicle",
        SEEING,
        VehicleTyres,
        query=Since,
    ),
)
