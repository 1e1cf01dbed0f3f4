"""Tyre imbalance: a tyre softer than the one across the axle, or than the other of its pair."""

from math import isnan, nan
from typing import Any

from compiled.kernels import inner, kernel
from streams.conditioning.tyres import cold, first_swap
from streams.detectors.base import Detector
from streams.detectors.watch import NOTHING
from streams.detectors.wheels import STATE, find, release, report, told_of, weigh
from streams.kernels.params import Param

AXLE, PAIR = 0, 1
_PAIR = "detection reference b4: tyres of a pair 5 % apart; the harder one carries the load"

PARAMS = (
    Param("level1_axle_pct", 10.0, "detection reference b4: left and right 10 % apart"),
    Param("level2_axle_pct", 15.0, "ours: half as much again"),
    Param("level3_axle_pct", 25.0, "as tyre low: by which a single tyre is no longer safe"),
    Param("clear_axle_pct", 5.0, "ours: half of level 1"),
    Param("level1_pair_pct", 5.0, _PAIR),
    Param("level2_pair_pct", 10.0, "ours: twice level 1"),
    Param("level3_pair_pct", 20.0, "TMC: a tyre of a pair 20 % low is run flat"),
    Param("clear_pair_pct", 2.5, "ours: half of level 1"),
    Param("unknown_pct", 5.0, "ours: allowed besides where temperatures are not known; an inner tyre runs warmer"),
    Param("hold_s", 600.0, "ours: ten minutes, so that all tyres have been read again"),
)


@inner
def apart(mine: float, here: float, pressure: float, temp: float) -> Any:
    """Percent of their mean by which ``mine``, cold, is below a neighbour's; NaN where they cannot be compared."""
    if isnan(here) != isnan(temp):
        return nan
    other = cold(pressure, temp)
    return (other - mine) / ((other + mine) / 2.0) * 100.0 if other + mine > 0.0 else nan


@inner
def axle(p: Any, more: float) -> Any:
    """Scale of the difference across an axle, ``more`` percent allowed besides."""
    first, second, third = p["level1_axle_pct"] + more, p["level2_axle_pct"] + more, p["level3_axle_pct"] + more
    return first, second, third, p["clear_axle_pct"] + more, p["hold_s"]


@inner
def pair(p: Any, more: float) -> Any:
    """The same between the tyres of a pair."""
    first, second, third = p["level1_pair_pct"] + more, p["level2_pair_pct"] + more, p["level3_pair_pct"] + more
    return first, second, third, p["clear_pair_pct"] + more, p["hold_s"]


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of the softer tyre of two that ought to be alike; the peak is by how much, in percent of their mean."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        edge = first_swap(batch, fleet, slot, vehicle)
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel = batch.tyre_t[j], batch.tyre_wheel[j]
            if edge <= t:
                edge = release(batch, vehicle, t, changes, kind, fleet, memory, edge)
            mine, temp = batch.tyre_cold[j], batch.tyre_temp[j]
            across = apart(mine, temp, batch.tyre_mate_pressure[j], batch.tyre_mate_temp[j])
            beside = apart(mine, temp, batch.tyre_twin_pressure[j], batch.tyre_twin_temp[j])
            more = p["unknown_pct"] if isnan(temp) else 0.0
            k = find(memory, wheel)
            source = told_of(memory, k)[2] if k >= 0 else PAIR if beside >= p["level1_pair_pct"] + more else AXLE
            if source == PAIR:
                op = weigh(memory, wheel, t, temp, beside, pair(p, more), PAIR)
            else:
                op = weigh(memory, wheel, t, temp, across, axle(p, more), AXLE)
            if op != NOTHING:
                report(batch, j, changes, op, kind, slot, memory)
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, memory, edge)


DETECTOR = Detector(
    "tyre_imbalance",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre is softer than the one across the axle, or than the other of its pair.",
    sources=("axle", "pair"),
)
