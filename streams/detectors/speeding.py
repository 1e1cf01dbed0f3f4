"""Speeding: faster than the limit that holds here, by more than a tolerance, for longer than a moment."""

from math import floor
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.episode import EPISODE, begin, since_when, tell
from streams.kernels.bands import GRACE, KMH, band_of
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.spans import span

LIMIT_SOURCES = ("", "device", "road", "class", "own")  # as Batch.limit_source
CLASS = LIMIT_SOURCES.index("class")  # assumed, not posted: exposure counts no km over it
_DAMOOV = "Damoov: at least 3 s, gaps up to 5 s merged"
_LIGHTFOOT = "Lightfoot: 10 mph and 25 % over is major, 19 mph and 40 % severe; both must hold"

PARAMS = (
    Param("tolerance_kmh", 10.0, "Motive: more than 6 mph over the posted limit", KMH),
    Param("level2_kmh", 16.0, _LIGHTFOOT, KMH),
    Param("level2_share", 0.25, _LIGHTFOOT),
    Param("level3_kmh", 30.0, _LIGHTFOOT, KMH),
    Param("level3_share", 0.40, _LIGHTFOOT),
    Param("clear_kmh", 3.0, "detection reference c3: clear 2-3 km/h below, but never below the limit", KMH),
    Param("hold_s", 3.0, _DAMOOV),
    Param("merge_s", 5.0, _DAMOOV),
    Param("link_s", 60.0, "ours: two reports further apart say nothing of the way between"),
)

STATE = np.dtype(
    [
        ("over", "i1"),  # 1 while the limit is exceeded, with hysteresis
        ("since2", "f8"),  # t since which level 2, level 3 lasts; 0 it does not
        ("since3", "f8"),
        ("before", "f8"),  # m/s above the limit at the sample before; 0 it was not
        ("threshold", "f8"),  # km/h, where the level told last began
        ("bands", "i4", 4),  # tenths of a mm driven over a posted limit, at most 214 km
        ("episode", EPISODE),
    ]
)


@inner
def margin(p: Any, level: int, limit: float) -> Any:
    """How far above ``limit`` a level begins, m/s."""
    if level == 3:
        return max(p["tolerance_kmh"], p["level3_kmh"], p["level3_share"] * limit)
    if level == 2:
        return max(p["tolerance_kmh"], p["level2_kmh"], p["level2_share"] * limit)
    return p["tolerance_kmh"]


@inner
def level_at(memory: Any, excess: float, limit: float, t: float, p: Any) -> int:
    """Highest level held long enough at ``t``; 0 none."""
    excess += GRACE
    second, third = margin(p, 2, limit), margin(p, 3, limit)
    memory["since2"] = since_when(memory["since2"], excess, second, second - p["clear_kmh"], t)
    memory["since3"] = since_when(memory["since3"], excess, third, third - p["clear_kmh"], t)
    if memory["since3"] > 0.0 and span(memory["since3"], t) >= p["hold_s"]:
        return 3
    if memory["since2"] > 0.0 and span(memory["since2"], t) >= p["hold_s"]:
        return 2
    return int(span(memory["episode"]["start"], t) >= p["hold_s"])


@inner
def told(changes: Any, op: int, kind: int, slot: int, memory: Any) -> Any:
    """Emit the episode with what was driven over the limit."""
    row = tell(changes, op, kind, slot, -1, memory["episode"], memory["threshold"])
    for band in range(4):
        row["over"][band] = memory["bands"][band] / 10_000.0
    return row


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``v`` above ``limit`` by more than the tolerance; the peak is how far above, in km/h."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        over, level, end = int(memory["over"]), int(episode["level"]), episode["end"]
        tolerance = p["tolerance_kmh"] + GRACE
        clear = max(tolerance - p["clear_kmh"], GRACE)
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            excess = batch.v[i] - batch.limit[i]
            if over == 0 and level == 0 and not excess > tolerance:
                continue
            t = batch.t[i]
            if over == 1 and (excess <= clear or span(end, t) > p["link_s"]):
                over = 0
            if level > 0 and over == 0 and span(end, t) > p["merge_s"]:
                episode["end"] = end
                told(changes, CLOSE, kind, slot, memory)["end"] = end
                episode["level"] = level = 0
            if over == 0 and excess > tolerance:
                over = 1
                memory["since2"] = memory["since3"] = memory["before"] = 0.0
                if level == 0:
                    begin(episode, batch, i, batch.limit_source[i], 0.0)
                    memory["bands"][:] = 0
            if over == 0 or not excess > clear:
                continue
            end = t
            # what one sample shows alone may be an outlier: the peak is what two in a row reach
            episode["peak"] = max(episode["peak"], min(excess, memory["before"]) * 3.6)
            memory["before"] = excess
            episode["quality"] |= batch.quality[i]
            if batch.limit_source[i] != CLASS:
                k, more = band_of(excess) - 1, floor(batch.step[i] * 10_000.0 + 0.5)
                memory["bands"][k] = min(int(memory["bands"][k]) + more, 2_147_483_647)
            reached = level_at(memory, excess, batch.limit[i], t, p)
            if reached > level:
                op = RAISE if level > 0 else OPEN
                episode["level"] = level = reached
                over_by = margin(p, level, batch.limit[i])
                memory["threshold"] = (batch.limit[i] + over_by) * 3.6
                episode["peak"] = max(episode["peak"], over_by * 3.6)
                told(changes, op, kind, slot, memory)
        memory["over"], episode["end"] = over, end


DETECTOR = Detector(
    "speeding",
    unit="km/h",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle drove faster than the limit allows.",
    sources=LIMIT_SOURCES,
)
