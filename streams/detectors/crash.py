"""Crash: a change of speed no brake can make, felt by an accelerometer or left behind as a sudden standstill."""

from math import isnan, nan, sqrt
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.episode import EPISODE, begin, tell
from streams.detectors.gravity import DOWN, GRAVITY, follow_gravity, level_part
from streams.detectors.manoeuvre import G
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import FALL, GAP, JUMP
from streams.kernels.spans import span

FELT, SEEN, CONFIRMED, UNCONFIRMED = 1, 2, 3, 4  # source: by the accelerometer, by the speed; felt, and what followed

PARAMS = (
    Param("trigger_g", 1.24, "nmfta Open Telematics API: collision 12.2 m/s²", G),
    Param("level2_kmh", 8.0, "49 CFR 563.5: 8 km/h in 150 ms, which is Geotab's minor collision, 1.5 g", 1 / 3.6),
    Param("level3_kmh", 13.2, "Geotab: major from 2.5 g, here for all of 150 ms", 1 / 3.6),
    Param("window_s", 0.15, "49 CFR 563.5"),
    Param("imu_s", 0.05, "ours: slower than 20 Hz an accelerometer misses the pulse"),
    Param("shake_s", 1.0, "ours: blows to and fro within a second are shaking"),
    Param(
        "shake_share", 0.4, "ours: a blow leaves more than this share of its way; the second swing of a shake a third"
    ),
    *GRAVITY,
    Param("fall_kmh", 30.0, "ours: slower, a standstill by speed alone proves nothing", 1 / 3.6),
    Param("standing_kmh", 3.0, "ours, as in condition", 1 / 3.6),
    Param("settle_s", 2.0, "ours: standing this soon after the fall"),
    Param("stand_s", 5.0, "ours: and this long"),
    Param("stop_s", 30.0, "ours: who is hit stops, or falls silent, within this time"),
    Param("reset_s", 60.0, "Navixy: 60 s until the next crash counts"),
)

STATE = np.dtype(
    [
        ("felt_t", "f8"),  # last row of the accelerometer; 0 none
        ("mark", "f8"),  # names its reading: one that repeats is stuck
        ("window_t", "f8"),  # first row of the pulse; 0 none
        ("dv_x", "f8"),  # change of speed since then, m/s
        ("dv_y", "f8"),
        ("dv_z", "f8"),
        ("net_x", "f8"),  # change of speed in the strong rows of the last second, m/s
        ("net_y", "f8"),
        ("net_z", "f8"),
        ("path", "f8"),  # and what it would be had they all pointed one way
        ("net_t", "f8"),  # last strong row
        ("v", "f8"),  # last known v
        ("stood_t", "f8"),  # first standing row after a fall or a blow; 0 none
        ("strong", "i2"),  # rows of the pulse beyond the trigger
        ("fell", "i1"),  # 1 after an impossible fall of the speed, until it is explained
        ("heard", "i1"),  # 1 once the speed has been known after a blow
        ("episode", EPISODE),
        *DOWN,
    ]
)


@inner
def length(x: float, y: float, z: float) -> float:
    """Of a vector."""
    return sqrt(x * x + y * y + z * z)


@inner
def feel(t: float, x: float, y: float, z: float, memory: Any, p: Any) -> float:
    """Change of speed, m/s, in this row's pulse; 0 unless two rows are beyond the trigger; or if it shakes."""
    apart, mark = span(memory["felt_t"], t), x + 2.0 * y + 3.0 * z
    strong = x * x + y * y + z * z >= p["trigger_g"] * p["trigger_g"]
    stuck = strong and mark == memory["mark"]
    memory["felt_t"], memory["mark"] = t, mark
    if apart > p["imu_s"] or span(memory["window_t"], t) > p["window_s"]:
        memory["window_t"] = 0.0
    if apart > p["imu_s"] or (memory["window_t"] == 0.0 and (stuck or not strong)):
        return 0.0
    if memory["window_t"] == 0.0:
        memory["window_t"], memory["strong"] = t, 0
        memory["dv_x"], memory["dv_y"], memory["dv_z"] = 0.0, 0.0, 0.0
    memory["dv_x"] += x * apart
    memory["dv_y"] += y * apart
    memory["dv_z"] += z * apart
    if strong:
        kept = max(1.0 - span(memory["net_t"], t) / p["shake_s"], 0.0)
        memory["net_x"] = memory["net_x"] * kept + x * apart
        memory["net_y"] = memory["net_y"] * kept + y * apart
        memory["net_z"] = memory["net_z"] * kept + z * apart
        memory["path"] = memory["path"] * kept + length(x, y, z) * apart
        memory["net_t"] = t
        memory["strong"] += 1
    if stuck or memory["strong"] < 2:
        return 0.0
    net = length(memory["net_x"], memory["net_y"], memory["net_z"])
    return length(memory["dv_x"], memory["dv_y"], memory["dv_z"]) if net >= p["shake_share"] * memory["path"] else 0.0


@inner
def pulse_of(batch: Any, i: int, memory: Any, p: Any) -> float:
    """``feel`` of the raw accelerometer in row ``i``, whose gravity is taken off first."""
    t, x, y, z = batch.t[i], batch.imu_x[i], batch.imu_y[i], batch.imu_z[i]
    known = follow_gravity(memory, t, x, y, z, p)
    x, y, z = level_part(memory, x, y, z)
    return feel(t, x, y, z, memory, p) if known else 0.0


@inner
def see(batch: Any, i: int, memory: Any, p: Any) -> Any:
    """Whether row ``i`` shows that an impossible fall of the speed, some seconds ago, was a crash."""
    t, v, bits, episode = batch.t[i], batch.v[i], batch.quality[i], memory["episode"]
    if memory["fell"] == 0:
        if bits & FALL and memory["v"] >= p["fall_kmh"]:
            begin(episode, batch, i, SEEN, memory["v"] * 3.6)
            episode["speed"], memory["fell"], memory["stood_t"] = memory["v"], 1, 0.0
        return False
    if bits & (JUMP | FALL) == JUMP:
        memory["fell"] = 0
    if isnan(v) or memory["fell"] == 0:
        return False
    if v >= p["standing_kmh"]:
        late = memory["stood_t"] > 0.0 or span(episode["start"], t) > p["settle_s"]
        memory["fell"] = 0 if late or v > 0.5 * episode["speed"] else 1
        return False
    if memory["stood_t"] == 0.0:
        memory["stood_t"] = t
        memory["fell"] = 0 if span(episode["start"], t) > p["settle_s"] else 1
    return memory["fell"] == 1 and span(memory["stood_t"], t) >= p["stand_s"]


@inner
def judge(t: float, dt: float, v: float, memory: Any, p: Any) -> bool:
    """Take in what follows a blow, until it is confirmed or a minute has passed; whether that minute is over."""
    episode = memory["episode"]
    since = span(episode["end"], t)
    over: bool = since > p["reset_s"]
    if episode["source"] == FELT:
        if dt >= p["stop_s"] and since - dt <= p["stop_s"]:
            episode["source"] = CONFIRMED  # it fell silent
        elif over and memory["heard"] == 1 and memory["v"] >= p["standing_kmh"]:
            episode["source"] = UNCONFIRMED  # it drives on
        elif v < p["standing_kmh"] and memory["stood_t"] == 0.0 and since <= p["stop_s"]:
            memory["stood_t"] = t
        elif v >= p["standing_kmh"]:
            memory["stood_t"] = 0.0
        elif v < p["standing_kmh"] and memory["stood_t"] > 0.0 and span(memory["stood_t"], t) >= p["stand_s"]:
            episode["source"] = CONFIRMED
        if not isnan(v) and since > p["stand_s"]:  # until then it may be what condition carries on
            memory["heard"] = 1
    return over


@inner
def severe(t: float, memory: Any, p: Any) -> Any:
    """Whether a blow told as level 2 is a severe crash: a great one, and what followed does not gainsay it."""
    episode = memory["episode"]
    borne_out = episode["source"] == CONFIRMED or (memory["heard"] == 0 and span(episode["end"], t) >= p["stop_s"])
    return episode["level"] == 2 and borne_out and episode["peak"] >= p["level3_kmh"] * 3.6


@inner
def edge(memory: Any, p: Any) -> Any:
    """Threshold of the level told, km/h."""
    if memory["episode"]["source"] == SEEN:
        return p["fall_kmh"] * 3.6
    return (p["level3_kmh"] if memory["episode"]["level"] == 3 else p["level2_kmh"]) * 3.6


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Crashes, told at once when felt and after a standstill when only seen; the peak is the change of speed, km/h."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            t, bits = batch.t[i], batch.quality[i]
            if episode["level"] > 0:
                over = judge(t, batch.dt[i], batch.v[i], memory, p)
                if severe(t, memory, p):
                    episode["level"] = 3
                    if not over:
                        tell(changes, RAISE, kind, slot, -1, episode, edge(memory, p))
                if over:
                    tell(changes, CLOSE, kind, slot, -1, episode, edge(memory, p))["end"] = episode["end"]
                    episode["level"] = 0
            if bits & GAP:
                memory["v"] = nan
            along, across = batch.accel_long[i], batch.accel_lat[i]  # not the batch: handing it on costs 0.4 us a row
            pulse = 0.0
            if not isnan(along) or not isnan(across):
                pulse = feel(t, 0.0 if isnan(along) else along, 0.0 if isnan(across) else across, 0.0, memory, p)
            elif not isnan(batch.imu_x[i] + batch.imu_y[i] + batch.imu_z[i]):
                pulse = pulse_of(batch, i, memory, p)
            if pulse >= p["level2_kmh"] and not (batch.ignition[i] == 0.0 and memory["v"] < p["standing_kmh"]):
                if episode["level"] == 0:
                    begin(episode, batch, i, FELT, pulse * 3.6)
                    episode["start"], episode["speed"], memory["fell"] = memory["window_t"], memory["v"], 0
                    episode["level"], memory["stood_t"], memory["heard"] = 2, 0.0, 0
                    tell(changes, OPEN, kind, slot, -1, episode, edge(memory, p))
                episode["end"], episode["peak"] = t, max(episode["peak"], pulse * 3.6)
                episode["quality"] |= bits
            elif episode["level"] == 0 and (bits & FALL or memory["fell"] == 1) and see(batch, i, memory, p):
                episode["level"], memory["fell"] = 3, 0
                tell(changes, OPEN, kind, slot, -1, episode, edge(memory, p))
            if not isnan(batch.v[i]):
                memory["v"] = batch.v[i]


DETECTOR = Detector(
    "crash",
    unit="km/h",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle's speed changed faster than brakes allow: it hit something or was hit.",
    sources=("", "accelerometer", "speed confirmed", "accelerometer confirmed", "accelerometer unconfirmed"),
)
