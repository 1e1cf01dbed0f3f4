"""Brake air low: a vehicle drives although its air brakes lack pressure."""

from math import isnan
from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.watch import BELOW, NOTHING, STATE, holds, tell, weigh
from streams.kernels.params import Param

PARAMS = (
    Param("level1_kpa", 552.0, "FMCSA CDL manual: some warnings come on at 80 psi"),
    Param("level2_kpa", 414.0, "FMVSS 121 S5.1.5 and FMCSA CDL manual: the warning comes on before 60 psi"),
    Param("level3_kpa", 310.0, "FMCSA CDL manual: spring brakes come on between 20 and 45 psi"),
    Param("clear_kpa", 620.0, "ours: 10 psi above level 1"),
    *holds(5.0, "ours: longer than one full application of the brakes"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``brake_air`` too low on the move: standing, a compressor that fills the tanks is nothing."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_kpa"], p["level2_kpa"], p["level3_kpa"], p["clear_kpa"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            value = batch.brake_air[i]
            if isnan(value) or (memory["start"] == 0.0 and not value <= limits[0]):
                continue
            counts, before = batch.moving[i] == 1, int(memory["level"])
            op = weigh(memory, batch.t[i], value, counts, batch.quality[i], BELOW, limits, p)
            if op != NOTHING:
                tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)


DETECTOR = Detector(
    "brake_air_low",
    unit="kPa",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle drove with too little air in its brakes.",
)
