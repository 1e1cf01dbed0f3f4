"""Tyre low: pressure below the placard, both brought to 20 °C where the tyre's temperature is known."""

from math import isnan, nan
from typing import Any

from compiled.kernels import kernel
from streams.conditioning.tyres import first_swap
from streams.detectors.base import Detector
from streams.detectors.watch import NOTHING
from streams.detectors.wheels import STATE, release, report, weigh
from streams.kernels.params import Param

PARAMS = (
    Param("level1_pct", 10.0, "ours: advisory, half of UN R141"),
    Param("level2_pct", 20.0, "UN R141: warn 20 % below"),
    Param("level3_pct", 25.0, "FMVSS 138 and JT/T 1429: 25 % below the placard"),
    Param("clear_pct", 5.0, "ours: half of level 1"),
    Param("unknown_pct", 10.0, "ours: added to level 1 without a temperature; 230 kPa read 19.7 % low at -20 °C"),
    Param("hold_s", 60.0, "ours: two readings a minute apart; UN R141 allows 10 minutes for a puncture"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel's cold pressure below its placard; the peak is how far below, in percent."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        edge = first_swap(batch, fleet, slot, vehicle)
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, wheel = batch.tyre_t[j], batch.tyre_wheel[j]
            if edge <= t:
                edge = release(batch, vehicle, t, changes, kind, fleet, memory, edge)
            # without a temperature level 1 alone may be no more than the cold
            first = p["level1_pct"] + (p["unknown_pct"] if isnan(batch.tyre_temp[j]) else 0.0)
            scale = (first, p["level2_pct"], p["level3_pct"], p["clear_pct"], p["hold_s"])
            placard = batch.tyre_placard[j]
            below = (1.0 - batch.tyre_cold[j] / placard) * 100.0 if placard > 0.0 else nan
            op = weigh(memory, wheel, t, batch.tyre_temp[j], below, scale, 0)
            if op != NOTHING:
                report(batch, j, changes, op, kind, slot, memory)
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, memory, edge)


DETECTOR = Detector(
    "tyre_low",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre has lost pressure against its placard.",
)
