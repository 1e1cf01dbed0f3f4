"""Manoeuvre: acceleration beyond a class limit, held long enough; the kernel the three harsh detectors share."""

from math import fabs, isnan
from typing import Any

import numpy as np

from streams.compiled import inner
from streams.detectors.base import CLOSE, OPEN, RAISE, Param
from streams.detectors.episode import EPISODE, begin, tell
from streams.spans import span

G = 9.80665  # m/s²
FORWARD, BACKWARD, SIDEWAYS = 1, -1, 0
SOURCES = ("none", "accelerometer", "speed")  # as Batch.accel_source

STATE = np.dtype(
    [
        ("since1", "f8"),  # t from which the value has been in level 1, 2, 3; 0 it is not
        ("since2", "f8"),
        ("since3", "f8"),
        ("episode", EPISODE),
    ]
)

_DAMOOV = "Damoov: at least 0.6 s, gaps up to 3 s merged"


def gates(min_speed_kmh: float) -> tuple[Param, ...]:
    """The parameters all manoeuvres share."""
    return (
        Param("clear_share", 0.83, "Digital Matter: 17 % hysteresis"),
        Param("hold_s", 0.6, _DAMOOV),
        Param("merge_s", 3.0, _DAMOOV),
        Param("link_s", 2.0, "ours: evidence further apart is not of one piece"),
        Param("min_speed_kmh", min_speed_kmh, "Teltonika FMB: brake and accelerate 10 km/h, corner 30", 1 / 3.6),
        Param("pedal_pct", 50.0, "ours: pressed this far, the brake pedal confirms a single sample"),
        Param("confirm_s", 0.5, "ours: samples closer together must confirm each other"),
    )


@inner
def limit_of(p: Any, level: int) -> Any:
    """Threshold of a level, m/s²."""
    return p["level3_g"] if level == 3 else p["level2_g"] if level == 2 else p["level1_g"]


@inner
def confirmed(batch: Any, i: int, sense: int, p: Any) -> Any:
    """Whether another sensor bears out row ``i`` alone: pedal or ABS for a brake, ABS or ESC for a corner."""
    if batch.accel_source[i] != 2 and not batch.dt[i] >= p["confirm_s"]:
        return False
    if sense == BACKWARD:
        return batch.brake_pedal[i] >= p["pedal_pct"] or batch.abs_active[i] == 1.0
    return sense == SIDEWAYS and (batch.abs_active[i] == 1.0 or batch.esc_active[i] == 1.0)


@inner
def since_when(since: float, value: float, limit: float, clear: float, t: float) -> float:
    """When ``value`` came to be in a level, with hysteresis; 0 it is not."""
    if since == 0.0:
        return t if value >= limit else 0.0
    return 0.0 if value < clear * limit else since


@inner
def level_at(memory: Any, value: float, t: float, sure: bool, p: Any) -> int:
    """Highest level held long enough at ``t``, or reached by a value another sensor confirms; 0 none."""
    hold = p["hold_s"]
    if memory["since3"] > 0.0 and (span(memory["since3"], t) >= hold or (sure and value >= p["level3_g"])):
        return 3
    if memory["since2"] > 0.0 and (span(memory["since2"], t) >= hold or (sure and value >= p["level2_g"])):
        return 2
    return 1 if span(memory["since1"], t) >= hold or (sure and value >= p["level1_g"]) else 0


@inner
def follow(batch: Any, column: Any, sense: int, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Find episodes in which ``column``, in the direction of ``sense``, is beyond the limits."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        since, level, end = memory["since1"], int(episode["level"]), episode["end"]
        limit, clear = p["level1_g"], p["clear_share"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            value = fabs(column[i]) if sense == SIDEWAYS else column[i] * sense
            if since == 0.0 and level == 0 and not value >= limit:
                continue
            t = batch.t[i]
            if since > 0.0 and span(end, t) > p["link_s"]:
                since = 0.0
            if level > 0 and since == 0.0 and span(end, t) > p["merge_s"]:
                episode["end"] = end
                tell(changes, CLOSE, kind, slot, -1, episode, limit_of(p, level))["end"] = end
                episode["level"] = level = 0
            if isnan(value):
                continue
            if since == 0.0 and value >= limit and batch.v[i] >= p["min_speed_kmh"]:
                since = t
                memory["since2"] = memory["since3"] = 0.0
                if level == 0:
                    begin(episode, batch, i, batch.accel_source[i] if sense else 1 + isnan(batch.accel_lat[i]), value)
            elif since > 0.0 and value < clear * limit:
                since = 0.0
            if since == 0.0:
                continue
            end = t
            memory["since1"] = since
            memory["since2"] = since_when(memory["since2"], value, p["level2_g"], clear, t)
            memory["since3"] = since_when(memory["since3"], value, p["level3_g"], clear, t)
            episode["peak"] = max(episode["peak"], value)
            episode["quality"] |= batch.quality[i]
            reached = level_at(memory, value, t, confirmed(batch, i, sense, p), p)
            if reached > level:
                op = RAISE if level > 0 else OPEN
                episode["level"] = level = reached
                tell(changes, op, kind, slot, -1, episode, limit_of(p, level))
        memory["since1"], episode["end"] = since, end
