"""Dispatch: what the office has on its books of a scenario's day - other drivers, trailers, planned ways, terms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from simulator.drivers import Driver
from simulator.placed import Arranged
from simulator.reports import Window, along
from simulator.roads import Roads
from simulator.tyres import TRAILER_KPA
from simulator.vehicles import Vehicle

WIDTH = 150.0  # m to each side of a planned way
AXLES = 3

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Booked = tuple[Window, Mapping[int, Arranged]]
"""A day, and what it has in store for vehicles, by their place in the roster."""


def books(booked: Sequence[Booked], roads: Roads) -> Rows:
    """Rows by kind of file; who and what is there on several days is in the books once."""
    days = [(window, day) for window, arranged in booked for day in arranged.values()]
    pulling = [(window, day) for window, day in days if day.shift.orders.trailer]
    elsewhere = [(window, day, day.left) for window, day in days if day.left]
    return {
        "drivers": _once(_relief(day, relief[1]) for _, day in days if (relief := day.shift.orders.relief)),
        "tyre_plans": list(_trailer_plan()) if pulling else [],
        "trailers": _once(row for _, day in pulling for row in _trailers(day)),
        "couplings": [row for window, day in pulling for row in _couplings(day, window)],
        "routes": [_route(day, roads, window) for window, day, _ in elsewhere],
        "route_assignments": [_assignment(day, way, window) for window, day, way in elsewhere],
    }


def _once(rows: Iterable[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if row not in found:
            found.append(row)
    return found


def term(vehicle: int, booked: Sequence[Booked], whole: Row, zone: str) -> Row:
    """From when to when a vehicle is insured: covers begin and end with a local day."""
    insured = dict(whole)
    for window, arranged in booked:
        for kind, begins, ends in arranged[vehicle].absences if vehicle in arranged else ():
            if kind == "joins":
                insured["from"] = f"{_local(window.start + ends, zone):%Y-%m-%d}"
            elif kind == "leaves":
                insured["to"] = f"{_local(window.start + begins, zone) + timedelta(days=1):%Y-%m-%d}"
    return insured


def _local(at: float, zone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(zone))


def _iso(at: float) -> str:
    return datetime.fromtimestamp(round(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _own(vehicle: Vehicle) -> Row:
    return {"fleet_id": vehicle.fleet_id}


def _relief(day: Arranged, driver: Driver) -> Row:
    return {"driver_id": driver.driver_id, **_own(day.shift.vehicle), "name": f"Relief {driver.driver_id}"}


def _trailer_plan() -> Iterator[Row]:
    for axle in range(1, AXLES + 1):
        for side in "LR":
            yield {"plan_id": "trailer", "wheel": f"{axle}{side}", "placard_kpa": TRAILER_KPA}


def _names(day: Arranged) -> tuple[str, str]:
    return f"T-{day.shift.vehicle.vehicle_id}-A", f"T-{day.shift.vehicle.vehicle_id}-B"


def _trailers(day: Arranged) -> Iterator[Row]:
    for name in _names(day):
        yield {"trailer_id": name, **_own(day.shift.vehicle), "tyre_plan": "trailer"}


def _couplings(day: Arranged, window: Window) -> Iterator[Row]:
    """Both trailers of a day; they stay at the depot on others."""
    first, second = _names(day)
    begins, changed, ends = (_iso(window.start + at) for at in (0, day.swapped, 3_600 * window.hours))
    vehicle = day.shift.vehicle
    for trailer, span in ((first, {"from": begins, "to": changed}), (second, {"from": changed, "to": ends})):
        yield {"tractor": vehicle.vehicle_id, "trailer": trailer, **_own(vehicle), "first_axle": 3, **span}


def _route(day: Arranged, roads: Roads, window: Window) -> Row:
    x, y = along(day.shift.planned)
    lat, lon = roads.degrees(x, y)
    line = ", ".join(f"{east:.6f} {north:.6f}" for east, north in np.column_stack([lon, lat]))
    vehicle = day.shift.vehicle
    return {"route_id": _way(day, window), **_own(vehicle), "line": f"LINESTRING ({line})", "width_m": WIDTH}


def _way(day: Arranged, window: Window) -> str:
    return f"way-{day.shift.vehicle.vehicle_id}-{datetime.fromtimestamp(window.start, UTC):%Y%m%d}"


def _assignment(day: Arranged, way: tuple[float, float], window: Window) -> Row:
    vehicle, (left, arrived) = day.shift.vehicle, way
    span = {"from": _iso(window.start + left), "to": _iso(window.start + arrived)}
    return {"vehicle_id": vehicle.vehicle_id, "route_id": _way(day, window), **span, **_own(vehicle)}
