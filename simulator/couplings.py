"""Couplings: which trailer each lorry pulls from when to when, over all days, as the office has it on its books."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from simulator.lasting import couples, swaps
from simulator.traffic import Traffic
from simulator.tyres import TRAILER_KPA
from simulator.vehicles import Vehicle

AXLES = 3

Row = dict[str, Any]
Change = tuple[float, str]  # UTC epoch s, the trailer that is coupled then


def rows(first: Traffic, days: int = 1, eventful: Sequence[Traffic] = ()) -> dict[str, list[Row]]:
    """Rows by kind of file; ``eventful`` are the days, of so many, for which a scenario has something in store."""
    changes = {k: list(_changes(first, k, days, eventful)) for k in range(len(first.roster.vehicles))}
    pulling = {first.roster.vehicles[k]: found for k, found in changes.items() if found}
    return {
        "tyre_plans": list(_plan()) if pulling else [],
        "trailers": [row for vehicle in pulling for row in _trailers(vehicle)],
        "couplings": [row for vehicle, found in pulling.items() for row in _couplings(vehicle, found)],
    }


def _changes(first: Traffic, k: int, days: int, eventful: Sequence[Traffic]) -> Iterator[Change]:
    """In the mornings, and where a scenario wants it."""
    vehicle, orders = first.roster.vehicles[k], swaps(first.events, k)
    if not couples(vehicle):
        return
    told: Mapping[int, Traffic] = {one.day: one for one in eventful}
    behind = ""
    for day in range(days):
        today = told.get(day) or replace(first, day=day, window=first.window.later(day, first.roster.region.zone))
        pair = [one.name for one in today.trailers(k)]
        if pair and pair[0] != behind:
            behind = pair[0]
            yield today.window.start, behind
        for at in today.arranged[k].swapped if day in orders else ():
            behind = pair[behind == pair[0]]
            yield today.window.start + at, behind


def _plan() -> Iterator[Row]:
    for axle in range(1, AXLES + 1):
        for side in "LR":
            yield {"plan_id": "trailer", "wheel": f"{axle}{side}", "placard_kpa": TRAILER_KPA}


def _name(vehicle: Vehicle, which: str) -> str:
    return f"T-{vehicle.vehicle_id}-{which}"


def _trailers(vehicle: Vehicle) -> Iterator[Row]:
    for which in "AB":
        yield {"trailer_id": _name(vehicle, which), "fleet_id": vehicle.fleet_id, "tyre_plan": "trailer"}


def _couplings(vehicle: Vehicle, changes: list[Change]) -> Iterator[Row]:
    """Each until the next; the last goes on."""
    ends = [*(_iso(at) for at, _ in changes[1:]), ""]
    for (at, which), end in zip(changes, ends, strict=True):
        pulled = {"tractor": vehicle.vehicle_id, "trailer": _name(vehicle, which), "fleet_id": vehicle.fleet_id}
        yield {**pulled, "first_axle": 3, "from": _iso(at), "to": end}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(round(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
