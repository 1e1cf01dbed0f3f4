"""Sensors: what a device makes of a track - noise, drift, reflections, rounding, a bus that sticks - as columns."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.airbrakes import PRESSED, held
from simulator.dynamics import G
from simulator.profiles import Profile
from simulator.roads import Roads
from simulator.tank import Tank
from simulator.tracks import Track
from simulator.tyres import Wheel, gauge, temperature

Floats = npt.NDArray[np.float64]
Rngs = tuple[np.random.Generator, np.random.Generator]

STILL = 0.8  # m/s below which GNSS gives no course and the last is kept
TYRES_EVERY = 60.0  # s between the readings of a wheel sensor
CANYON_S = 20.0  # s between independent errors of reflected positions
OPEN, CLOSED = (1.6, 13), (9.0, 6)  # accuracy a receiver claims, m, and satellites, in the open and between houses
SHAKE = 0.5  # m/s² of the road, up and down, at 20 m/s
COLUMNS = (  # of which a device reports those of its profile, in this order
    "speed_kmh", "lat_deg", "lon_deg", "heading_deg", "gnss_accuracy_m", "satellites", "accel_long_mps2",
    "accel_lat_mps2", "yaw_rate_dps", "brake_pedal_pct", "speed_limit_kmh", "ignition", "odometer_km", "ambient_c",
    "imu_x_mps2", "imu_y_mps2", "imu_z_mps2", "fuel_pct",
    "mass_kg",
)  # fmt: skip
FUEL_STEP = 0.4  # %; SAE J1939, SPN 96
TRAVEL = 0.5  # exponent of braking force in the pedal's travel, which is longest at first; ours
MASS_STEP = 10.0  # kg; SAE J1939, SPN 1760, gross combination vehicle weight
MASS_ERROR = 0.02  # sigma of the share by which a bus errs about it all day; ours
STUCK = ("speed_kmh", "brake_pedal_pct", "odometer_km")  # what comes over the bus


class Morning(NamedTuple):
    """What a vehicle begins its day with."""

    odometer: float  # m
    tank: Tank
    weighs: float  # times its mass that its bus says it weighs


class Sensed(NamedTuple):
    """What a device measured, a row an instant, ``t`` in s after the window begins; and when its bus stuck, s."""

    columns: pl.DataFrame
    stuck: list[tuple[float, float]]


def sense(
    roads: Roads,
    profile: Profile,
    brakes: float,
    morning: Morning,
    track: Track,
    ambient: Floats,
    rngs: Rngs,
) -> Sensed:
    """The columns a device reports of ``track``; the second of ``rngs`` is for its flaws.

    ``brakes`` are N that they hold at most, the trailer's with them.
    """
    flaws = rngs[1]
    columns = {
        **_placed(roads, profile, track, rngs),
        **_felt(profile, brakes, track, rngs[0]),
        "speed_limit_kmh": np.round(track.limit * 3.6),
        "ignition": track.ignition,
        "odometer_km": np.round((morning.odometer + track.distance) / 1000, 2),
        "ambient_c": np.round(ambient),
        "fuel_pct": _stepped(100 * morning.tank.level(track.t, track.fuel), FUEL_STEP),
        "mass_kg": _stepped(morning.weighs * track.mass, MASS_STEP),
    }
    if "imu_x_mps2" in profile.signals:
        columns |= _mounted(track, profile, flaws)
    stuck = _sticks(track, profile, flaws)
    for name in STUCK:
        columns[name] = _held(columns[name], track.t, stuck)
    reported = {name: columns[name] for name in COLUMNS if name in profile.signals}
    return Sensed(pl.DataFrame({"t": track.t, **reported}), stuck)


def _placed(roads: Roads, profile: Profile, track: Track, rngs: Rngs) -> dict[str, Floats]:
    """Where the receiver says that it is, and how sure it claims to be."""
    rng, flaws = rngs
    n = len(track.t)
    east, north = (_drift(track.t, profile, rng) + rng.normal(0, profile.position_noise, n) for _ in range(2))
    canyon = track.built < profile.canyon
    if profile.canyon:
        east += canyon * _wander(track.t, profile.canyon_drift, CANYON_S, flaws)
        north += canyon * _wander(track.t, profile.canyon_drift, CANYON_S, flaws)
    lat, lon = roads.degrees(track.x + east, track.y + north)
    return {
        "lat_deg": np.round(lat, 6),
        "lon_deg": np.round(lon, 6),
        "gnss_accuracy_m": np.where(canyon, CLOSED[0], OPEN[0]),
        "satellites": np.where(canyon, CLOSED[1], OPEN[1]).astype(float),
    }


def _felt(profile: Profile, brakes: float, track: Track, rng: np.random.Generator) -> dict[str, Floats]:
    """How it moves; the more it weighs, and the less air its brakes have, the deeper the pedal for the same braking."""
    n, moving = len(track.t), track.speed > 0.1
    noise = profile.accel_noise * np.where(moving, 1.0, 0.3)
    speed = 3.6 * np.where(moving, np.maximum(track.speed + rng.normal(0, profile.speed_noise, n), 0), 0)
    yaw: Floats = np.degrees(track.lateral / np.maximum(track.speed, 1.0)).astype(np.float64)
    share = np.clip(-track.accel * track.mass / held(brakes, track.air), 0.0, 1.0)
    pedal = np.where(track.accel < -PRESSED, 100 * share**TRAVEL, 0.0)
    return {
        "speed_kmh": _stepped(speed, profile.speed_step),
        "heading_deg": np.round(_course(track, profile, rng), 0) % 360,
        "accel_long_mps2": _stepped(track.accel + noise * rng.normal(size=n), profile.accel_step),
        "accel_lat_mps2": _stepped(track.lateral + noise * rng.normal(size=n), profile.accel_step),
        "yaw_rate_dps": np.round(yaw, 1),
        "brake_pedal_pct": np.asarray(np.round(pedal), np.float64),
    }


def sense_tyres(
    wheels: list[Wheel], profile: Profile, track: Track, ambient: Floats, phase: float, flaws: np.random.Generator
) -> pl.DataFrame:
    """The wheel sensors' columns of the same rows, NaN where they were silent; they report while driving."""
    slot = np.floor((track.t + phase) / TYRES_EVERY)
    spoken = np.append(True, slot[1:] != slot[:-1]) & (track.ignition > 0)
    columns = {}
    for wheel in wheels if profile.tyres else ():
        temp = temperature(wheel, ambient, track.heat)
        pressure = np.round(gauge(wheel.cold, temp) / profile.pressure_step) * profile.pressure_step
        lost = flaws.random(len(spoken)) < profile.tyre_loss if profile.tyre_loss else np.zeros(len(spoken), bool)
        heard = spoken & ~lost
        columns[f"tyre_{wheel.name}_pressure_kpa"] = np.where(heard, np.maximum(pressure, 0), np.nan)
        columns[f"tyre_{wheel.name}_temp_c"] = np.where(heard, np.round(temp), np.nan)
    return pl.DataFrame(columns)


def _stepped(values: Floats, step: float) -> Floats:
    """Values as a device with so coarse numbers says them; decimal steps are rounded as decimals are."""
    decimals = -np.log10(step)
    if abs(decimals - round(decimals)) < 1e-9:
        return np.asarray(np.round(values, round(decimals)))
    return np.asarray(np.round(values / step) * step)


def _drift(t: Floats, profile: Profile, rng: np.random.Generator) -> Floats:
    """m of GNSS error that wanders slowly."""
    return _wander(t, profile.drift, profile.drift_s, rng)


def _wander(t: Floats, sigma: float, every: float, rng: np.random.Generator) -> Floats:
    grid = np.arange(0, t[-1] + 2 * every + 1, every)
    return np.interp(t, grid, rng.normal(0, sigma, len(grid)))


def _course(track: Track, profile: Profile, rng: np.random.Generator) -> Floats:
    """Degrees clockwise from north; standing, the last one."""
    course = 90 - np.degrees(track.heading) + rng.normal(0, profile.course_noise, len(track.t))
    last = np.maximum.accumulate(np.where(track.speed > STILL, np.arange(len(course)), 0))
    return np.asarray(course[last])


def _mounted(track: Track, profile: Profile, flaws: np.random.Generator) -> dict[str, Floats]:
    """What an accelerometer feels in its own frame, mounted anyhow, with its offsets: gravity is up."""
    n = len(track.t)
    turn, _ = np.linalg.qr(flaws.normal(size=(3, 3)))
    turn[:, 0] *= np.sign(np.linalg.det(turn))  # no mirror
    bias = flaws.normal(0, profile.imu_bias, 3)
    shake = SHAKE * np.sqrt(track.speed / 20.0)
    steep = np.arctan(track.slope)  # uphill part of gravity is felt as if it sped up
    along, up = track.accel + G * np.sin(steep), G * np.cos(steep) + shake * flaws.normal(size=n)
    force = np.stack([along, track.lateral, up])
    felt = turn @ force + bias[:, None] + flaws.normal(0, profile.imu_noise, (3, n))
    return {f"imu_{axis}_mps2": np.round(_stepped(felt[k], profile.imu_step), 3) for k, axis in enumerate("xyz")}


def _sticks(track: Track, profile: Profile, flaws: np.random.Generator) -> list[tuple[float, float]]:
    """When the bus adapter repeats its last values."""
    on = track.t[track.ignition > 0]
    if not (profile.stale_rate and len(on)):
        return []
    steps = np.diff(on)
    starts = np.sort(flaws.choice(on, flaws.poisson(profile.stale_rate * steps[steps < 120].sum() / 3600)))
    return [(float(start), float(start + flaws.exponential(profile.stale_s))) for start in starts]


def _held(values: Floats, t: Floats, stuck: list[tuple[float, float]]) -> Floats:
    """The same column with the values of when it stuck repeated."""
    held = values.copy()
    for start, end in stuck:
        during = (t >= start) & (t <= end)
        held[during] = held[np.argmax(during)]
    return held
