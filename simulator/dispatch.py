"""Dispatch: what the office has on its books of a scenario's day - other drivers, trailers, planned ways, terms."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from simulator.drivers import Driver
from simulator.placed import Arranged
from simulator.reports import along
from simulator.roads import Roads
from simulator.tyres import TRAILER_KPA
from simulator.vehicles import Vehicle

WIDTH = 150.0  # m to each side of a planned way
AXLES = 3

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def books(arranged: Mapping[int, Arranged], roads: Roads, start: float) -> Rows:
    """Rows by kind of file; ``start`` is the window's, UTC epoch s."""
    days = list(arranged.values())
    return {
        "drivers": [_relief(day, relief[1]) for day in days if (relief := day.shift.orders.relief)],
        "tyre_plans": list(_trailer_plan()) if any(day.shift.orders.trailer for day in days) else [],
        "trailers": [row for day in days if day.shift.orders.trailer for row in _trailers(day)],
        "couplings": [row for day in days if day.shift.orders.trailer for row in _couplings(day, start)],
        "routes": [_route(day, roads) for day in days if day.left],
        "route_assignments": [_assignment(day, day.left, start) for day in days if day.left],
    }


def term(day: Arranged | None, whole: Row, start: float, zone: str) -> Row:
    """From when to when a vehicle is insured: covers begin and end with a local day."""
    spans = {kind: (a, b) for kind, a, b in day.absences} if day else {}

    def date(at: float) -> datetime:
        return datetime.fromtimestamp(start + at, ZoneInfo(zone))

    begins = {"from": f"{date(spans['joins'][1]):%Y-%m-%d}"} if "joins" in spans else {}
    ends = {"to": f"{date(spans['leaves'][0]) + timedelta(days=1):%Y-%m-%d}"} if "leaves" in spans else {}
    return whole | begins | ends


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


def _couplings(day: Arranged, start: float) -> Iterator[Row]:
    first, second = _names(day)
    changed = _iso(start + day.swapped)
    vehicle = day.shift.vehicle
    for trailer, span in ((first, {"from": "", "to": changed}), (second, {"from": changed, "to": ""})):
        yield {"tractor": vehicle.vehicle_id, "trailer": trailer, **_own(vehicle), "first_axle": 3, **span}


def _route(day: Arranged, roads: Roads) -> Row:
    x, y = along(day.shift.planned)
    lat, lon = roads.degrees(x, y)
    line = ", ".join(f"{east:.6f} {north:.6f}" for east, north in np.column_stack([lon, lat]))
    vehicle = day.shift.vehicle
    return {"route_id": f"way-{vehicle.vehicle_id}", **_own(vehicle), "line": f"LINESTRING ({line})", "width_m": WIDTH}


def _assignment(day: Arranged, way: tuple[float, float], start: float) -> Row:
    vehicle, (left, arrived) = day.shift.vehicle, way
    span = {"from": _iso(start + left), "to": _iso(start + arrived)}
    return {"vehicle_id": vehicle.vehicle_id, "route_id": f"way-{vehicle.vehicle_id}", **span, **_own(vehicle)}
