"""Realism: how the simulated fleet's driving is distributed beside that of recordings, and how far apart they are."""

import tempfile
from collections.abc import Iterator
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
TEXT = f"""Cars and vans of a simulated fleet of {VEHICLES} on a working day, beside real recordings, all read once a
second: *speed* while moving, *acceleration* while moving (over two seconds, so that whole km/h do not show), *stops*
of up to {TRAFFIC_S:g} s within a trip (traffic, not deliveries), *trips* of {SHORT_KM:g} km and more, cut where a
vehicle stands or is silent for more than {STOP_S:g} s. The distance is Wasserstein's: by how much one would have to
move the one distribution to make it the other, on average, in its own unit; KS is the largest difference between the
two cumulative shares. The last rows say how far real recordings are from each other, and are the measure for the first
ones. The recordings are households' cars, commutes and test drives, not deliveries. RSK repeats a speed for up to
20 s, so it has no acceleration here."""


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
    for one, other in combinations(real, 2):
        facts += _apart(f"{REAL[one]} and {REAL[other]}", real[one], real[other])
    absent = [f"{REAL[name]} is left out: its recording is not here." for name in REAL if name not in here]
    return Section("Realism of the simulated fleet", " ".join([TEXT, *absent]), [], facts)


def simulated(vehicles: int = VEHICLES, hours: float = HOURS) -> Driving:
    """The light vehicles of a simulated day."""
    fleet = traffic.Traffic(roster.roster(vehicles, SEED), traffic.Window(START.timestamp(), hours))
    columns = "t", "vehicle_id", "fleet_id", "speed_kmh", "ignition"
    light = [one.recording.select(columns) for one in fleet.reports() if one.vehicle_id.startswith(LIGHT)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.parquet"
        pl.concat(light).write_parquet(path)
        return driving(list(recording.read([path])))


def driving(pieces: list[Samples]) -> Driving:
    """Distributions of recordings."""
    drives = [drive for samples in pieces for drive in _drives(samples)]
    trips = [trip for t, speed in drives for trip in _trips(t, speed)]
    moving = [speed[speed > STANDS] for _, speed in trips]
    return Driving(
        3.6 * np.concatenate(moving),
        np.concatenate([_accelerations(*trip) for trip in trips]),
        np.concatenate([_stops(*trip) for trip in trips]),
        np.array([km for t, speed in trips if (km := float(speed.sum()) / 1_000) >= SHORT_KM]),
    )


def _drives(samples: Samples) -> Iterator[tuple[Floats, Floats]]:
    """s and m/s of each vehicle, the first reading of each second."""
    speed = samples.columns["speed"]
    for vehicle in range(len(samples.vehicles)):
        rows = np.flatnonzero((samples.vehicle == vehicle) & ~np.isnan(speed))
        rows = rows[np.argsort(samples.t[rows], kind="stable")]
        second, first = np.unique(np.floor(samples.t[rows]), return_index=True)
        yield second, speed[rows[first]]


def _trips(t: Floats, speed: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Stretches from moving to moving, with no more than ``STOP_S`` of standing or silence between."""
    moves = np.flatnonzero(speed > STANDS)
    for rows in np.split(moves, np.flatnonzero(np.diff(t[moves]) > STOP_S) + 1):
        if rows.size:
            yield t[rows[0] : rows[-1] + 1], speed[rows[0] : rows[-1] + 1]


def _accelerations(t: Floats, speed: Floats) -> Floats:
    even = t[2:] - t[:-2] == 2
    moves = (speed[2:] > STANDS) & (speed[:-2] > STANDS)
    return np.asarray(((speed[2:] - speed[:-2]) / 2)[even & moves])


def _stops(t: Floats, speed: Floats) -> Floats:
    """s of each standing in traffic within a trip."""
    edges = np.flatnonzero(np.diff((speed <= STANDS).astype(np.int8), prepend=0, append=0))
    begins, ends = edges[::2], edges[1::2]
    lasted = np.asarray(t[np.minimum(ends, len(t) - 1)] - t[begins], np.float64)
    return lasted[lasted <= TRAFFIC_S]


def _without(name: str, one: Driving) -> Driving:
    return one._replace(acceleration=np.zeros(0)) if name in HELD else one


def _apart(data: str, one: Driving, other: Driving) -> Iterator[Fact]:
    for what, unit in UNITS.items():
        a, b = getattr(one, what), getattr(other, what)
        if a.size and b.size:
            middles = " and ".join(f"{np.median(x):.3g} ({np.quantile(x, 0.9):.3g}, {x.size})" for x in (a, b))
            note = f"KS {kolmogorov(a, b):.2f}; median (90 %, count) {middles}"
            yield Fact(data, what, wasserstein(a, b), unit, note)


def wasserstein(a: Floats, b: Floats) -> float:
    """Mean distance between equal quantiles; the first Wasserstein distance of one dimension."""
    return float(np.abs(np.quantile(a, GRID) - np.quantile(b, GRID)).mean())


def kolmogorov(a: Floats, b: Floats) -> float:
    """Largest difference between the cumulative shares."""
    both = np.concatenate([a, b])
    shares = [np.searchsorted(np.sort(x), both, side="right") / x.size for x in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())
