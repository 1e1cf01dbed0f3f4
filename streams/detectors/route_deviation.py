"""Route deviation: the vehicle drives outside the corridor of the route it is assigned to."""

from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector, zone
from streams.detectors.borders import MOST, far_beyond, is_good
from streams.detectors.episode import EPISODE, begin, tell
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import GAP
from streams.kernels.spans import span

PARAMS = (
    Param("level1_m", 30.0, "ours: receivers in cities err by 10 to 30 m"),
    Param("level2_m", 1000.0, "ours: further than the next parallel street"),
    Param("level3_m", 5000.0, "ours: no detour round a closed road"),
    Param("hold_s", 60.0, "ours: longer than a slip road"),
    Param("driven_m", 300.0, "ours: a wander is no drive"),
    Param("fixes", 3.0, "ours: one fix proves nothing"),
    Param("back_s", 30.0, "ours: crossing the corridor is not coming back to it"),
)

STATE = np.dtype(
    [
        ("episode", EPISODE),
        ("driven", "f8"),  # m since the episode began
        ("fix", "f8"),  # the last position, folded into a number
        ("subject", "i4"),  # number of the route
        ("out", "i1"),  # 1 from the first fix outside
        ("fixes", "i1"),  # in a row: outside, until told; then inside again
    ]
)


@inner
def limit_of(p: Any, level: int) -> Any:
    """m beyond the corridor at which a level begins."""
    return p["level3_m"] if level == 3 else p["level2_m"] if level == 2 else p["level1_m"]


@inner
def stray(memory: Any, t: float, astray: float, quality: int, p: Any) -> int:
    """Take in a fix outside the corridor; the level reached, 0 none yet."""
    episode = memory["episode"]
    if episode["level"] == 0:
        memory["fixes"] = min(int(memory["fixes"]) + 1, MOST)
    else:
        memory["fixes"] = 0
    episode["end"], episode["peak"] = t, max(episode["peak"], astray)
    episode["quality"] |= quality
    sure = memory["fixes"] >= p["fixes"] and memory["driven"] >= p["driven_m"]
    if episode["level"] == 0 and not (sure and span(episode["start"], t) >= p["hold_s"]):
        return 0
    return 1 + int(episode["peak"] >= p["level2_m"]) + int(episode["peak"] >= p["level3_m"])


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes outside the corridor; the peak is how far beyond it, in m."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            route, bits = batch.route[i], batch.quality[i]
            if memory["out"] == 0 and not (route >= 0 and batch.astray[i] >= p["level1_m"]):
                continue
            level = int(episode["level"]) if memory["out"] == 1 else 0
            if memory["out"] == 1 and (route != memory["subject"] or (level == 0 and bits & GAP)):
                if level > 0:
                    row = tell(changes, CLOSE, kind, slot, memory["subject"], episode, limit_of(p, level))
                    row["end"] = episode["end"]
                memory["out"], episode["level"] = 0, 0
            memory["driven"] += batch.step[i]
            lat, lon = batch.lat[i], batch.lon[i]
            fix = lat * 1000.0 + lon
            if route < 0 or not is_good(lat, lon, bits) or (memory["out"] == 1 and fix == memory["fix"]):
                continue
            memory["fix"] = fix
            t, astray = batch.t[i], batch.astray[i]
            if memory["out"] == 0:
                if astray >= far_beyond(batch.gnss_accuracy[i], p["level1_m"]):
                    begin(episode, batch, i, 0, astray)
                    memory["subject"], memory["out"], memory["fixes"], memory["driven"] = route, 1, 1, 0.0
            elif astray > 0.0:
                reached = stray(memory, t, astray, bits, p)
                if reached > level:
                    episode["level"] = reached
                    tell(changes, RAISE if level > 0 else OPEN, kind, slot, route, episode, limit_of(p, reached))
            elif level == 0:
                memory["out"] = 0
            else:
                memory["fixes"] = min(int(memory["fixes"]) + 1, MOST)
                if memory["fixes"] > 1 and span(episode["end"], t) >= p["back_s"]:
                    row = tell(changes, CLOSE, kind, slot, route, episode, limit_of(p, level))
                    row["end"], memory["out"], episode["level"] = episode["end"], 0, 0


DETECTOR = Detector(
    "route_deviation",
    unit="m",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle left the corridor of its route.",
    subject=zone,
)
