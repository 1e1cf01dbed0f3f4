"""Symptoms: what an ailing vehicle's control units say of it, and what of it is on the answer sheet."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.ailments import AILMENTS, HEAVY, Ailment
from simulator.answers import Fact
from simulator.engines import BUILDS, CRANKED
from simulator.health import Health
from simulator.hours import stretches
from simulator.payloads import CODES
from simulator.tracks import Track
from simulator.vehicles import Vehicle

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NO_CODE = "none"
STEPS = {  # of each number as a bus says it, and s between two of them
    "engine_rpm": (0.125, 0.0),  # SAE J1939 SPN 190
    "coolant_c": (1.0, 1.0),  # SPN 110; SAE J1979 PID 05
    "oil_pressure_kpa": (4.0, 1.0),  # SPN 100; said twice a second
    "battery_v": (0.05, 1.0),  # SPN 168
    "brake_air_kpa": (8.0, 1.0),  # SPN 1087
    "brake_lining_pct": (0.4, 60.0),  # SPN 1099; how often is ours
}
LISTED = 60.0  # s between two lists of trouble codes if they do not change; ours
ASLEEP = "battery_v"  # said with the ignition off, by the device itself
COLD, WARMING = 70.0, 1_200.0  # °C, and s of running after which an engine is warmer; ours
MOVES, LASTS = 0.5, 30  # m/s; s beyond a level in all, else it is not of that level; ours
MAKERS = 69.0, 207.0, 700.0, 2_000.0  # kPa of oil wanted at which 1/min; Cummins B series manual


class Bounds(NamedTuple):
    """Where levels 1 to 3 of a symptom begin, and where it ends."""

    cause: tuple[str, ...]
    unit: str
    levels: tuple[float, float, float]
    clear: float
    near: float  # within which of level 1 it is on the sheet too, at level 0: a step of what a bus says


HOT = {True: (107.0, 111.0, 114.0), False: (112.0, 116.0, 120.0)}  # °C, of diesels of lorries, and of cars
SYMPTOMS = {  # makers' and the law's limits; docs/detectors/vehicle.md has their sources
    "oil_pressure_low": Bounds(("oil_leak",), "%", (115.0, 100.0, 50.0), 130.0, 6.0),
    "battery_low": Bounds(("alternator_fails", "battery_tired"), "V", (12.6, 12.2, 11.6), 13.0, 0.05),
    "brake_air_low": Bounds(("brake_air_leak",), "kPa", (552.0, 414.0, 310.0), 620.0, 8.0),
    "brake_lining_worn": Bounds(("lining_worn",), "%", (25.0, 15.0, 5.0), 30.0, 0.4),
}


def said(health: Health, track: Track, codes: Sequence[Fact], signals: frozenset[str], seen: Track) -> pl.DataFrame:
    """The columns that a device of those ``signals`` reports at the instants ``seen``, NaN where nothing was said."""
    awake = seen.ignition > 0
    columns: dict[str, Floats | pl.Series] = {}
    for values, (name, (step, every)) in zip(health, STEPS.items(), strict=True):
        if name in signals and not np.isnan(values).all():
            stepped = np.round(np.round(np.interp(seen.t, track.t, values) / step) * step, 3)
            columns[name] = np.where(_spoken(seen.t, every) & (awake | (name == ASLEEP)), stepped, np.nan)
    if CODES in signals:
        columns[CODES] = _listed(codes, seen.t, awake, float(track.t[-1]))
    return pl.DataFrame(columns)


def _spoken(t: Floats, every: float) -> Bools:
    """The first instant of each so many seconds."""
    slot = np.floor(t / every + 1e-6) if every else t
    return np.append(True, slot[1:] != slot[:-1])


def _listed(codes: Sequence[Fact], t: Floats, awake: Bools, last: float) -> pl.Series:
    """All codes set, as text: when the ignition is switched on, when they change, and now and then.

    One that is set at the ``last`` instant of a day goes on.
    """
    number = np.zeros(len(t), np.int64)  # a bit for each code
    for bit, one in enumerate(codes):
        number += ((t >= one.start) & ((t < one.end) | (one.end >= last))).astype(np.int64) << bit
    changed = np.append(True, (number[1:] != number[:-1]) | (awake[1:] & ~awake[:-1]))
    texts = {int(n): " ".join(one.subject for bit, one in enumerate(codes) if n >> bit & 1) for n in np.unique(number)}
    heard = awake & (changed | _spoken(t, LISTED))
    return pl.Series(
        [(texts[int(n)] or NO_CODE) if h else None for n, h in zip(number, heard, strict=True)], dtype=pl.String
    )


def codes(health: Health, vehicle: Vehicle, track: Track, ills: Sequence[Ailment]) -> list[Fact]:
    """Trouble codes, each from when the control unit sees what is wrong, or has seen on a day before, until mended."""
    found = []
    for one in ills:
        severity, code = one.severity(track.t), AILMENTS[one.kind].code
        at = np.flatnonzero(_sees(one.kind, health, vehicle.kind.name, severity) & (severity > 0))
        known = one.start <= 0.0 and code in vehicle.codes
        if known or at.size:
            start, end = 0.0 if known else float(track.t[at[0]]), min(one.end, float(track.t[-1]))
            level, peak = 1 + (code[0] == "C"), float(severity.max())
            found.append(Fact("fault_code", level, start, end, peak, "share", 0.0, 0.0, one.kind, code))
    return found


def _sees(kind: str, health: Health, klass: str, severity: Floats) -> Bools:
    """Where a control unit would notice an ailment; its limits are ours."""
    runs, volts = health.rpm > CRANKED, BUILDS[klass].volts / 12
    match kind:
        case "coolant_leak":
            found = runs & (severity >= 0.35)  # a quarter is gone: the float in its tank
        case "thermostat_shut":
            found = runs & (health.coolant >= HOT[klass in HEAVY][0])
        case "thermostat_open":
            found = runs & (health.coolant < COLD) & (_since(runs) > WARMING)
        case "alternator_fails":
            found = runs & (health.battery < 12.5 * volts)
        case "battery_tired":
            found = (health.rpm == CRANKED) & (health.battery < 9.0 * volts)
        case "oil_leak":
            found = runs & (_oil_share(health) < 100.0)
        case "brake_air_leak":
            found = runs & (health.air < 450.0)
        case _:
            found = runs & (health.lining < 20.0)
    return np.asarray(found)


def _since(flags: Bools) -> Floats:
    """s for which it has been so."""
    index = np.arange(len(flags), dtype=np.float64)
    return index - np.maximum.accumulate(np.where(flags, -1.0, index))


def _oil_share(health: Health) -> Floats:
    """% of the oil pressure that the engine wants at its speed; while it stands, as it was last."""
    idle, rated, slow, fast = MAKERS
    wanted = idle + np.clip((health.rpm - slow) / (fast - slow), 0, 1) * (rated - idle)
    last = np.maximum.accumulate(np.where(health.rpm > CRANKED, np.arange(len(wanted)), 0))
    return np.asarray(np.where(health.rpm[last] > CRANKED, 100 * health.oil / wanted, 999.0)[last])


def facts(health: Health, klass: str, track: Track, ills: Sequence[Ailment]) -> Iterator[Fact]:
    """What is wrong, and what it made of engine, electrics and brakes while that mattered."""
    for one in ills:
        start, end = max(one.start, 0.0), min(one.end, float(track.t[-1]))
        if start < end:
            peak = float(one.severity(track.t).max())
            yield Fact(one.kind, 0, start, end, peak, "share", 0.0, 0.0, AILMENTS[one.kind].meaning)
    runs, moves = health.rpm > CRANKED, track.speed > MOVES
    hot = Bounds(("thermostat_shut", "coolant_leak"), "°C", HOT[klass in HEAVY], HOT[klass in HEAVY][0] - 5.0, 1.0)
    yield from _beyond("coolant_hot", hot, health.coolant, runs, track, ills)
    counts = {"oil_pressure_low": runs, "battery_low": runs, "brake_air_low": moves, "brake_lining_worn": runs}
    volts = BUILDS[klass].volts / 12
    values = _oil_share(health), health.battery / volts, health.air, health.lining
    for (kind, bounds), value in zip(SYMPTOMS.items(), values, strict=True):
        yield from _beyond(kind, bounds, value, counts[kind], track, ills)


def _beyond(
    kind: str, bounds: Bounds, value: Floats, counts: Bools, track: Track, ills: Sequence[Ailment]
) -> Iterator[Fact]:
    """Where a value is beyond its levels while it ``counts``, until it is well again."""
    sense = 1.0 if bounds.clear < bounds.levels[0] else -1.0
    levels, near, bad = (
        [sense * level for level in bounds.levels],
        sense * bounds.levels[0] - bounds.near,
        sense * value,
    )
    bad = np.where(counts, bad, np.minimum(bad, np.nextafter(near, -np.inf)))
    cause = next((one.kind for one in ills if one.kind in bounds.cause), "")
    for begin, until in stretches(track.t, bad >= sense * bounds.clear, 0.0):
        run = bad[int(begin) : int(until)]
        level = sum(int((run >= one).sum() >= LASTS) for one in levels)
        beyond = np.flatnonzero(run >= (levels[0] if level else near)) + int(begin)
        if beyond.size:
            span, peak = (float(track.t[beyond[0]]), float(track.t[beyond[-1]])), sense * float(run.max())
            speed = float(track.speed[beyond[0]])
            yield Fact(kind, level, *span, peak, bounds.unit, bounds.levels[0], speed, cause)
