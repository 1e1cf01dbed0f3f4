"""Roster: the simulated business - fleets, vehicles, drivers - and what is to happen to them today, from one seed."""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from simulator import maps
from simulator.drivers import Driver, draw, roughness
from simulator.regions import REGIONS, Region
from simulator.roads import Roads, generate
from simulator.shifts import Incidents
from simulator.vehicles import CLASSES, Vehicle

FLEETS = (("courier", "Swift Courier and Sales"), ("freight", "Northgate Freight and Coach"))
BLOCK = 500  # vehicles, every other one of each fleet, after which there are two fleets more
DISCIPLINE = 0.2  # sigma of the logarithm of a depot's; ours
MIX = (  # class and work, ten vehicles at a time: those of every tenth place alike
    ("van", "parcel"),
    ("truck", "haul"),
    ("car", "sales"),
    ("truck", "regional"),
    ("van", "parcel"),
    ("bus", "line"),
    ("van", "parcel"),
    ("truck", "regional"),
    ("car", "sales"),
    ("truck", "haul"),
)
PRICES = {"car": 32_000, "van": 45_000, "truck": 120_000, "bus": 260_000}  # of a new one
EARLY = 8  # one driver in so many begins in the night
FILLED = (0.5, 1.0)  # share of the tank on the first morning; ours


@dataclass(frozen=True)
class Roster:
    """Who drives what today; ``drivers`` and ``incidents`` go with ``vehicles``, place by place."""

    region: Region
    seed: int
    vehicles: tuple[Vehicle, ...]
    drivers: tuple[Driver, ...]
    incidents: tuple[Incidents, ...]
    extract: Path | None = None  # of a map, whose roads are driven in place of generated ones

    @property
    def roads(self) -> Roads:
        """The network they drive on; raises ``maps.MapError``."""
        return _roads(self.extract, self.region, self.seed)


@lru_cache(maxsize=2)
def _roads(extract: Path | None, region: Region, seed: int) -> Roads:
    """The same on every day of a fleet."""
    rng = np.random.default_rng([seed, 2])
    return maps.read(extract, region, rng) if extract else generate(region, rng)


def roster(count: int, seed: int, region: str = "karlsruhe") -> Roster:
    """``count`` vehicles of mixed classes and their drivers."""
    rng = np.random.default_rng([seed, 1])
    vehicles = tuple(_vehicle(k, seed, rng) for k in range(count))
    rough = roughness(rng, count)
    kept = disciplines(count, seed)
    drivers = tuple(
        replace(
            draw(rng, f"D-{k + 1:03d}", vehicles[k].fleet_id, rough[k], early=k % EARLY == EARLY - 1),
            discipline=kept[vehicles[k].fleet_id],
        )
        for k in range(count)
    )
    return Roster(REGIONS[region], seed, vehicles, drivers, _incidents(vehicles, drivers))


def fleets(count: int) -> list[tuple[str, str]]:
    """Id and name of each fleet of a business of so many vehicles: two for each ``BLOCK`` of them."""
    more = range(2, 2 + max(0, count - 1) // BLOCK)
    return [*FLEETS, *((f"{fleet}-{n}", f"{name} {n}") for n in more for fleet, name in FLEETS)]


def disciplines(count: int, seed: int) -> dict[str, float]:
    """Of each fleet, how many claims its depot's ways make of one: lognormal of mean 1."""
    rng = np.random.default_rng([seed, 20])
    return {fleet: float(np.exp(DISCIPLINE * rng.normal() - DISCIPLINE**2 / 2)) for fleet, _ in fleets(count)}


def _vehicle(k: int, seed: int, rng: np.random.Generator) -> Vehicle:
    kind, work = MIX[k % len(MIX)]
    fleet, age = fleets(k + 1)[k % 2 - 2][0], int(rng.integers(0, 9))
    vehicle_id = f"{kind.upper()}-{k + 1:03d}"
    return Vehicle(
        vehicle_id,
        fleet,
        CLASSES[kind],
        plate=f"SIM {kind[0].upper()} {100 + k}",
        year=2025 - age,
        value=100 * round(PRICES[kind] * 0.86**age / 100),
        work=work,
        odometer=float(round(age * 38_000 + rng.uniform(2_000, 30_000))) * 1000,
        known_driver=_known(k),
        password=hashlib.sha256(f"{seed} {vehicle_id}".encode()).hexdigest()[:16],
        filled=float(np.random.default_rng([seed, 23, k]).uniform(*FILLED)),
    )


def _known(k: int) -> str:
    """Most devices read a driver's card; some leave it to dispatch; of a pool vehicle nobody knows."""
    if k % 25 == 24:
        return "nobody"
    return "dispatch" if k % 10 == 8 else "device"


def _incidents(vehicles: tuple[Vehicle, ...], drivers: tuple[Driver, ...]) -> tuple[Incidents, ...]:
    """One slow leak, one puncture, one driver without a break, and a crash of the roughest light vehicle."""
    free = sorted(range(len(vehicles)), key=lambda k: drivers[k].rough)
    happens: dict[int, Incidents] = {}
    for kinds, works, incident in (
        (("car", "van"), ("parcel", "sales"), Incidents(crash=0.86)),
        (("truck",), ("haul",), Incidents(tired=True)),
        (("van",), ("parcel",), Incidents(leak=True)),
        (("truck", "bus"), ("regional", "line"), Incidents(puncture=0.5)),
    ):
        suited = [
            k
            for k in free
            if vehicles[k].kind.name in kinds
            and vehicles[k].work in works
            and not drivers[k].early
            and vehicles[k].known_driver == "device"
        ]
        if suited:
            chosen = suited[-1] if incident.crash else suited[0]
            happens[chosen] = incident
            free.remove(chosen)
    return tuple(happens.get(k, Incidents()) for k in range(len(vehicles)))
