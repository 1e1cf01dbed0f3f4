"""Tyre flat: half the placard or less, or less than a car's tyre needs to stay on its rim."""

from math import isnan, nan
from typing import Any

from compiled.kernels import kernel
from streams.conditioning.tyres import first_swap
from streams.detectors.base import Detector
from streams.detectors.watch import NOTHING
from streams.detectors.wheels import STATE, release, report, weigh
from streams.kernels.params import Param

PARAMS = (
    Param("level3_pct", 50.0, "detection reference b4: run flat at 50 % below the placard"),
    Param("floor_kpa", (150.0, nan, nan, nan), "detection reference b4: or below 150 kPa in a car"),
    Param("clear_pct", 25.0, "ours: half"),
    Param("hold_s", 10.0, "ours: two readings; it cannot wait for a minute"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel without the pressure to carry; always level 3, the peak is percent below the placard."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        edge = first_swap(batch, fleet, slot, vehicle)
        flat = p["level3_pct"]
        scale = (flat, flat, flat, p["clear_pct"], p["hold_s"])
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel = batch.tyre_t[j], batch.tyre_wheel[j]
            if edge <= t:
                edge = release(batch, vehicle, t, changes, kind, fleet, memory, edge)
            placard = batch.tyre_placard[j]
            below = (1.0 - batch.tyre_cold[j] / placard) * 100.0 if placard > 0.0 else nan
            if batch.tyre_pressure[j] < p["floor_kpa"]:
                below = flat if isnan(below) else max(below, flat)
            elif isnan(below) and batch.tyre_pressure[j] >= p["floor_kpa"]:
                below = 0.0
            op = weigh(memory, wheel, t, batch.tyre_temp[j], below, scale, 0)
            if op != NOTHING:
                report(batch, j, changes, op, kind, slot, memory)
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, memory, edge)


DETECTOR = Detector(
    "tyre_flat",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre has lost half its pressure or more: it must not be driven on.",
)
