"""Tyres: each reading brought to 20 °C, set beside its placard, the reading before and those of its neighbours."""

from math import floor, isnan, nan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from devices.signals import WHEELS
from streams.kernels.spans import span

ATMOSPHERE = 101.325  # kPa
KELVIN = 273.15
REFERENCE = 20.0  # °C
ZERO = 946_684_800  # 2000-01-01, from which memory counts seconds in 4 bytes, until 2068
NONE = -32_768  # temperature not known
LEAP = 1.05  # a reading that stands out so far above the one before is nothing a loss is measured from

READINGS = np.dtype(  # the latest of each wheel
    [
        ("at", "i4", WHEELS),  # s since 2000
        ("ms", "i2", WHEELS),  # and ms, plus 1; 0 never, negative if the pressure had leapt up
        ("pressure", "i2", WHEELS),  # tenths of a kPa
        ("temp", "i2", WHEELS),  # tenths of a degree
    ]
)


@kernel
def cold(pressure: float, temp: float) -> Any:
    """Gauge pressure the tyre would have at 20 °C. Gay-Lussac: absolute pressure goes with absolute temperature."""
    if isnan(temp):
        return pressure
    return (pressure + ATMOSPHERE) * (REFERENCE + KELVIN) / (temp + KELVIN) - ATMOSPHERE


@inner
def has(fleet: Any, k: int, wheel: int) -> bool:
    """Whether a wheel is on an axle of trailer ``k``."""
    found: bool = fleet.coupled_axle[k] <= wheel // 4 < fleet.coupled_end[k]
    return found


@inner
def placard_of(fleet: Any, slot: int, wheel: int, t: float) -> Any:
    """Cold pressure that a wheel should have: by the plan of the trailer it is on, else of the vehicle."""
    for k in range(fleet.coupled_bounds[slot], fleet.coupled_bounds[slot + 1]):
        if fleet.coupled_from[k] <= t < fleet.coupled_to[k] and has(fleet, k, wheel):
            return fleet.coupled_placard[k, wheel]
    return fleet.placard[slot, wheel]


@inner
def swapped(fleet: Any, slot: int, wheel: int, then: float, t: float) -> bool:
    """Whether a trailer with this wheel came or went after ``then``, up to ``t``."""
    for k in range(fleet.coupled_bounds[slot], fleet.coupled_bounds[slot + 1]):
        if has(fleet, k, wheel) and (then < fleet.coupled_from[k] <= t or then < fleet.coupled_to[k] <= t):
            return True
    return False


@inner
def swaps_at(fleet: Any, slot: int, wheel: int, edge: float) -> bool:
    """Whether a trailer with this wheel comes or goes at exactly ``edge``."""
    for k in range(fleet.coupled_bounds[slot], fleet.coupled_bounds[slot + 1]):
        if has(fleet, k, wheel) and (fleet.coupled_from[k] == edge or fleet.coupled_to[k] == edge):
            return True
    return False


@inner
def next_swap(fleet: Any, slot: int, after: float) -> Any:
    """Earliest instant after ``after`` at which a trailer comes or goes; inf: none does."""
    found = np.inf
    for k in range(fleet.coupled_bounds[slot], fleet.coupled_bounds[slot + 1]):
        if fleet.coupled_from[k] > after:
            found = min(found, fleet.coupled_from[k])
        if fleet.coupled_to[k] > after:
            found = min(found, fleet.coupled_to[k])
    return found


@inner
def first_swap(batch: Any, fleet: Any, slot: int, vehicle: int) -> Any:
    """The first one that the vehicle's samples before this batch have not seen, or after its very first sample."""
    if fleet.coupled_bounds[slot] == fleet.coupled_bounds[slot + 1]:
        return np.inf
    t, dt = batch.t[batch.bounds[vehicle]], batch.dt[batch.bounds[vehicle]]
    return next_swap(fleet, slot, t if isnan(dt) else floor((t - dt) * 1000.0 + 0.5) / 1000.0)


@inner
def held(second: int) -> int:
    """A whole second (UTC epoch) as memory holds it; all after 2068 are the last there is."""
    return min(second - ZERO, 2_147_483_647)


@inner
def heard(memory: Any, wheel: int) -> Any:
    """t of a wheel's latest reading; NaN never."""
    if memory["ms"][wheel] == 0:
        return nan
    return ((int(memory["at"][wheel]) + ZERO) * 1000 + abs(int(memory["ms"][wheel])) - 1) / 1000.0


@inner
def keep(memory: Any, wheel: int, t: float, pressure: float, temp: float, leapt: bool) -> None:
    """Remember a wheel's reading, pressure and temperature to a tenth."""
    ms = floor(t * 1000.0 + 0.5)
    memory["at"][wheel] = held(ms // 1000)
    memory["ms"][wheel] = -1 - ms % 1000 if leapt else 1 + ms % 1000
    memory["pressure"][wheel] = tenths(pressure)
    memory["temp"][wheel] = tenths(temp)


@inner
def tenths(value: float) -> int:
    """A pressure or temperature as memory holds it."""
    return NONE if isnan(value) else floor(value * 10.0 + 0.5)


@inner
def kept(memory: Any, wheel: int) -> Any:
    """(pressure, temperature) remembered of a wheel."""
    temp = int(memory["temp"][wheel])
    return int(memory["pressure"][wheel]) / 10.0, nan if temp == NONE else temp / 10.0


@inner
def neighbour(memory: Any, fleet: Any, slot: int, wheel: int, t: float, fresh: float) -> Any:
    """(pressure, temperature) of a wheel read at most ``fresh`` s before ``t``, on the same trailer; else NaN."""
    then = heard(memory, wheel)
    if isnan(then) or span(then, t) > fresh or swapped(fleet, slot, wheel, then, t):
        return nan, nan
    return kept(memory, wheel)


@inner
def follow_tyres(batch: Any, fleet: Any, state: Any, params: Any) -> None:
    """Write the columns beside each tyre reading of the batch."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, fresh = state[slot]["tyres"], params[fleet.klass[slot]]["mate_s"]
        i = batch.bounds[vehicle]
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel = batch.tyre_t[j], batch.tyre_wheel[j]
            pressure, temp = batch.tyre_pressure[j], batch.tyre_temp[j]
            while batch.t[i] < t:
                i += 1
            batch.tyre_row[j] = i
            batch.tyre_placard[j] = placard_of(fleet, slot, wheel, t)
            batch.tyre_cold[j] = cold(pressure, temp)
            then = heard(memory, wheel)
            known = not isnan(then) and not swapped(fleet, slot, wheel, then, t)
            batch.tyre_then[j] = then if known else nan
            before = kept(memory, wheel) if known else (nan, nan)
            batch.tyre_then_pressure[j], batch.tyre_then_temp[j] = before
            batch.tyre_then_leapt[j] = int(memory["ms"][wheel] < 0)
            mate = neighbour(memory, fleet, slot, wheel + 3 - 2 * (wheel % 4), t, fresh)
            batch.tyre_mate_pressure[j], batch.tyre_mate_temp[j] = mate
            twin = neighbour(memory, fleet, slot, wheel + 1 - 2 * (wheel % 2), t, fresh)
            batch.tyre_twin_pressure[j], batch.tyre_twin_temp[j] = twin
            if not isnan(pressure):
                keep(memory, wheel, t, pressure, temp, pressure > before[0] * LEAP)
