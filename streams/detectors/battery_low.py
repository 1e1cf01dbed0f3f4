"""Battery low: the engine runs and the battery is not charged."""

from math import isnan
from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.watch import BELOW, NOTHING, RUNNING_RPM, STATE, holds, tell, weigh
from streams.kernels.params import Param

PARAMS = (
    Param(
        "level1_v", 12.6, "ours: a running alternator holds 13.5 V or more; a full battery at rest has 12.6 to 12.7 V"
    ),
    Param("level2_v", 12.2, "ours: a battery at rest and half empty"),
    Param("level3_v", 11.6, "ours: empty; the engine will stop or not start again"),
    Param("clear_v", 13.0, "ours: it is being charged"),
    Param("system_v", 18.0, "ours: what reads more is a 24 V system and counts half"),
    *holds(300.0, "ours: alternators that save fuel pause, but not for five minutes"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``battery`` too low with the engine running, as of a 12 V system."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_v"], p["level2_v"], p["level3_v"], p["clear_v"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            value = batch.battery[i] / 2.0 if batch.battery[i] >= p["system_v"] else batch.battery[i]
            if isnan(value) or (memory["start"] == 0.0 and not value <= limits[0]):
                continue
            counts, before = batch.engine_rpm[i] >= RUNNING_RPM, int(memory["level"])
            op = weigh(memory, batch.t[i], value, counts, batch.quality[i], BELOW, limits, p)
            if op != NOTHING:
                tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)


DETECTOR = Detector(
    "battery_low",
    unit="V",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The engine ran and its battery was not charged.",
)
