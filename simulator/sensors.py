"""Sensors: what a device makes of a track - noise, drift and rounding - as the columns of a recording."""

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.roads import Roads
from simulator.tracks import Track
from simulator.tyres import Wheel, gauge, temperature
from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]

SPEED_NOISE = 0.06  # m/s, of wheel speed while moving
ACCEL_NOISE = 0.10  # m/s² driving; a third of it standing
GNSS_DRIFT = 2.5  # m, one sigma, wandering within a minute
GNSS_NOISE = 0.25  # m
COURSE_NOISE = 1.2  # degrees
STILL = 0.8  # m/s below which GNSS gives no course and the last is kept
TYRES_EVERY = 60.0  # s between the readings of a wheel sensor
PRESSURE_STEP = 2.5  # kPa


def sense(
    roads: Roads, kind: Class, odometer: float, track: Track, ambient: Floats, rng: np.random.Generator
) -> pl.DataFrame:
    """The columns a device reports of ``track``, a row an instant, with ``t`` still in s after the window begins."""
    n, moving = len(track.t), track.speed > 0.1
    noise = ACCEL_NOISE * np.where(moving, 1.0, 0.3)
    east, north = (_drift(track.t, rng) + rng.normal(0, GNSS_NOISE, n) for _ in range(2))
    lat, lon = roads.degrees(track.x + east, track.y + north)
    pedal = np.where(track.accel < -0.4, np.minimum(100, -110 * track.accel / kind.brake), 0.0)
    return pl.DataFrame(
        {
            "t": track.t,
            "speed_kmh": np.round(
                3.6 * np.where(moving, np.maximum(track.speed + rng.normal(0, SPEED_NOISE, n), 0), 0), 1
            ),
            "lat_deg": np.round(lat, 6),
            "lon_deg": np.round(lon, 6),
            "heading_deg": np.round(_course(track, rng), 0) % 360,
            "accel_long_mps2": np.round(track.accel + noise * rng.normal(size=n), 2),
            "accel_lat_mps2": np.round(track.lateral + noise * rng.normal(size=n), 2),
            "brake_pedal_pct": np.round(pedal),
            "speed_limit_kmh": np.round(track.limit * 3.6),
            "ignition": track.ignition,
            "odometer_km": np.round((odometer + track.distance) / 1000, 2),
            "ambient_c": np.round(ambient),
        }
    )


def sense_tyres(wheels: list[Wheel], track: Track, ambient: Floats, phase: float) -> pl.DataFrame:
    """The wheel sensors' columns of the same rows, NaN where they were silent; they report while driving."""
    slot = np.floor((track.t + phase) / TYRES_EVERY)
    heard = np.append(True, slot[1:] != slot[:-1]) & (track.ignition > 0)
    columns = {}
    for wheel in wheels:
        temp = temperature(wheel, ambient, track.heat)
        pressure = np.round(gauge(wheel.cold, temp) / PRESSURE_STEP) * PRESSURE_STEP
        columns[f"tyre_{wheel.name}_pressure_kpa"] = np.where(heard, np.maximum(pressure, 0), np.nan)
        columns[f"tyre_{wheel.name}_temp_c"] = np.where(heard, np.round(temp), np.nan)
    return pl.DataFrame(columns)


def _drift(t: Floats, rng: np.random.Generator) -> Floats:
    """m of GNSS error that wanders slowly."""
    grid = np.arange(0, t[-1] + 61, 30)
    return np.interp(t, grid, rng.normal(0, GNSS_DRIFT, len(grid)))


def _course(track: Track, rng: np.random.Generator) -> Floats:
    """Degrees clockwise from north; standing, the last one."""
    course = 90 - np.degrees(track.heading) + rng.normal(0, COURSE_NOISE, len(track.t))
    last = np.maximum.accumulate(np.where(track.speed > STILL, np.arange(len(course)), 0))
    return np.asarray(course[last])
