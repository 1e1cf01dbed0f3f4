"""GNSS fault: the vehicle drives, and its receiver shows one place, none at all, or places it cannot have been."""

from typing import Any

import numpy as np

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.episode import rung
from streams.detectors.fault import FAULT, follow
from streams.kernels.params import Param
from streams.kernels.quality import BAD_FIX, FROM_POSITION, GAP, NO_FIX, RELOCATED
from streams.kernels.spans import span

MINUTE = 60.0
FROZEN, LOST, JUMPS = 1, 2, 3

PARAMS = (
    Param("level1_min", 10.0, "ours: on the move; the longest road tunnel but one takes as long", MINUTE),
    Param("level2_min", 30.0, "traccar#3292: one position for 30 min while the speed is above zero", MINUTE),
    Param("level3_min", 120.0, "ours: nothing of the day's way will be known", MINUTE),
    Param("jumps", 5.0, "ours: a street of high buildings throws a position out now and then, not five times"),
    Param("jumps_s", 600.0, "ours: within ten minutes"),
)

STATE = np.dtype(
    [
        ("lat", "f8"),  # last good fix
        ("lon", "f8"),
        ("since", "f8"),  # when it first appeared; 0 never
        ("driven", "f8"),  # s on the move since
        ("jump_t", "f8"),  # first jump of those counted; 0 none
        ("jumps", "i4"),
        ("episode", FAULT),
    ]
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Driving by a measured speed without a new position, minutes; jumps are level 1 however many there are."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_min"], p["level2_min"], p["level3_min"])
        minutes = (limits[0] / MINUTE, limits[1] / MINUTE, limits[2] / MINUTE)
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            t, bits = batch.t[i], batch.quality[i]
            good = bits & (NO_FIX | BAD_FIX) == 0
            if good and (memory["since"] == 0.0 or batch.lat[i] != memory["lat"] or batch.lon[i] != memory["lon"]):
                memory["lat"], memory["lon"], memory["since"], memory["driven"] = batch.lat[i], batch.lon[i], t, 0.0
            elif bits & GAP:
                memory["since"], memory["driven"] = t if memory["since"] > 0.0 else 0.0, 0.0
            elif memory["since"] > 0.0 and batch.moving[i] == 1 and bits & FROM_POSITION == 0:
                memory["driven"] += batch.dt[i]
            if memory["jump_t"] > 0.0 and span(memory["jump_t"], t) > p["jumps_s"]:
                memory["jump_t"], memory["jumps"] = 0.0, 0
            if bits & (BAD_FIX | RELOCATED):
                memory["jump_t"] = t if memory["jump_t"] == 0.0 else memory["jump_t"]
                memory["jumps"] += 1
            level, source, start = rung(memory["driven"], limits), FROZEN if good else LOST, memory["since"]
            if level == 0 and memory["jumps"] >= p["jumps"]:
                level, source, start = 1, JUMPS, memory["jump_t"]
            fault, lasted = memory["episode"], memory["driven"] / MINUTE
            if level > 0 or fault["level"] > 0:  # to call costs 0.8 us a row, for the batch is handed on
                follow(batch, i, changes, kind, slot, fault, start, level, source, lasted, minutes)


DETECTOR = Detector(
    "gnss_fault",
    unit="min",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle drove, and its receiver showed one place, none, or places it cannot have been.",
    sources=("", "frozen", "lost", "jumps"),
)
