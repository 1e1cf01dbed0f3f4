"""Brake lining worn: little is left of the thinnest brake lining."""

from math import isnan
from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.watch import BELOW, NOTHING, STATE, holds, tell, weigh
from streams.kernels.params import Param

PARAMS = (
    Param("level1_pct", 25.0, "ours: time to order the parts"),
    Param("level2_pct", 15.0, "ours: time to book the workshop"),
    Param("level3_pct", 5.0, "ours: near the rivets; the vehicle should not leave the yard"),
    Param("clear_pct", 30.0, "ours: a new lining reads 100"),
    *holds(60.0, "ours: a lining does not wear in a minute, one wild reading is no wear", 86_400.0),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``brake_lining`` too thin, whatever the vehicle does."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_pct"], p["level2_pct"], p["level3_pct"], p["clear_pct"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            value = batch.brake_lining[i]
            if isnan(value) or (memory["start"] == 0.0 and not value <= limits[0]):
                continue
            counts, before = True, int(memory["level"])
            op = weigh(memory, batch.t[i], value, counts, batch.quality[i], BELOW, limits, p)
            if op != NOTHING:
                tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)


DETECTOR = Detector(
    "brake_lining_worn",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A brake lining is nearly worn out.",
)
