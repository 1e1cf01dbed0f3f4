"""Crash: a change of speed no brake can make, felt by an accelerometer or left behind as a sudden standstill."""

from math import isnan, nan, sqrt
from typing import Any

import numpy as np

from streams.compiled import inner, kernel
from streams.detectors.base import CLOSE, OPEN, Detector, Param
from streams.detectors.episode import EPISODE, begin, tell
from streams.detectors.manoeuvre import G
from streams.quality import FALL, GAP, JUMP
from streams.spans import span

FELT, SEEN = 1, 2  # source: by the accelerometer, by the speed
SEVERE = 3

PARAMS = (
    Param("trigger_g", 1.24, "nmfta Open Telematics API: collision 12.2 m/s²", G),
    Param("delta_v_kmh", 8.0, "49 CFR 563.5: 8 km/h in 150 ms; Digital Matter 7 km/h in 120 ms", 1 / 3.6),
    Param("window_s", 0.15, "49 CFR 563.5"),
    Param("imu_s", 0.05, "ours: slower than 20 Hz an accelerometer misses the pulse"),
    Param("fall_kmh", 30.0, "ours: slower, a standstill by speed alone proves nothing", 1 / 3.6),
    Param("standing_kmh", 3.0, "ours, as in condition", 1 / 3.6),
    Param("settle_s", 2.0, "ours: standing this soon after the fall"),
    Param("stand_s", 5.0, "ours: and this long"),
    Param("reset_s", 60.0, "Navixy: 60 s until the next crash counts"),
)

STATE = np.dtype(
    [
        ("felt_t", "f8"),  # last row of the accelerometer; 0 none
        ("window_t", "f8"),  # first row of the pulse; 0 none
        ("along", "f8"),  # change of speed since then, m/s
        ("across", "f8"),
        ("v", "f8"),  # last known v
        ("stood_t", "f8"),  # first standing row after a fall; 0 none
        ("strong", "i4"),  # rows of the pulse beyond the trigger
        ("fell", "i4"),  # 1 after an impossible fall of the speed, until it is explained
        ("episode", EPISODE),
    ]
)


@inner
def feel(t: float, along: float, across: float, memory: Any, p: Any) -> float:
    """Change of speed, m/s, in the pulse this row belongs to; 0 unless two rows of it are beyond the trigger."""
    along, across = 0.0 if isnan(along) else along, 0.0 if isnan(across) else across
    apart = span(memory["felt_t"], t)
    memory["felt_t"] = t
    strong = int(along * along + across * across >= p["trigger_g"] * p["trigger_g"])
    if apart > p["imu_s"] or span(memory["window_t"], t) > p["window_s"]:
        memory["window_t"] = 0.0
    if apart > p["imu_s"] or (memory["window_t"] == 0.0 and strong == 0):
        return 0.0
    if memory["window_t"] == 0.0:
        memory["window_t"], memory["along"], memory["across"], memory["strong"] = t, 0.0, 0.0, 0
    memory["along"] += along * apart
    memory["across"] += across * apart
    memory["strong"] += strong
    if memory["strong"] < 2:
        return 0.0
    return sqrt(memory["along"] * memory["along"] + memory["across"] * memory["across"])


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


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Crashes, told at once when felt and after a standstill when only seen; the peak is the change of speed, km/h."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode = memory["episode"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            t, bits = batch.t[i], batch.quality[i]
            if episode["level"] > 0 and span(episode["end"], t) > p["reset_s"]:
                threshold = p["delta_v_kmh"] if episode["source"] == FELT else p["fall_kmh"]
                tell(changes, CLOSE, kind, slot, -1, episode, threshold * 3.6)["end"] = episode["end"]
                episode["level"] = 0
            if bits & GAP:
                memory["v"] = nan
            along, across = batch.accel_long[i], batch.accel_lat[i]  # not the batch: handing it on costs 0.4 us a row
            pulse = 0.0 if isnan(along) and isnan(across) else feel(t, along, across, memory, p)
            if pulse >= p["delta_v_kmh"] and not (batch.ignition[i] == 0.0 and memory["v"] < p["standing_kmh"]):
                if episode["level"] == 0:
                    begin(episode, batch, i, FELT, pulse * 3.6)
                    episode["start"], episode["speed"], memory["fell"] = memory["window_t"], memory["v"], 0
                    episode["level"] = SEVERE
                    tell(changes, OPEN, kind, slot, -1, episode, p["delta_v_kmh"] * 3.6)
                episode["end"], episode["peak"] = t, max(episode["peak"], pulse * 3.6)
                episode["quality"] |= bits
            elif episode["level"] == 0 and (bits & FALL or memory["fell"] == 1) and see(batch, i, memory, p):
                episode["level"], memory["fell"] = SEVERE, 0
                tell(changes, OPEN, kind, slot, -1, episode, p["fall_kmh"] * 3.6)
            if not isnan(batch.v[i]):
                memory["v"] = batch.v[i]


DETECTOR = Detector(
    "crash",
    unit="km/h",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle's speed changed faster than brakes allow: it hit something or was hit.",
    sources=("", "accelerometer", "speed"),
)
