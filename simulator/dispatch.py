"""Dispatch: what the office has on its books of a scenario's day - other drivers, planned ways, terms."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from simulator.arranged import Arranged
from simulator.drivers import Driver
from simulator.reports import Window
from simulator.roads import Roads
from simulator.vehicles import Vehicle
from simulator.ways import Way, along

WIDTH = 150.0  # m to each side of a planned way

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Booked = tuple[Window, Mapping[int, Arranged]]
"""A day, and what it has in store for vehicles, by their place in the roster."""


def books(booked: Sequence[Booked], roads: Roads) -> Rows:
    """Rows by kind of file; who and what is there on several days is in the books once."""
    days = [(window, day) for window, arranged in booked for day in arranged.values()]
    elsewhere = [(_name(day, window, k), day, way, window) for window, day in days for k, way in enumerate(day.ways)]
    return {
        "drivers": _once(_relief(day, relief) for _, day in days for _, relief in day.shift.orders.reliefs),
        "routes": [_route(name, day, way, roads) for name, day, way, _ in elsewhere],
        "route_assignments": [_assignment(*one) for one in elsewhere],
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


def _name(day: Arranged, window: Window, k: int) -> str:
    name = f"way-{day.shift.vehicle.vehicle_id}-{datetime.fromtimestamp(window.start, UTC):%Y%m%d}"
    return f"{name}-{k + 1}" if k else name


def _route(name: str, day: Arranged, way: Way, roads: Roads) -> Row:
    x, y = along(way.planned)
    lat, lon = roads.degrees(x, y)
    line = ", ".join(f"{east:.6f} {north:.6f}" for east, north in np.column_stack([lon, lat]))
    return {"route_id": name, **_own(day.shift.vehicle), "line": f"LINESTRING ({line})", "width_m": WIDTH}


def _assignment(name: str, day: Arranged, way: Way, window: Window) -> Row:
    """From departure to arrival: the office knows nothing of where it was left."""
    vehicle = day.shift.vehicle
    span = {"from": _iso(window.start + way.departed), "to": _iso(window.start + way.arrived)}
    return {"vehicle_id": vehicle.vehicle_id, "route_id": name, **span, **_own(vehicle)}
