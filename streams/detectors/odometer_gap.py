"""Odometer gap: the odometer has moved on while the device said nothing; those kilometres were driven unseen."""

from math import isnan, nan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector, emit
from streams.detectors.device_silent import awake_after
from streams.detectors.episode import rung
from streams.kernels.ignition import ignition_after, is_measured
from streams.kernels.params import CLOSE, OPEN, Param
from streams.kernels.quality import DOUBTED
from streams.kernels.spans import span

KM = 1000.0

PARAMS = (
    Param("level1_km", 5.0, "ours: two ticks of an odometer in whole miles, and a stretch without network", KM),
    Param("level2_km", 50.0, "ours: an hour of driving of which nothing is known", KM),
    Param("level3_km", 200.0, "ours: a day's work of which nothing is known", KM),
    Param("odometer_max_kmh", 200.0, "as in exposure: an odometer that runs faster was replaced or misread", 1 / 3.6),
    Param("odometer_slack_m", 2000.0, "as in exposure: one tick of an odometer in whole miles"),
)

STATE = np.dtype(
    [
        ("start", "f8"),  # t of the last reading believed; 0 never
        ("odometer", "f8"),  # it, m
        ("measured", "f8"),  # m driven since
        ("lat", "f8"),  # where it was read
        ("lon", "f8"),
        ("driver", "i4"),
        ("quality", "i2"),  # bits of the samples since, or-ed
        ("gap", "i1"),  # the first silence since: 0 none, 1 began parked, 2 under way
        ("odd", "i1"),  # 1: the reading before could not be
        ("ignition", "i1"),
        ("awake", "i1"),  # whether the vehicle was under way at the sample before
    ]
)


@inner
def believe(memory: Any, t: float, odometer: float, place: Any, driver: int, bits: int) -> None:
    """Take a reading as what the next is compared with; ``place`` is (lat, lon)."""
    memory["start"], memory["odometer"], memory["measured"] = t, odometer, 0.0
    memory["lat"], memory["lon"] = place
    memory["driver"], memory["quality"], memory["gap"], memory["odd"] = driver, bits & DOUBTED, 0, 0


@inner
def unseen(memory: Any, t: float, odometer: float, p: Any) -> float:
    """Metres of the odometer that nobody measured; NaN where it cannot have advanced so, or its base is new."""
    if memory["start"] == 0.0:
        return nan
    advance = odometer - memory["odometer"]
    if advance < 0.0 or advance > p["odometer_max_kmh"] * span(memory["start"], t) + p["odometer_slack_m"]:
        return nan
    missed: float = advance - memory["measured"]
    return missed


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Odometer readings around a silence that are further apart than what was measured, km."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_km"], p["level2_km"], p["level3_km"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            t, odometer = batch.t[i], batch.odometer[i]
            measured = is_measured(batch.dt[i], batch.quality[i])
            if not measured and memory["gap"] == 0:
                memory["gap"] = 1 + memory["awake"]
            memory["measured"] += batch.step[i]
            memory["quality"] |= batch.quality[i]
            if not isnan(odometer):
                missed = unseen(memory, t, odometer, p)
                level = 0 if memory["gap"] == 0 or memory["quality"] & DOUBTED else rung(missed, limits)
                if level > 0:
                    tell(changes, OPEN, kind, slot, memory, level, missed, limits)
                    tell(changes, CLOSE, kind, slot, memory, level, missed, limits)["end"] = t
                if isnan(missed) and memory["start"] > 0.0 and memory["odd"] == 0:
                    memory["odd"] = 1  # units that wake up say 0 at first; two such readings are a new odometer
                else:
                    place = (batch.lat[i], batch.lon[i])
                    believe(memory, t, odometer, place, batch.driver[i], batch.quality[i])
            memory["ignition"] = ignition_after(memory["ignition"], batch.ignition[i], measured)
            memory["awake"] = awake_after(memory["ignition"], batch.moving[i])


@inner
def tell(changes: Any, op: int, kind: int, slot: int, memory: Any, level: int, missed: float, limits: Any) -> Any:
    """Emit a gap: from the reading before, where that was; its ``end`` is left out."""
    row = emit(changes, op, kind, slot, -1, memory["start"])
    row["driver"], row["level"], row["source"] = memory["driver"], level, memory["gap"]
    row["quality"], row["end"], row["speed"] = memory["quality"], nan, nan
    row["peak"], row["threshold"] = missed / KM, limits[level - 1] / KM
    row["lat"], row["lon"] = memory["lat"], memory["lon"]
    return row


DETECTOR = Detector(
    "odometer_gap",
    unit="km",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The odometer moved on while the device was silent: driven, and nobody saw it.",
    sources=("", "parked", "under_way"),
)
