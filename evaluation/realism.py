"""Realism: how the simulated fleet's driving is distributed beside that of recordings, and how far apart they are."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from devices.samples import Samples
from evaluation.measure import Fact, Section
from evaluation.recordings import FILES, SHARED, read
from simulator import roster, traffic
from simulator.shifts import Incidents
from simulator.vehicles import CLASSES
from streams.recordings import recording

Floats = npt.NDArray[np.float64]

REAL = {"cmap": "CMAP Chicago", "kit": "KIT Seat Leon", "rsk": "RSK Twizy", "driveplotr": "DrivePlotR"}
HELD = {"rsk"}  # repeats a speed for up to 20 s: its differences are no acceleration
VEHICLES, SEED, HOURS = 60, 2_027, 14.0
START = datetime(2026, 3, 3, 3, tzinfo=UTC)
LIGHT = ("CAR", "VAN")
STANDS = 1.0 / 3.6  # m/s below which a vehicle stands
STOP_S, TRAFFIC_S, SHORT_KM = 300.0, 60.0, 0.5
GRID = (np.arange(2_000) + 0.5) / 2_000
UNITS = {"speed": "km/h", "acceleration": "m/s²", "stop": "s", "trip": "km"}
SETTINGS = {"town": (0.0, 61.0), "rural": (61.0, 101.0), "motorway": (101.0, 200.0)}  # km/h that are allowed
ANYWHERE = (0.0, np.inf)
CARS, WORKS, STEP = 20, ("parcel", "sales", "regional", "haul"), 20  # of shares that are tried
TEXT = f"""Cars and vans of a simulated fleet of {VEHICLES} on a working day, beside real recordings, all read once a
second: *speed* while moving, *acceleration* while moving (over two seconds, so that whole km/h do not show), *stops*
of up to {TRAFFIC_S:g} s within a trip (traffic, not deliveries), *trips* of {SHORT_KM:g} km and more, cut where a
vehicle stands or is silent for more than {STOP_S:g} s. The distance is Wasserstein's: by how much one would have to
move the one distribution to make it the other, on average, in its own unit; KS is the largest difference between the
two cumulative shares. The last rows say how far real recordings are from each other, and are the measure for the first
ones. The recordings are households' cars, commutes and test drives, not deliveries, so most of the distance in speed is
that of parcels in town from commuters on motorways. *Like* a recording compares like with like: {CARS} simulated cars
that are driven in town, between towns and on motorways, in the shares of driving time (town, rural, motorway by what
is allowed there; in the note) that bring the speeds nearest. Two numbers are fitted to the recording's speeds; what is
left of the distance in speed, and the whole of it in acceleration and stops, is the driver's model. (By how much
drivers let their speed sway was set once with the accelerations of these recordings in view; nothing was for stops.)
How far people go is no question to that: trips are only compared as they are. RSK repeats a speed for up to 20 s, so it
has no acceleration here."""


class Driving(NamedTuple):
    """What was driven, by what is measured; no order."""

    speed: Floats  # km/h
    acceleration: Floats  # m/s²
    stop: Floats  # s
    trip: Floats  # km


def section() -> Section:
    """Distances of simulated from real, and of real from real; a recording that is not here is left out and said so."""
    here = {name for name in REAL if (SHARED / "driving" / f"{FILES[name]}.parquet").is_file()}
    real = {name: _without(name, driving(read(name))) for name in REAL if name in here}
    ours = simulated()
    facts = [fact for name, one in real.items() for fact in _apart(f"simulated and {REAL[name]}", ours, one)]
    parts = settings(cars())
    for name, recorded in real.items():
        near = like(parts, recorded.speed)
        shares = ", ".join(f"{100 * share:.0f} %" for share in near.shares)
        facts += _apart(f"simulated like {REAL[name]}", near.driving, recorded, f"; {shares}")
    for one, other in combinations(real, 2):
        facts += _apart(f"{REAL[one]} and {REAL[other]}", real[one], real[other])
    absent = [f"{REAL[name]} is left out: its recording is not here." for name in REAL if name not in here]
    return Section("Realism of the simulated fleet", " ".join([TEXT, *absent]), [], facts)


def simulated(vehicles: int = VEHICLES, hours: float = HOURS) -> Driving:
    """The light vehicles of a simulated day."""
    fleet = traffic.Traffic(roster.roster(vehicles, SEED), traffic.Window(START.timestamp(), hours))
    return driving(_read(fleet, LIGHT))


def cars(count: int = CARS, hours: float = HOURS) -> list[Samples]:
    """As many cars in town, on sales, between towns and on motorways, without incidents."""
    business = roster.roster(count, SEED)
    vehicles = (
        replace(vehicle, kind=CLASSES["car"], work=WORKS[k % len(WORKS)]) for k, vehicle in enumerate(business.vehicles)
    )
    business = replace(business, vehicles=tuple(vehicles), incidents=(Incidents(),) * count)
    return _read(traffic.Traffic(business, traffic.Window(START.timestamp(), hours)))


def _read(fleet: traffic.Traffic, names: tuple[str, ...] = ("",)) -> list[Samples]:
    columns = "t", "vehicle_id", "fleet_id", "speed_kmh", "speed_limit_kmh", "ignition"
    some = [one.recording.select(columns) for one in fleet.reports() if one.vehicle_id.startswith(names)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.parquet"
        pl.concat(some).write_parquet(path)
        return list(recording.read([path]))


class Trip(NamedTuple):
    """A drive, second by second."""

    t: Floats  # s
    speed: Floats  # m/s
    limit: Floats  # m/s; NaN where nobody says it


def driving(pieces: list[Samples], allowed: tuple[float, float] = ANYWHERE) -> Driving:
    """Distributions of recordings, where so much is ``allowed`` (km/h); trips are whole ones."""
    trips = [trip for samples in pieces for drive in _drives(samples) for trip in _trips(drive)]
    here = [_within(trip.limit, allowed) for trip in trips]
    pairs = list(zip(trips, here, strict=True))
    return Driving(
        3.6 * np.concatenate([trip.speed[on & (trip.speed > STANDS)] for trip, on in pairs]),
        np.concatenate([_accelerations(trip, on) for trip, on in pairs]),
        np.concatenate([_stops(trip, on) for trip, on in pairs]),
        np.array([km for trip in trips if (km := float(trip.speed.sum()) / 1_000) >= SHORT_KM]),
    )


def _within(limit: Floats, allowed: tuple[float, float]) -> npt.NDArray[np.bool_]:
    if allowed == ANYWHERE:
        return np.ones(len(limit), bool)
    return np.asarray((3.6 * limit > allowed[0]) & (3.6 * limit <= allowed[1]))


def settings(pieces: list[Samples]) -> list[Driving]:
    """The same driving apart by what is allowed."""
    return [driving(pieces, allowed) for allowed in SETTINGS.values()]


class Like(NamedTuple):
    """Settings mixed, and the shares of driving time in which they are."""

    driving: Driving
    shares: tuple[float, ...]


def like(parts: list[Driving], speed: Floats) -> Like:
    """The mixture of settings whose speeds are nearest to ``speed``, in whole ``STEP``-ths."""
    wanted, even = np.quantile(speed, GRID), [np.quantile(part.speed, GRID) for part in parts]
    tried = ((a / STEP, b / STEP, (STEP - a - b) / STEP) for a in range(STEP + 1) for b in range(STEP + 1 - a))
    shares = min(tried, key=lambda some: float(np.abs(mixed(even, some) - wanted).mean()))
    stops = [share * part.stop.size / part.speed.size for share, part in zip(shares, parts, strict=True)]
    by = {"speed": shares, "acceleration": shares, "stop": stops}
    found = {name: mixed([getattr(part, name) for part in parts], some) for name, some in by.items()}
    return Like(Driving(**found, trip=np.zeros(0)), shares)


def mixed(parts: Sequence[Floats], shares: Sequence[float]) -> Floats:
    """Quantiles of a mixture of distributions, at the middle of as many even parts as ``GRID`` has."""
    values = np.concatenate(parts)
    weights = np.concatenate(
        [np.full(x.size, share / x.size) for x, share in zip(parts, shares, strict=True) if x.size]
    )
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    found = np.searchsorted(below / below[-1], GRID)
    return np.asarray(values[order][np.minimum(found, values.size - 1)])


def _drives(samples: Samples) -> Iterator[Trip]:
    """Each vehicle, the first reading of each second."""
    speed = samples.columns["speed"]
    limit = samples.columns.get("speed_limit", np.full(len(speed), np.nan))
    for vehicle in range(len(samples.vehicles)):
        rows = np.flatnonzero((samples.vehicle == vehicle) & ~np.isnan(speed))
        rows = rows[np.argsort(samples.t[rows], kind="stable")]
        second, first = np.unique(np.floor(samples.t[rows]), return_index=True)
        yield Trip(second, speed[rows[first]], limit[rows[first]])


def _trips(drive: Trip) -> Iterator[Trip]:
    """Stretches from moving to moving, with no more than ``STOP_S`` of standing or silence between."""
    moves = np.flatnonzero(drive.speed > STANDS)
    for rows in np.split(moves, np.flatnonzero(np.diff(drive.t[moves]) > STOP_S) + 1):
        if rows.size:
            yield Trip(*(column[rows[0] : rows[-1] + 1] for column in drive))


def _accelerations(trip: Trip, here: npt.NDArray[np.bool_]) -> Floats:
    t, speed, _ = trip
    even = t[2:] - t[:-2] == 2
    moves = (speed[2:] > STANDS) & (speed[:-2] > STANDS)
    return np.asarray(((speed[2:] - speed[:-2]) / 2)[even & moves & here[1:-1]])


def _stops(trip: Trip, here: npt.NDArray[np.bool_]) -> Floats:
    """s of each standing in traffic within a trip."""
    t, speed, _ = trip
    edges = np.flatnonzero(np.diff((speed <= STANDS).astype(np.int8), prepend=0, append=0))
    begins, ends = edges[::2], edges[1::2]
    lasted = np.asarray(t[np.minimum(ends, len(t) - 1)] - t[begins], np.float64)
    return lasted[(lasted <= TRAFFIC_S) & here[begins]]


def _without(name: str, one: Driving) -> Driving:
    return one._replace(acceleration=np.zeros(0)) if name in HELD else one


def _apart(data: str, one: Driving, other: Driving, also: str = "") -> Iterator[Fact]:
    for what, unit in UNITS.items():
        a, b = getattr(one, what), getattr(other, what)
        if a.size and b.size:
            middles = " and ".join(f"{np.median(x):.3g} ({np.quantile(x, 0.9):.3g}, {x.size})" for x in (a, b))
            note = f"KS {kolmogorov(a, b):.2f}; median (90 %, count) {middles}{also}"
            yield Fact(data, what, wasserstein(a, b), unit, note)


def wasserstein(a: Floats, b: Floats) -> float:
    """Mean distance between equal quantiles; the first Wasserstein distance of one dimension."""
    return float(np.abs(np.quantile(a, GRID) - np.quantile(b, GRID)).mean())


def kolmogorov(a: Floats, b: Floats) -> float:
    """Largest difference between the cumulative shares."""
    both = np.concatenate([a, b])
    shares = [np.searchsorted(np.sort(x), both, side="right") / x.size for x in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())
