"""Health: how warm the engine of a vehicle runs, its oil, battery and linings, second by second."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel
from simulator.ailments import (
    ALTERNATOR_FAILS,
    BATTERY_TIRED,
    COOLANT_LEAK,
    LINING_WORN,
    OIL_LEAK,
    THERMOSTAT_OPEN,
    THERMOSTAT_SHUT,
)
from simulator.engines import BUILDS, CRANKED, CRANKS, turning
from simulator.tracks import Track
from simulator.vehicles import DIESEL, DRIVELINE, Class

Floats = npt.NDArray[np.float64]

TO_COOLANT = 0.25  # share of the fuel's energy that the coolant takes; Heywood, Internal Combustion Engine Fundamentals
INERTIA = 1.6  # J/K of coolant and block for each W at the wheels; ours
HOTTEST, SPARE = 55.0, 1.1  # K above the air at which the radiator gives off all there is at full power, and more; ours
BLOCK = 0.02  # of the radiator's share that the block gives off by itself; ours
OPENING = 12.0  # K from a thermostat's first opening until it is wide open; makers' data
CALM, WINDY = 0.35, 20.0  # share of its share that a radiator gives off standing, and m/s at which all of it; ours
BOILS = 125.0  # °C; more never shows, for it boils
EMPTIES, DRY, ENOUGH = 0.7, 0.4, 0.7  # share a leak takes, fill at which no coolant is pumped, and from which all is
RELIEF, AT_REST, PER_TURN = 520.0, 90.0, 0.2  # kPa the oil's valve allows, of 0 1/min, and for each 1/min more; ours
SUCKED, LOST_OIL = 0.5, 0.95  # share of the oil below which the pump draws air, and share a leak takes; ours
EMPTY_V, FULL_V = 11.8, 12.7  # V of a lead battery at rest
NEEDED, HOURLY = 0.45, 1.7  # share of the alternator's current that a vehicle uses; its current by the battery's; ours

ENGINE = np.dtype(
    [
        ("inertia", "f8"),  # J/K
        ("radiator", "f8"),  # W/K, with all the air it can have
        ("opens", "f8"),  # °C at which the thermostat begins to
        ("charge", "f8"),  # V of the alternator, of a 12 V system
        ("idle", "f8"),  # 1/min
        ("least", "f8"),  # 1/min below which a gear is not used
        ("top", "f8"),  # 1/min in the highest gear for each m/s
    ]
)


WORN = 35.0  # % left of a lining, with which it is changed the next night


class Health(NamedTuple):
    """Columns (n,), a row a second; ``rpm`` is 0 with the engine off, ``air`` NaN where brakes do not work by it."""

    rpm: Floats  # 1/min
    coolant: Floats  # °C
    oil: Floats  # kPa, gauge
    battery: Floats  # V
    air: Floats  # kPa, gauge
    lining: Floats  # %, of the thinnest


def live(kind: Class, track: Track, ambient: Floats, odometer: float, ills: Floats, rng: np.random.Generator) -> Health:
    """Of a ``track`` with a row a second; ``ills`` (ailments, n) is how far each has come, 0 to 1.

    A pure function of what the vehicle did and of how it is built, so that any device sees the same.
    """
    build, engine = BUILDS[kind.name], np.zeros(1, ENGINE)
    peak = TO_COOLANT * kind.power / (DRIVELINE * kind.efficiency)
    engine["inertia"], engine["radiator"] = INERTIA * kind.power, SPARE * peak / HOTTEST
    engine["opens"], engine["charge"] = build.opens + rng.uniform(-1, 1), rng.uniform(13.9, 14.4)
    engine["idle"], engine["least"], engine["top"] = build.idle, build.least, build.top
    worn = (rng.random() + odometer / build.lining) % 1.0 + track.distance / build.lining
    heat = TO_COOLANT * DIESEL * np.maximum(np.diff(track.fuel, prepend=track.fuel[0]), 0.0)
    out = np.empty((4, len(track.t)))
    _live(engine[0], heat, track.speed, ambient, track.ignition, track.engine, ills, out)
    rpm, coolant, oil, battery = out
    lining = np.maximum(100 - (100 - WORN) * worn - 100 * ills[LINING_WORN], 0.0)
    return Health(rpm, coolant, oil, battery * build.volts / 12, track.air, lining)


@kernel
def _live(engine: Any, heat: Any, speed: Any, ambient: Any, ignition: Any, running: Any, ills: Any, out: Any) -> None:
    """Second by second: ``heat`` J into the coolant; an engine that is not ``running`` yet is cranked at first."""
    since, warm = 0, ambient[0]
    charge = 1.0 - 0.7 * ills[ALTERNATOR_FAILS, 0]
    for k in range(speed.size):
        since = since + 1 if ignition[k] > 0 else 0
        runs, cranks = running[k] > 0, 0 < since <= CRANKS and running[k] == 0
        turns = turning(engine["idle"], engine["least"], engine["top"], speed[k])
        rpm = turns if runs else (CRANKED if cranks else 0.0)
        warm = _warmed(engine, warm, heat[k], speed[k], ambient[k], runs, ills[:, k])
        charge, battery = _charged(engine, charge, runs, cranks, ills[:, k])
        thin = min(max(1.6 - 0.6 * warm / 90.0, 0.85), 1.6)
        sucks = min((1.0 - LOST_OIL * ills[OIL_LEAK, k]) / SUCKED, 1.0)
        oil = min((AT_REST + PER_TURN * rpm) * thin, RELIEF) * sucks if runs else 0.0
        out[0, k], out[1, k], out[2, k], out[3, k] = rpm, warm, oil, battery


@kernel
def _warmed(engine: Any, warm: float, heat: float, speed: float, ambient: float, runs: bool, ills: Any) -> Any:
    """°C of the coolant a second later."""
    share = engine["radiator"] * BLOCK
    if runs:
        wide = (warm - engine["opens"]) / OPENING
        wide = max(min(max(wide, 0.0), 1.0 - ills[THERMOSTAT_SHUT]), ills[THERMOSTAT_OPEN])
        pumped = (1.0 - EMPTIES * ills[COOLANT_LEAK] - DRY) / (ENOUGH - DRY)
        fan = (warm - engine["opens"] - OPENING + 2.0) / 4.0
        wind = min(max(CALM + speed / WINDY, fan), 1.0)
        share += engine["radiator"] * wide * min(max(pumped, 0.0), 1.0) * wind
    return min(warm + (heat - share * (warm - ambient)) / engine["inertia"], BOILS)


@kernel
def _charged(engine: Any, charge: float, runs: bool, cranks: bool, ills: Any) -> tuple[float, float]:
    """Share of its charge that a battery has a second later, and its V, of a 12 V system."""
    rest = EMPTY_V + (FULL_V - EMPTY_V) * charge - 0.6 * ills[BATTERY_TIRED]
    if cranks:
        return charge, rest - 2.2 - 2.6 * ills[BATTERY_TIRED]
    if not runs:
        return charge, rest
    spare = 1.0 - ills[ALTERNATOR_FAILS] - NEEDED
    charge = min(max(charge + HOURLY * min(spare, 0.1) / 3_600.0, 0.0), 1.0)
    if spare >= 0.0:
        return charge, engine["charge"] - 0.3 * ills[ALTERNATOR_FAILS]
    return charge, rest + 0.3 * spare / NEEDED
