"""Health: how warm the engine of a vehicle runs, its oil, battery, brake air and linings, second by second."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.ailments import (
    ALTERNATOR_FAILS,
    BATTERY_TIRED,
    BRAKE_AIR_LEAK,
    COOLANT_LEAK,
    LINING_WORN,
    OIL_LEAK,
    THERMOSTAT_OPEN,
    THERMOSTAT_SHUT,
)
from simulator.compiled import kernel
from simulator.tracks import Track
from simulator.vehicles import DIESEL, DRIVELINE, Class

Floats = npt.NDArray[np.float64]

CRANKS, CRANKED = 2, 200.0  # s a starter turns the engine, and how fast, 1/min; ours
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
USED = 70.0  # kPa a full application takes: chambers of a twelfth of the tanks' volume (FMVSS 121 S5.1.2.1)
PUMPS = 3.0  # kPa/s at 1,500 1/min; FMVSS 121 S5.1.1 wants 4.1 at full speed
CUT_IN, CUT_OUT = 760.0, 900.0  # kPa of the governor; FMCSA CDL manual: about 100 and 125 psi, makers' in Europe more
ESCAPES = 0.0045  # 1/s of the air, through the worst leak; ours
GEAR = 1.35  # from gear to gear; ours

ENGINE = np.dtype(
    [
        ("inertia", "f8"),  # J/K
        ("radiator", "f8"),  # W/K, with all the air it can have
        ("opens", "f8"),  # °C at which the thermostat begins to
        ("charge", "f8"),  # V of the alternator, of a 12 V system
        ("air", "f8"),  # 1: brakes work by air
    ]
)


class Build(NamedTuple):
    """How engines of a class are built; ours, of the order of makers' data."""

    idle: float  # 1/min
    least: float  # 1/min below which a gear is not used
    top: float  # 1/min in the highest gear for each m/s
    opens: float  # °C
    volts: float
    air: bool
    lining: float  # m a lining lasts


BUILDS = {
    "car": Build(800, 1_300, 60, 88, 12, False, 60e6),
    "van": Build(800, 1_300, 65, 88, 12, False, 60e6),
    "truck": Build(600, 1_050, 50, 82, 24, True, 250e6),
    "bus": Build(650, 1_000, 50, 82, 24, True, 120e6),
}
WORN = 35.0  # % left of a lining when it is changed


class Health(NamedTuple):
    """Columns (n,), a row a second; ``rpm`` is 0 with the engine off, ``air`` NaN where brakes have none."""

    rpm: Floats  # 1/min
    coolant: Floats  # °C
    oil: Floats  # kPa, gauge
    battery: Floats  # V
    air: Floats  # kPa, gauge
    lining: Floats  # %, of the thinnest


def live(
    kind: Class, track: Track, ambient: Floats, brakes: float, odometer: float, ills: Floats, rng: np.random.Generator
) -> Health:
    """Of a ``track`` with a row a second; ``ills`` (ailments, n) is how far each has come, 0 to 1.

    A pure function of what the vehicle did and of how it is built, so that any device sees the same.
    """
    build, engine = BUILDS[kind.name], np.zeros(1, ENGINE)
    peak = TO_COOLANT * kind.power / (DRIVELINE * kind.efficiency)
    engine["inertia"], engine["radiator"] = INERTIA * kind.power, SPARE * peak / HOTTEST
    engine["opens"], engine["charge"] = build.opens + rng.uniform(-1, 1), rng.uniform(13.9, 14.4)
    engine["air"] = build.air
    worn = (rng.random() + (odometer + track.distance) / build.lining) % 1.0
    heat = TO_COOLANT * DIESEL * np.maximum(np.diff(track.fuel, prepend=track.fuel[0]), 0.0)
    effort = np.where(track.accel < -0.4, np.clip(-track.accel * track.mass / brakes, 0.0, 1.0), 0.0)
    out = np.empty((5, len(track.t)))
    _live(engine[0], turning(build, track.speed), heat, track.speed, effort, ambient, track.ignition, ills, out)
    rpm, coolant, oil, battery, air = out
    lining = np.maximum(100 - (100 - WORN) * worn - 100 * ills[LINING_WORN], 0.0)
    return Health(
        rpm, coolant, oil, battery * build.volts / 12, air if build.air else np.full(len(air), np.nan), lining
    )


def turning(build: Build, speed: Floats) -> Floats:
    """1/min at ``speed`` in the highest gear that an engine likes, of nine."""
    direct = build.top * np.maximum(speed, 0.1)
    gears = np.clip(np.ceil(np.log(build.least / direct) / np.log(GEAR)), 0, 8)
    return np.asarray(np.maximum(direct * GEAR**gears, build.idle))


@kernel
def _live(
    engine: Any, turns: Any, heat: Any, speed: Any, effort: Any, ambient: Any, ignition: Any, ills: Any, out: Any
) -> None:
    """Second by second: ``heat`` J into the coolant, ``effort`` share of the brakes' most."""
    since, warm, air, pumping, pressed = 0, ambient[0], CUT_OUT - 40.0, 1, 0.0
    charge = 1.0 - 0.7 * ills[ALTERNATOR_FAILS, 0]
    for k in range(turns.size):
        since = since + 1 if ignition[k] > 0 else 0
        runs = since > CRANKS
        rpm = turns[k] if runs else (CRANKED if since > 0 else 0.0)
        warm = _warmed(engine, warm, heat[k], speed[k], ambient[k], runs, ills[:, k])
        charge, battery = _charged(engine, charge, since, ills[:, k])
        air -= USED * max(effort[k] - pressed, 0.0) + ESCAPES * ills[BRAKE_AIR_LEAK, k] * air
        pressed = effort[k]
        pumping = 1 if air < CUT_IN or (pumping == 1 and air < CUT_OUT) else 0
        if runs and pumping == 1:
            air += PUMPS * rpm / 1_500.0
        air = max(air, 0.0)
        thin = min(max(1.6 - 0.6 * warm / 90.0, 0.85), 1.6)
        sucks = min((1.0 - LOST_OIL * ills[OIL_LEAK, k]) / SUCKED, 1.0)
        oil = min((AT_REST + PER_TURN * rpm) * thin, RELIEF) * sucks if runs else 0.0
        out[0, k], out[1, k], out[2, k], out[3, k], out[4, k] = rpm, warm, oil, battery, air


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
def _charged(engine: Any, charge: float, since: int, ills: Any) -> tuple[float, float]:
    """Share of its charge that a battery has a second later, and its V, of a 12 V system."""
    rest = EMPTY_V + (FULL_V - EMPTY_V) * charge - 0.6 * ills[BATTERY_TIRED]
    if since == 0:
        return charge, rest
    if since <= CRANKS:
        return charge, rest - 2.2 - 2.6 * ills[BATTERY_TIRED]
    spare = 1.0 - ills[ALTERNATOR_FAILS] - NEEDED
    charge = min(max(charge + HOURLY * min(spare, 0.1) / 3_600.0, 0.0), 1.0)
    if spare >= 0.0:
        return charge, engine["charge"] - 0.3 * ills[ALTERNATOR_FAILS]
    return charge, rest + 0.3 * spare / NEEDED
