"""Manoeuvre: acceleration beyond a class limit, held long enough; the kernel the four harsh detectors share."""

from math import fabs, isnan
from typing import Any

import numpy as np

from compiled.kernels import inner
from streams.conditioning.motion import IMU
from streams.detectors.episode import EPISODE, begin, since_when, tell
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import FROM_POSITION, HELD, JUMP, STALE
from streams.kernels.spans import span

G = 9.80665  # m/s²
FORWARD, BACKWARD, SIDEWAYS, ANYWHERE = 1, -1, 0, 2  # even: to any side
UNSEEN = STALE | FROM_POSITION  # no change of speed is seen when it happens
SOURCES = ("none", "accelerometer", "speed", "imu")  # as Batch.accel_source

STATE = np.dtype(
    [
        ("since1", "f8"),  # t from which the value has been in level 1, 2, 3; 0 it is not
        ("since2", "f8"),
        ("since3", "f8"),
        ("turned", "f8"),  # degrees since since1, + left
        ("episode", EPISODE),
    ]
)

_DAMOOV = "Damoov: at least 0.6 s, gaps up to 3 s merged"


def gates(min_speed_kmh: float) -> tuple[Param, ...]:
    """The parameters all manoeuvres share."""
    return (
        Param("clear_share", 0.83, "Digital Matter: 17 % hysteresis"),
        Param("hold_s", 0.6, _DAMOOV),
        Param("speed_hold_s", 0.3, "ours: a change of speed tells of the 0.3 s before it too; at 1 Hz two in a row"),
        Param("merge_s", 3.0, _DAMOOV),
        Param("link_s", 2.0, "ours: evidence further apart is not of one piece"),
        Param("min_speed_kmh", min_speed_kmh, "Teltonika FMB: brake and accelerate 10 km/h, corner 30", 1 / 3.6),
        Param("pedal_pct", 50.0, "ours: pressed this far, the brake pedal confirms a single sample"),
        Param("confirm_s", 0.5, "ours: samples closer together must confirm each other"),
        Param("turn_deg", 20.0, "ours, cornering: a change of lane at 30 km/h turns the vehicle by so much, then back"),
        Param("turn_s", 2.0, "ours, cornering: a change of lane pushes to one side for a shorter time"),
    )


@inner
def limit_of(p: Any, level: int) -> Any:
    """Threshold of a level, m/s²."""
    return p["level3_g"] if level == 3 else p["level2_g"] if level == 2 else p["level1_g"]


@inner
def source_at(batch: Any, i: int, sense: int) -> Any:
    """What row ``i`` was felt with, as Batch.accel_source."""
    if sense == ANYWHERE:
        return IMU
    if sense != SIDEWAYS:
        return batch.accel_source[i]
    if not isnan(batch.accel_lat[i]):
        return 1
    return IMU if batch.accel_source[i] == IMU else 2


@inner
def fast(batch: Any, i: int, sense: int, p: Any) -> Any:
    """Whether row ``i`` is fast enough to begin; a device in an unknown position need not know a speed."""
    if isnan(batch.v[i]):
        return (sense == ANYWHERE or batch.accel_source[i] == IMU) and batch.quality[i] & JUMP == 0
    return batch.v[i] >= p["min_speed_kmh"]


@inner
def sets_off(batch: Any, i: int, sense: int, p: Any) -> Any:
    """Whether row ``i`` may be the start of a drive: ignition or accelerometer say that the speed does not drift."""
    if sense != FORWARD or not batch.v[i] < p["min_speed_kmh"] or batch.quality[i] & UNSEEN:
        return False
    return batch.accel_source[i] != 2 or batch.ignition[i] == 1.0


@inner
def quick(batch: Any, i: int, episode: Any, p: Any) -> Any:
    """Whether what began at row ``i`` or before has come to the speed from which it counts."""
    return not episode["speed"] < p["min_speed_kmh"] or batch.v[i] >= p["min_speed_kmh"]


@inner
def confirmed(batch: Any, i: int, sense: int, p: Any) -> Any:
    """Whether another sensor bears out row ``i`` alone: pedal or ABS for a brake, ABS or ESC for others.

    Not a change of a speed that was held: who renews it every few seconds brakes gently for as long.
    """
    if sense == BACKWARD and batch.accel_source[i] == 2 and batch.quality[i] & HELD:
        return False
    if batch.accel_source[i] != 2 and not batch.dt[i] >= p["confirm_s"]:
        return False
    if sense != FORWARD and batch.abs_active[i] == 1.0:
        return True
    if sense == BACKWARD:
        return batch.brake_pedal[i] >= p["pedal_pct"]
    return sense != FORWARD and batch.esc_active[i] == 1.0


@inner
def turns(batch: Any, i: int, memory: Any, t: float, sense: int, p: Any) -> Any:
    """Whether a push to one side is a corner and no swerve: it has turned the vehicle, or lasts."""
    if sense != SIDEWAYS or isnan(batch.yaw_rate[i]):
        return True
    return fabs(memory["turned"]) >= p["turn_deg"] or span(memory["since1"], t) >= p["turn_s"]


@inner
def level_at(memory: Any, value: float, t: float, hold: float, sure: bool, p: Any) -> int:
    """Highest level held for ``hold`` s at ``t``, or reached by a value another sensor confirms; 0 none."""
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
            value = fabs(column[i]) if sense % 2 == 0 else column[i] * sense
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
            if since == 0.0 and value >= limit and (fast(batch, i, sense, p) or sets_off(batch, i, sense, p)):
                since = t
                memory["since2"] = memory["since3"] = memory["turned"] = 0.0
                if level == 0:
                    begin(episode, batch, i, source_at(batch, i, sense), value)
            elif since > 0.0 and value < clear * limit:
                since = 0.0
            if since == 0.0:
                continue
            if since < t and not isnan(batch.yaw_rate[i]):
                memory["turned"] += batch.yaw_rate[i] * span(end, t)
            end = t
            memory["since1"] = since
            memory["since2"] = since_when(memory["since2"], value, p["level2_g"], clear * p["level2_g"], t)
            memory["since3"] = since_when(memory["since3"], value, p["level3_g"], clear * p["level3_g"], t)
            episode["peak"] = max(episode["peak"], value)
            episode["quality"] |= batch.quality[i]
            hold = p["speed_hold_s"] if sense % 2 and batch.accel_source[i] == 2 else p["hold_s"]
            reached = level_at(memory, value, t, hold, confirmed(batch, i, sense, p), p)
            told = level > 0 or (turns(batch, i, memory, t, sense, p) and quick(batch, i, episode, p))
            if reached > level and told:
                op = RAISE if level > 0 else OPEN
                episode["level"] = level = reached
                tell(changes, op, kind, slot, -1, episode, limit_of(p, level))
        memory["since1"], episode["end"] = since, end
