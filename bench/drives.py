"""Drives: made-up journeys for measuring - stop and go, cruising, bends, a hard brake now and then."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from devices.samples import Floats, Samples, TyreReadings
from devices.signals import wheel_code

START = 1_750_000_000.0  # 2025-06-15 15:06:40 UTC
DEGREE = 111_195.0  # m of latitude
WHEELS = ("1L", "1R", "2L", "2R")
TYRE_EVERY = 60  # samples


class Journey(NamedTuple):
    """(n,) columns at 1 Hz."""

    speed: Floats  # m/s
    accel: Floats  # m/s²
    lat: Floats
    lon: Floats


def journey(samples: int, seed: int = 1) -> Journey:
    """A vehicle that drives off, cruises and stops over and over; one stop in 40 is a hard brake."""
    random = np.random.default_rng(seed)
    legs = samples // 60 + 2
    top = random.uniform(6.0, 33.0, legs)
    brake = np.where(random.random(legs) < 1 / 40, 6.0, random.uniform(0.8, 2.5, legs))
    spans = np.stack([random.uniform(5, 40, legs), top / 1.2, random.uniform(30, 240, legs), top / brake], axis=1)
    knots = np.concatenate([[0.0], np.cumsum(spans)])
    heights = np.concatenate([[0.0], np.stack([np.zeros(legs), top, top, np.zeros(legs)], axis=1).ravel()])
    t = np.arange(samples, dtype=np.float64)
    speed = np.round(np.interp(t, knots, heights) * 3.6, 1) / 3.6
    heading = np.cumsum(random.normal(0.0, 0.03, samples))
    lat = 49.0 + _folded(np.cumsum(speed * np.cos(heading)) / DEGREE)
    lon = 8.4 + _folded(np.cumsum(speed * np.sin(heading)) / DEGREE / np.cos(np.radians(49.0)))
    accel = np.diff(speed, prepend=0.0)
    return Journey(speed, accel, np.round(lat, 6), np.round(lon, 6))


def _folded(degrees: Floats) -> Floats:
    """Turned back at a degree to each side, so that a long journey stays in the country and its speed true."""
    return np.asarray(np.abs((degrees + 1) % 4 - 2) - 1)


def samples(vehicles: int, each: int, tyres: bool = True) -> Samples:
    """``vehicles`` of ``each`` samples at 1 Hz with speed, position and ignition, and tyres once a minute."""
    n = vehicles * each
    way = journey(n)
    vehicle, t = np.repeat(np.arange(vehicles), each), START + np.tile(np.arange(float(each)), vehicles)
    columns = {"speed": way.speed, "lat": way.lat, "lon": way.lon, "ignition": np.ones(n)}
    who = [("bench", f"v{k}") for k in range(vehicles)]
    return Samples(who, vehicle, t, columns, tyres=_tyres(vehicle, t) if tyres else TyreReadings())


def _tyres(vehicle: np.ndarray, t: Floats) -> TyreReadings:
    rows = np.repeat(np.arange(0, t.size, TYRE_EVERY), len(WHEELS))
    wheel = np.tile([wheel_code(name) for name in WHEELS], rows.size // len(WHEELS))
    return TyreReadings(vehicle[rows], wheel, t[rows], 242.0 + rows // TYRE_EVERY % 3 / 10, np.full(rows.size, 25.0))


def write(path: Path, vehicles: int, each: int) -> None:
    """A recording at 1 Hz in the wire's names: time, vehicle, speed and position."""
    n = vehicles * each
    way = journey(n)
    vehicle = pl.Series("vehicle_id", [f"v{k}" for k in range(vehicles)])
    columns = {
        "t": START + np.tile(np.arange(float(each)), vehicles),
        "speed_kmh": np.round(way.speed * 3.6, 1),
        "lat_deg": way.lat,
        "lon_deg": way.lon,
    }
    pl.DataFrame({"vehicle_id": vehicle[np.repeat(np.arange(vehicles), each)], **columns}).write_parquet(path)
