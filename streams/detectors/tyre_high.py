"""Tyre high: pressure above the placard, both brought to 20 °C: a hard tyre wears, grips less and bursts sooner."""

from math import isnan, nan
from typing import Any

from compiled.kernels import kernel
from streams.conditioning.tyres import first_swap
from streams.detectors.base import Detector
from streams.detectors.watch import NOTHING
from streams.detectors.wheels import STATE, release, report, weigh
from streams.kernels.params import Param

PARAMS = (
    Param("level1_pct", 15.0, "ours: three quarters of level 2"),
    Param("level2_pct", 20.0, "detection reference b4: 20 % above, cold"),
    Param("level3_pct", 40.0, "ours: twice level 2"),
    Param("clear_pct", 10.0, "ours: half of level 2"),
    Param(
        "unknown_pct", 25.0, "ours: allowed besides where the temperature is not known; 830 kPa read 23 % more at 80 °C"
    ),
    Param("hold_s", 60.0, "as tyre low: two readings a minute apart"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel's cold pressure above its placard; the peak is how far above, in percent."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        edge = first_swap(batch, fleet, slot, vehicle)
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel = batch.tyre_t[j], batch.tyre_wheel[j]
            if edge <= t:
                edge = release(batch, vehicle, t, changes, kind, fleet, memory, edge)
            more = p["unknown_pct"] if isnan(batch.tyre_temp[j]) else 0.0
            placard = batch.tyre_placard[j]
            above = (batch.tyre_cold[j] / placard - 1.0) * 100.0 if placard > 0.0 else nan
            first, second, third = p["level1_pct"] + more, p["level2_pct"] + more, p["level3_pct"] + more
            scale = (first, second, third, p["clear_pct"] + more, p["hold_s"])
            op = weigh(memory, wheel, t, batch.tyre_temp[j], above, scale, 0)
            if op != NOTHING:
                report(batch, j, changes, op, kind, slot, memory)
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, memory, edge)


DETECTOR = Detector(
    "tyre_high",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre holds more pressure than its placard says, warmth allowed for.",
)
