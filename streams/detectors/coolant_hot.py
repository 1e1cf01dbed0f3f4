"""Coolant hot: the engine runs hotter than its maker allows."""

from math import isnan
from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.watch import ABOVE, NOTHING, RUNNING_RPM, STATE, holds, tell, weigh
from streams.kernels.params import Param

PARAMS = (
    Param(
        "level1_c",
        (112.0, 112.0, 107.0, 107.0),
        "Freightliner Cascadia manual: Cummins at most 107 °C; cars ours, 5 °C more",
    ),
    Param(
        "level2_c", (116.0, 116.0, 111.0, 111.0), "Perkins 1200F: severity 2, derates from 111 °C; cars ours, 5 °C more"
    ),
    Param(
        "level3_c",
        (120.0, 120.0, 114.0, 114.0),
        "Perkins 1200F: severity 3, shuts down at 114 °C; cars ours, 6 °C more",
    ),
    Param("clear_c", (107.0, 107.0, 102.0, 102.0), "ours: 5 °C below level 1"),
    *holds(30.0, "ours: a boiling engine stays hot, a wild reading does not"),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``coolant`` too hot with the engine running: what a hot engine adds once it is off is nothing."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_c"], p["level2_c"], p["level3_c"], p["clear_c"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            value = batch.coolant[i]
            if isnan(value) or (memory["start"] == 0.0 and not value >= limits[0]):
                continue
            counts, before = (
                batch.engine_rpm[i] >= RUNNING_RPM or (isnan(batch.engine_rpm[i]) and batch.moving[i] == 1),
                int(memory["level"]),
            )
            op = weigh(memory, batch.t[i], value, counts, batch.quality[i], ABOVE, limits, p)
            if op != NOTHING:
                tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)


DETECTOR = Detector(
    "coolant_hot",
    unit="°C",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The engine ran too hot.",
)
