"""Geofence: inside a forbidden zone, or outside every zone the vehicle is allowed in."""

from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector, zone
from streams.detectors.borders import (
    CROSSING,
    MOST,
    PERHAPS,
    STOOD,
    depth_in,
    far_beyond,
    is_good,
    is_sure,
    whether_driving,
)
from streams.detectors.episode import EPISODE, begin, tell
from streams.fleets.zones import ALLOWED, FORBIDDEN
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.spans import span

AT_ONCE = 2  # borders a vehicle can be watched beyond
NOTHING = -1  # to tell

PARAMS = (
    *CROSSING,
    Param("level2_s", 60.0, "ours: longer than passing through"),
    Param("level3_s", 900.0, "ours: long enough to unload"),
)

STATE = np.dtype(
    [
        ("fix", "f8"),  # the last position, folded into a number: a repetition is no evidence
        ("episode", EPISODE, AT_ONCE),
        ("subject", "i4", AT_ONCE),  # zone number
        ("kind", "i1", AT_ONCE),  # FORBIDDEN, ALLOWED; 0 not in use
        ("fixes", "i1", AT_ONCE),  # in a row: beyond, until told; then back again
        ("drove", "i1", AT_ONCE),  # the most that is known since the last fix on the other side
        ("lately", "i1"),  # the same at the fix before, and since
    ]
)


@inner
def rung(seconds: float, p: Any) -> int:
    """Level of so long beyond a border."""
    return 3 if seconds >= p["level3_s"] else 2 if seconds >= p["level2_s"] else 1


@inner
def follow(memory: Any, k: int, t: float, depth: float, border: float, now: int, quality: int, p: Any) -> int:
    """Move one episode on by a fix ``depth`` m beyond the border; OPEN, RAISE, CLOSE or ``NOTHING``."""
    episode = memory["episode"][k]
    level = int(episode["level"])
    out = depth <= -border
    memory["drove"][k] = max(int(memory["drove"][k]), now)
    if level == 0 and depth < border:
        memory["kind"][k] = 0 if depth < 0.0 else memory["kind"][k]
        return NOTHING
    memory["fixes"][k] = min(int(memory["fixes"][k]) + 1, MOST)
    if out:
        over = is_sure(memory["fixes"][k], memory["drove"][k], span(episode["end"], t), p)
        return CLOSE if over else NOTHING
    lasted = span(episode["start"], t)
    episode["end"], episode["peak"] = t, max(episode["peak"], depth)
    episode["quality"] |= quality
    if level == 0 and not is_sure(memory["fixes"][k], memory["drove"][k], lasted, p):
        return NOTHING
    memory["fixes"][k], memory["drove"][k] = 0, now
    if rung(lasted, p) <= level:
        return NOTHING
    episode["level"] = rung(lasted, p)
    return RAISE if level > 0 else OPEN


@inner
def watch(batch: Any, i: int, memory: Any, number: int, sense: int, depth: float, lately: int) -> None:
    """Begin to watch a border that row ``i`` lies beyond, unless it is watched or there is no room."""
    free = -1
    for k in range(AT_ONCE):
        if memory["kind"][k] == sense and (sense == ALLOWED or memory["subject"][k] == number):
            return
        if memory["kind"][k] == 0 and free == -1:
            free = k
    if free >= 0:
        begin(memory["episode"][free], batch, i, 0, depth)
        memory["subject"][free], memory["kind"][free], memory["fixes"][free] = number, sense, 1
        memory["drove"][free] = lately


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes beyond a border; the peak is how far, in m."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        busy, lately, last = memory["kind"].any(), int(memory["lately"]), memory["fix"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            lat, lon, v, bits = batch.lat[i], batch.lon[i], batch.v[i], batch.quality[i]
            now = whether_driving(v, bits, p["standing_kmh"])
            fix = lat * 1000.0 + lon
            if not is_good(lat, lon, bits) or (fix == last and now != STOOD):
                lately = max(lately, now)
                continue
            before = lately if last != 0.0 else PERHAPS  # the first fix ever
            last, lately = fix, now
            low, high, beyond = batch.near_bounds[i], batch.near_bounds[i + 1], batch.beyond[i]
            if not busy and low == high and not beyond > 0.0:
                continue
            border = far_beyond(batch.gnss_accuracy[i], p["border_m"])
            for k in range(AT_ONCE):
                if memory["kind"][k] != 0:
                    depth = beyond if memory["kind"][k] == ALLOWED else depth_in(batch, i, memory["subject"][k])
                    if memory["kind"][k] == ALLOWED and batch.allowed[i] < 0:
                        depth = -np.inf
                    op = follow(memory, k, batch.t[i], depth, border, max(before, now), bits, p)
                    if op != NOTHING:
                        episode = memory["episode"][k]
                        row = tell(changes, op, kind, slot, memory["subject"][k], episode, p["border_m"])
                        if op == CLOSE:
                            row["end"], memory["kind"][k] = episode["end"], 0
            for j in range(low, high):
                if batch.near_kind[j] == FORBIDDEN and batch.near_depth[j] >= border:
                    watch(batch, i, memory, batch.near_zone[j], FORBIDDEN, batch.near_depth[j], max(before, now))
            if beyond >= border:
                watch(batch, i, memory, batch.allowed[i], ALLOWED, beyond, max(before, now))
            busy = memory["kind"].any()
        memory["lately"], memory["fix"] = lately, last


DETECTOR = Detector(
    "geofence",
    unit="m",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle was in a forbidden zone, or outside the zones it is allowed in.",
    subject=zone,
)
