"""Registry: the simulated business as the folder of CSV files that `tripmeter registry import` takes."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from simulator import dispatch
from simulator.dispatch import Booked
from simulator.losses import LOSSES
from simulator.roster import Roster, fleets
from simulator.shifts import depot
from simulator.vehicles import CLASSES, Vehicle

UNECE = {"car": "M1", "van": "N1", "truck": "N3", "bus": "M3"}
USE = {"bus": "passenger"}  # else the business's own
GIVEN = ("Ada", "Ben", "Chen", "Dilan", "Emma", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Luca", "Mina")
FAMILY = ("Adler", "Becker", "Costa", "Demir", "Ebner", "Fischer", "Gruber", "Huang", "Ivanov", "Jansen", "Keller")
EMPTY = {"car": 1_320, "van": 1_950, "truck": 8_200, "bus": 12_100}  # kg
ANNUAL_KM = {"sales": 35_000, "parcel": 42_000, "regional": 60_000, "haul": 110_000, "line": 55_000}
LIMITS = {"tpl_injury": 7_500_000, "tpl_property": 1_300_000}  # in the region's currency
CARGO = 60_000

Row = dict[str, Any]
NOTHING: Mapping[str, Sequence[Row]] = MappingProxyType({})


def write(
    roster: Roster,
    start: float,
    folder: Path,
    booked: Sequence[Booked] = (),
    pulled: Mapping[str, Sequence[Row]] = NOTHING,
) -> None:
    """One CSV file a kind; policies run through the year of ``start`` (UTC epoch s).

    ``booked`` are the days for which a scenario has something in store, ``pulled`` rows about trailers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    year = datetime.fromtimestamp(start, UTC).year
    term = {"from": f"{year}-01-01", "to": f"{year + 1}-01-01"}
    more = dispatch.books(booked, roster.roads)
    for kind, rows in (
        ("policyholders", _policyholders(roster)),
        ("fleets", _fleets(roster)),
        ("sites", _sites(roster)),
        ("tyre_plans", _tyre_plans()),
        ("vehicles", [_vehicle(k, vehicle, roster) for k, vehicle in enumerate(roster.vehicles)]),
        ("devices", [_device(vehicle) for vehicle in roster.vehicles]),
        ("drivers", _drivers(roster)),
        ("policies", _policies(roster, term)),
        ("policy_vehicles", _schedule(roster, term, booked)),
        ("driver_assignments", _assignments(roster)),
        *((kind, ()) for kind in ("trailers", "couplings", "routes", "route_assignments")),
    ):
        if whole := [*rows, *more.get(kind, ()), *pulled.get(kind, ())]:
            _write(whole, folder / f"{kind}.csv")


def _write(rows: list[Row], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _used(roster: Roster) -> list[tuple[str, str]]:
    used = {vehicle.fleet_id for vehicle in roster.vehicles}
    return [(fleet, name) for fleet, name in fleets(len(roster.vehicles)) if fleet in used]


def _policyholders(roster: Roster) -> Iterator[Row]:
    for fleet, name in _used(roster):
        yield {"policyholder_id": f"PH-{fleet}", "name": name, "country": roster.region.country}


def _fleets(roster: Roster) -> Iterator[Row]:
    for fleet, name in _used(roster):
        yield {
            "fleet_id": fleet,
            "name": name,
            "policyholder_id": f"PH-{fleet}",
            "time_zone": roster.region.zone,
            "jurisdiction": roster.region.country,
            "currency": roster.region.currency,
        }


def _sites(roster: Roster) -> Iterator[Row]:
    roads = roster.roads
    for fleet, name in _used(roster):
        node = roads.graph.nodes[depot(roads, fleet)]
        lat, lon = roads.degrees(np.array(node["x"]), np.array(node["y"]))
        place = {"lat_deg": round(float(lat), 6), "lon_deg": round(float(lon), 6), "radius_m": 150}
        yield {"site_id": f"depot-{fleet}", "fleet_id": fleet, "name": f"{name}, depot", **place}


def _tyre_plans() -> Iterator[Row]:
    for kind in CLASSES.values():
        for wheel, placard in kind.tyres:
            yield {"plan_id": kind.name, "wheel": wheel, "placard_kpa": placard}


def _vehicle(k: int, vehicle: Vehicle, roster: Roster) -> Row:
    kind = vehicle.kind.name
    return {
        "vehicle_id": vehicle.vehicle_id,
        "fleet_id": vehicle.fleet_id,
        "plate": vehicle.plate,
        "vin": f"TRPSXM{vehicle.year % 100:02d}{roster.seed % 1000:03d}{k % 1_000_000:06d}",
        "class": UNECE[kind],
        "use": USE.get(kind, "own"),
        "empty_kg": EMPTY[kind],
        "gross_kg": round(vehicle.kind.gross),
        "year": vehicle.year,
        "value": vehicle.value,
        "home_depot": f"depot-{vehicle.fleet_id}",
        "site": f"depot-{vehicle.fleet_id}",
        "tyre_plan": kind,
    }


def _device(vehicle: Vehicle) -> Row:
    login = {"username": vehicle.vehicle_id, "password": vehicle.password}
    return {
        "device_id": f"DEV-{vehicle.vehicle_id}",
        "vehicle_id": vehicle.vehicle_id,
        "fleet_id": vehicle.fleet_id,
        **login,
    }


def _drivers(roster: Roster) -> Iterator[Row]:
    for k, driver in enumerate(roster.drivers):
        name = f"{GIVEN[k % len(GIVEN)]} {FAMILY[k * 7 % len(FAMILY)]}"
        yield {"driver_id": driver.driver_id, "fleet_id": driver.fleet_id, "name": name}


def _policies(roster: Roster, term: Row) -> Iterator[Row]:
    for fleet, _ in _used(roster):
        holder = {"policyholder_id": f"PH-{fleet}", "basis": "per_km", "currency": roster.region.currency}
        yield {"policy_id": f"P-{fleet}", **holder, **term}


def _schedule(roster: Roster, term: Row, booked: Sequence[Booked]) -> Iterator[Row]:
    """Covers a vehicle: liability for all, hull for all, cargo for goods, occupants for people."""
    for k, vehicle in enumerate(roster.vehicles):
        insured = dispatch.term(k, booked, term, roster.region.zone)
        carries = "cargo" if vehicle.kind.name in ("van", "truck") else "occupants"
        for cover in ("compulsory", "tpl_injury", "tpl_property", "own_damage", carries):
            sums = {"own_damage": vehicle.value, "cargo": CARGO}
            yield {
                "policy_id": f"P-{vehicle.fleet_id}",
                "vehicle_id": vehicle.vehicle_id,
                "fleet_id": vehicle.fleet_id,
                "cover": cover,
                **insured,
                "limit": LIMITS.get(cover, ""),
                "deductible": LOSSES[cover].deductible or "",
                "sum_insured": sums.get(cover, ""),
                "driver_basis": "any",
                "annual_km": ANNUAL_KM[vehicle.work],
            }


def _assignments(roster: Roster) -> Iterator[Row]:
    """Dispatch says who drives what; of a pool vehicle nobody says it."""
    for vehicle, driver in zip(roster.vehicles, roster.drivers, strict=True):
        if vehicle.known_driver != "nobody":
            row = {"vehicle_id": vehicle.vehicle_id, "fleet_id": vehicle.fleet_id, "driver_id": driver.driver_id}
            yield {**row, "source": "dispatch"}
