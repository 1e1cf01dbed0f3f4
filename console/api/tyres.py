"""Tyres over HTTP: what each wheel holds when cold, against its placard, and when it will be too low."""

import math
from collections import defaultdict
from functools import partial
from typing import Annotated, Any

import msgspec
import numpy as np
from sqlalchemy import Connection, select

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import SEEING
from console.lists import seen
from console.lists.pages import Paged, page
from console.lists.times import Instant, at
from console.reckoning.wheels import DAY_S, SHOWN_S, Look, slope
from console.said import number
from console.shapes import Page
from devices.signals import wheel_name
from streams.fleets.fleet import Known
from streams.messages import iso
from streams.store import schema
from streams.store.store import rows_of

SILENT_S = DAY_S  # without a reading, while the vehicle is heard of
FLAT = 0.75  # of the placard: below it the tyre is no longer driven on
VERDICTS = ("flat", "low", "silent", "unknown", "good")  # the worst first
Row = dict[str, Any]
Key = tuple[str, str]


class Wheel(Shape):
    """One wheel as it was last heard of."""

    wheel: str
    cold_kpa: float | None  # null: nothing was heard of it
    placard_kpa: float | None
    share: float | None  # cold against placard
    slope_kpa_h: float | None  # over the last days; negative: it loses
    hours_to_threshold: float | None  # until it is low, if it goes on so; null: it does not fall for sure, or is silent
    state: str  # good, low, silent, unknown
    at: str | None


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


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which vehicles'."""

    fleet: str = ""
    site: str = ""
    state: Annotated[str, msgspec.Meta(description="of any of its wheels: flat, low, silent, unknown, good")] = ""


def listed(ask: Ask) -> Page[Wheels]:
    """All vehicles whose tyres are heard of, or should be, the worst first."""
    roster = ask.world.known.roster
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        points = _points(connection, now - SHOWN_S, fleets=ask.scope.fleets)
        planned = [key for key in roster.vehicles() if _planned(roster.known(*key))]
        look = Look.of(ask, connection, now)
    keys = filter(partial(_wanted, ask), sorted({*points, *planned}))
    found = [_wheels(ask, key, points.get(key, {}), look) for key in keys]
    kept = [one for one in found if not ask.query.state or ask.query.state in map(_verdict, one.tyres)]
    ordered = sorted(kept, key=lambda one: (_worst(one), one.worst is None, one.worst or 0.0, one.vehicle))
    return page(ordered, ask.query, lambda one: one.vehicle, lambda one: one)


def _wanted(ask: Ask, key: Key) -> bool:
    asked, site = ask.query, ask.world.known.site(*key)
    return ask.scope.sees(*key) and asked.fleet in ("", key[0]) and asked.site in ("", site)


def _verdict(tyre: Wheel) -> str:
    """Its state; one that is no longer driven on is flat."""
    return VERDICTS[0] if tyre.state == "low" and tyre.share is not None and tyre.share < FLAT else tyre.state


def _worst(one: Wheels) -> int:
    return min((VERDICTS.index(_verdict(tyre)) for tyre in one.tyres), default=len(VERDICTS))


def of_vehicle(ask: Ask) -> VehicleTyres:
    """One vehicle's tyres."""
    key = seen.vehicle(ask)
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        some = _points(connection, at(ask.query.from_, now - SHOWN_S), key).get(key, {})
        look = Look.of(ask, connection, now, key)
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
    return VehicleTyres(**msgspec.structs.asdict(_wheels(ask, key, some, look)), history=history)


def wheels_of(ask: Ask, key: tuple[str, str]) -> list[Wheel]:
    """The wheels of a vehicle as they are."""
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        some = _points(connection, now - SHOWN_S, key).get(key, {})
        return _wheels(ask, key, some, Look.of(ask, connection, now, key)).tyres


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


def _planned(known: Known) -> set[int]:
    """Wheels that the registry says a vehicle has."""
    return set() if known.placard is None else set(np.flatnonzero(np.isfinite(known.placard)).tolist())


def _wheels(ask: Ask, key: Key, some: dict[int, list[Row]], look: Look) -> Wheels:
    roster = ask.world.known.roster
    known, low, driven = roster.known(*key), look.low(key), look.driven.get(key, -math.inf)
    tyres = [
        _wheel(wheel, some[wheel], known.placard_at(wheel, look.now), low, driven)
        if wheel in some
        else _unheard(wheel, known.placard_at(wheel, look.now), driven)
        for wheel in sorted(some.keys() | _planned(known))
    ]
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


def _unheard(wheel: int, placard: float, driven: float) -> Wheel:
    """A wheel of the plan of which nothing was heard: its sensor is silent if the vehicle drove."""
    nothing: Row = dict.fromkeys(("cold_kpa", "share", "slope_kpa_h", "hours_to_threshold", "at"))
    state = "silent" if math.isfinite(driven) else "unknown"
    return Wheel(wheel=wheel_name(wheel), placard_kpa=number(placard, 1), state=state, **nothing)


def _wheel(wheel: int, rows: list[Row], placard: float, low: float, driven: float) -> Wheel:
    last, (falling, most) = rows[-1], slope(rows)
    cold, known, silent = last["cold_kpa"], math.isfinite(placard), driven - last["start"] > SILENT_S
    share = cold / placard if known else math.nan
    falls = known and most < 0 and share > low and not silent
    left = (cold - low * placard) / -falling if falls else math.nan
    state = "unknown" if not known else "low" if share < low else "good"
    return Wheel(
        wheel=wheel_name(wheel),
        cold_kpa=number(cold, 1),
        placard_kpa=number(placard, 1),
        share=number(share),
        slope_kpa_h=number(falling),
        hours_to_threshold=number(left, 1),
        state="silent" if silent else state,
        at=iso(last["start"]),
    )


LISTS = (
    Endpoint(
        *("GET", "/tyres", listed, "tyres", "Tyres of all vehicles, the worst first", SEEING, Page[Wheels]),
        query=Wanted,
        long=True,
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
