"""Unit fault: by its positions the vehicle drives 3.6, 1.85, 1.6 or 0.5 times as fast as the device says."""

from math import fabs, isnan, nan, sqrt
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.fault import FAULT, away, follow
from streams.kernels.params import Param
from streams.kernels.quality import BAD_FIX, DOUBTED, NO_FIX, RELOCATED
from streams.kernels.spans import span

MPS, KNOTS, MPH, TOO_FAST = 1, 2, 3, 4
MOST = 60  # windows remembered

PARAMS = (
    Param("window_s", 50.0, "ours: long enough for a receiver that repeats its position for 20 s"),
    Param("link_s", 300.0, "ours: what happened in a longer gap nobody knows"),
    Param("fine_s", 10.0, "ours: over longer steps two speeds overrate a bus that stops between; no window says less"),
    Param("least_m", 200.0, "ours: shorter ways are noise"),
    Param("most_kmh", 216.0, "ours: beyond is a jump", 1 / 3.6),
    Param("least_kmh", 3.6, "ours: slower is noise", 1 / 3.6),
    Param("high", 1.35, "ours: of mph 1.61 x 0.85, the shortest chord of a usual road, as far from 1 as from it"),
    Param("low", 0.62, "ours: knots for km/h gives 0.54 at most; serpentines alone come to 0.6"),
    Param("alike", 0.25, "ours: windows of one wrong unit agree within a quarter"),
    Param("windows_high", 12.0, "ours: ten minutes of driving, as for recordings"),
    Param("windows_low", 24.0, "ours: twice as many, for a winding road shortens the chord too"),
)

STATE = np.dtype(
    [
        ("fix_t", "f8"),  # where the window began; 0 none
        ("lat", "f8"),
        ("lon", "f8"),
        ("driven", "f8"),  # m since, by the speed sent
        ("speed", "f8"),  # last sent
        ("speed_t", "f8"),  # 0 none
        ("mean", "f8"),  # ratio of the windows counted
        ("since", "f8"),  # t of the first of them
        ("coarse", "i1"),  # 1 once a step of the window was longer than ``fine_s``
        ("windows", "i1"),  # how many, less those that say otherwise
        ("episode", FAULT),
    ]
)


@inner
def window(t: float, lat: float, lon: float, memory: Any, p: Any) -> float:
    """Way by positions over way by speed of the window that ends here; NaN none ends, or it does not count."""
    lasted, ratio = span(memory["fix_t"], t), nan
    if memory["fix_t"] > 0.0 and lasted < p["window_s"]:
        return nan
    if memory["fix_t"] > 0.0:
        chord, driven = sqrt(away(memory["lat"], memory["lon"], lat, lon)), memory["driven"]
        if chord > p["least_m"] and chord < p["most_kmh"] * lasted and driven > p["least_kmh"] * lasted:
            ratio = chord / driven
            if ratio < 1.0 and memory["coarse"] == 1:
                ratio = nan
    memory["coarse"] = 0
    memory["fix_t"], memory["lat"], memory["lon"], memory["driven"] = t, lat, lon, 0.0
    return ratio


@inner
def count(t: float, ratio: float, memory: Any, p: Any) -> None:
    """Count a window for or against a wrong unit."""
    odd = (ratio >= p["high"] and ratio < 5.0) or (ratio <= p["low"] and ratio > 0.2)
    mean, windows = memory["mean"], int(memory["windows"])
    if odd and (windows == 0 or fabs(ratio - mean) <= p["alike"] * mean):
        memory["mean"] = ratio if windows == 0 else mean + (ratio - mean) / 8.0
        memory["since"] = t if windows == 0 else memory["since"]
        memory["windows"] = min(windows + 1, MOST)
    else:
        memory["windows"] = max(windows - (1 if odd else 2), 0)


@inner
def named(mean: float) -> int:
    """The unit a ratio looks like, by the geometric middle between 1.61, 1.85 and 3.6."""
    return TOO_FAST if mean < 1.0 else MPS if mean >= 2.58 else KNOTS if mean >= 1.727 else MPH


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Windows of one wrong ratio, which is the peak; meanwhile no limit is held against such a speed."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        fault = memory["episode"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            t, sent, bits = batch.t[i], batch.speed[i], batch.quality[i]
            if not isnan(sent):
                apart = span(memory["speed_t"], t)
                if apart > p["link_s"]:
                    memory["fix_t"] = 0.0
                else:
                    memory["driven"] += (sent + memory["speed"]) * apart / 2.0
                if apart > p["fine_s"]:
                    memory["coarse"] = 1
                memory["speed"], memory["speed_t"] = sent, t
                if bits & RELOCATED:
                    memory["fix_t"] = 0.0
                if bits & (NO_FIX | BAD_FIX) == 0:
                    ratio = window(t, batch.lat[i], batch.lon[i], memory, p)
                    if not isnan(ratio):
                        count(t, ratio, memory, p)
            mean, told = memory["mean"], fault["level"] > 0
            edge, need = (p["low"], p["windows_low"]) if mean < 1.0 else (p["high"], p["windows_high"])
            holds = memory["windows"] >= (0.5 * need if told else need)
            if holds or told:
                level, limits = 2 if holds else 0, (edge, edge, edge)
                follow(batch, i, changes, kind, slot, fault, memory["since"], level, named(mean), mean, limits)
            if holds:
                batch.quality[i] |= DOUBTED
                batch.limit[i], batch.limit_source[i] = nan, 0
                batch.accel[i] = batch.accel[i] if batch.accel_source[i] == 1 else nan


DETECTOR = Detector(
    "unit_fault",
    unit="x",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The device's speed is in another unit than it should be.",
    sources=("", "metres_per_second", "knots", "miles_per_hour", "too_fast"),
)
