"""Dispatch: what the office has on its books of a scenario's day - other drivers, planned ways, terms."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from simulator.drivers import Driver
from simulator.placed import Arranged
from simulator.reports import Window, along
from simulator.roads import Roads
from simulator.vehicles import Vehicle

WIDTH = 150.0  # m to each side of a planned way

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Booked = tuple[Window, Mapping[int, Arranged]]
"""A day, and what it has in store for vehicles, by their place in the roster."""


def books(booked: Sequence[Booked], roads: Roads) -> Rows:
    """Rows by kind of file; who and what is there on several days is in the books once."""
    days = [(window, day) for window, arranged in booked for day in arranged.values()]
    elsewhere = [(window, day, day.left) for window, day in days if day.left]
    return {
        "drivers": _once(_relief(day, relief[1]) for _, day in days if (relief := day.shift.orders.relief)),
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
