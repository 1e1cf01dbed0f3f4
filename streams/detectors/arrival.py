"""Arrival: the vehicle has come to stand at a site, a customer's place or a stop planned on its route."""

from math import isnan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector, zone
from streams.detectors.borders import (
    CROSSING,
    MOST,
    depth_in,
    far_beyond,
    is_good,
    is_sure,
    whether_driving,
)
from streams.detectors.episode import EPISODE, begin, tell
from streams.fleets.zones import CUSTOMER, SITE, STOP
from streams.kernels.params import CLOSE, OPEN, Param
from streams.kernels.spans import span

PARAMS = (
    *CROSSING,
    Param("stand_s", 120.0, "ours: longer than waiting at a gate"),
)

STATE = np.dtype(
    [
        ("episode", EPISODE),
        ("subject", "i4"),  # zone number
        ("there", "i1"),  # 1 from the first fix standing there
        ("fixes", "i1"),  # in a row: there, until told; then away again
        ("drove", "i1"),  # the most that is known since the last fix there
        ("armed", "i1"),  # 1 once it has driven since the last arrival
    ]
)


@inner
def deepest(batch: Any, i: int) -> int:
    """Row among the zones near row ``i`` of the place it stands in, the deepest if there are several; -1 none."""
    best = -1
    for j in range(batch.near_bounds[i], batch.near_bounds[i + 1]):
        where = batch.near_kind[j]
        place = where in (SITE, CUSTOMER, STOP)
        if place and batch.near_depth[j] >= 0.0 and (best < 0 or batch.near_depth[j] > batch.near_depth[best]):
            best = j
    return best


@inner
def settle_in(memory: Any, t: float, depth: float, moves: bool, quality: int, p: Any) -> Any:
    """Take in a fix of a vehicle that may have arrived; whether it has."""
    episode = memory["episode"]
    if depth < 0.0 or moves:
        memory["there"] = 0
        return False
    memory["fixes"] = min(int(memory["fixes"]) + 1, MOST)
    episode["end"], episode["peak"] = t, span(episode["start"], t) / 60.0
    episode["quality"] |= quality
    return memory["fixes"] >= p["doubt_fixes"] and span(episode["start"], t) >= p["stand_s"]


@inner
def leave(memory: Any, t: float, depth: float, border: float, now: int, p: Any) -> Any:
    """Take in a fix of a vehicle that has arrived; whether it has left."""
    episode = memory["episode"]
    if depth > -border:
        memory["fixes"], memory["drove"] = 0, now
        episode["end"], episode["peak"] = t, span(episode["start"], t) / 60.0
        return False
    memory["drove"] = max(int(memory["drove"]), now)
    memory["fixes"] = min(int(memory["fixes"]) + 1, MOST)
    return is_sure(memory["fixes"], memory["drove"], span(episode["end"], t), p)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Stays at known places; the peak is how long, in min."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        armed, standing = int(memory["armed"]), p["standing_kmh"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            if batch.moving[i] == 1:
                armed = 1
            v, bits = batch.v[i], batch.quality[i]
            there = memory["there"] == 1
            if not there and (armed == 0 or batch.near_bounds[i] == batch.near_bounds[i + 1]):
                continue
            if not is_good(batch.lat[i], batch.lon[i], bits):
                if episode["level"] > 0:
                    memory["drove"] = max(int(memory["drove"]), whether_driving(v, bits, standing))
                continue
            t = batch.t[i]
            if not there:
                j = deepest(batch, i) if v < standing else -1
                if j >= 0:
                    begin(episode, batch, i, 0, 0.0)
                    memory["subject"], memory["there"], memory["fixes"] = batch.near_zone[j], 1, 1
                continue
            depth = depth_in(batch, i, memory["subject"])
            if episode["level"] == 0:
                if settle_in(memory, t, depth, not isnan(v) and v >= standing, bits, p):
                    armed, episode["level"], memory["fixes"], memory["drove"] = 0, 1, 0, 0
                    tell(changes, OPEN, kind, slot, memory["subject"], episode, p["stand_s"] / 60.0)
                continue
            border = far_beyond(batch.gnss_accuracy[i], p["border_m"])
            if leave(memory, t, depth, border, whether_driving(v, bits, standing), p):
                row = tell(changes, CLOSE, kind, slot, memory["subject"], episode, p["stand_s"] / 60.0)
                row["end"], episode["level"], memory["there"] = episode["end"], 0, 0
        memory["armed"] = armed


DETECTOR = Detector(
    "arrival",
    unit="min",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle has arrived at a site, a customer or a planned stop.",
    subject=zone,
)
