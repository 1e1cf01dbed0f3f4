"""Tyre hot: too hot in itself, or much hotter than the tyre across the axle, as by a brake that drags."""

from math import isnan, nan
from typing import Any

from compiled.kernels import kernel
from streams.conditioning.tyres import first_swap
from streams.detectors.base import Detector
from streams.detectors.watch import NOTHING
from streams.detectors.wheels import STATE, find, release, report, told_of, weigh
from streams.kernels.params import Param

AIR, MATE = 0, 1

PARAMS = (
    Param("level1_c", 75.0, "ours: ten degrees before the warning"),
    Param("level2_c", 85.0, "detection reference b4: warn at 85 °C"),
    Param("level3_c", 100.0, "detection reference b4: critical at 100 °C"),
    Param("clear_c", 70.0, "ours: five degrees below level 1"),
    Param("level1_above_c", 15.0, "ours: three quarters of level 2"),
    Param("level2_above_c", 20.0, "detection reference b4: 20 °C above the axle mate, a dragging brake"),
    Param("level3_above_c", 35.0, "ours: heat that a wheel bearing or brake makes within minutes"),
    Param("clear_above_c", 10.0, "ours: half of level 2"),
    Param("least_c", 45.0, "ours: compared from here on; sun on one side of a parked vehicle warms a tyre by 20 °C"),
    Param("hold_s", 60.0, "ours: two readings a minute apart"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel's heat; the peak is its temperature (source air), or how far above its mate's, in °C."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        edge = first_swap(batch, fleet, slot, vehicle)
        own = (p["level1_c"], p["level2_c"], p["level3_c"], p["clear_c"], p["hold_s"])
        first, second, third = p["level1_above_c"], p["level2_above_c"], p["level3_above_c"]
        drag = (first, second, third, p["clear_above_c"], p["hold_s"])
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel = batch.tyre_t[j], batch.tyre_wheel[j]
            if edge <= t:
                edge = release(batch, vehicle, t, changes, kind, fleet, memory, edge)
            temp = batch.tyre_temp[j]
            if isnan(temp):
                continue
            k = find(memory, wheel)
            source = told_of(memory, k)[2] if k >= 0 else AIR if temp >= own[0] else MATE
            if source == AIR:
                op = weigh(memory, wheel, t, temp, temp, own, AIR)
            else:
                worth = k >= 0 or (batch.moving[batch.tyre_row[j]] == 1 and temp >= p["least_c"])
                op = weigh(memory, wheel, t, temp, temp - batch.tyre_mate_temp[j] if worth else nan, drag, MATE)
            if op != NOTHING:
                report(batch, j, changes, op, kind, slot, memory)
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, memory, edge)


DETECTOR = Detector(
    "tyre_hot",
    unit="°C",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre runs too hot, or much hotter than the one across the axle: a brake may drag.",
    sources=("air", "axle_mate"),
)
