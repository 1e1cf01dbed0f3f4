"""Tyre history: what each wheel held over some hours, cold, as points in which a slow leak can be seen."""

from math import floor, isnan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from devices.signals import WHEELS
from streams.conditioning.tyres import ZERO, cold, held
from streams.journeys.folds import write
from streams.kernels.params import CLOSE, Param

PARAMS = (
    Param("level1_pct", 2.0, "detection reference b4: 2 % a day"),
    Param("level2_pct", 4.0, "ours: twice level 1"),
    Param("level3_pct", 8.0, "ours: a tyre that is 20 % low in two days and a half"),
    Param("clear_pct", 1.0, "ours: half of level 1"),
    Param("least_h", 24.0, "detection reference b4: over at least 24 hours", 3600.0),
    Param("window_h", 96.0, "ours: four days; what was before says little of the leak now", 3600.0),
    Param("point_h", 4.0, "ours: a point is the mean of so many hours, six a day", 3600.0),
    Param(
        "beside_h", 4.0, "ours: points are compared at about the same hour of the day: sun and heat are alike", 3600.0
    ),
    Param("pairs", 4.0, "ours: fewer pairs of points say nothing"),
    Param("refill_pct", 3.0, "ours: a point higher by this is a tyre that was filled"),
    Param(
        "steady_pct", 1.0, "ours: lost a day besides the largest step; a step alone is another tyre, wheel or sensor"
    ),
    Param(
        "step_pct", 3.0, "ours: a reading further than this from the one before is wild, or the first of another tyre"
    ),
    Param("low_pct", 20.0, "UN R141: hours are told until a tyre is 20 % below its placard"),
)

STATE = np.dtype(
    [
        ("start", "i4", WHEELS),  # s since 2000 of the first reading of the point, rounded down; 0 none
        ("sum", "i4", WHEELS),  # hundredths of a kPa
        ("count", "i2", WHEELS),
    ]
)

POINT = np.dtype(
    [
        ("op", "i8"),  # CLOSE
        ("slot", "i8"),
        ("wheel", "i8"),
        ("count", "i8"),
        ("start", "f8"),  # UTC epoch s
        ("cold", "f8"),  # kPa
    ]
)
MOST = 10_000  # readings: beyond, a point learns nothing more


@inner
def finish(memory: Any, slot: int, wheel: int, points: Any) -> None:
    """Write a wheel's point."""
    row = np.zeros(1, POINT)[0]
    row["slot"], row["wheel"], row["count"] = slot, wheel, memory["count"][wheel]
    row["start"] = int(memory["start"][wheel]) + ZERO
    row["cold"] = memory["sum"][wheel] / 100.0 / memory["count"][wheel]
    write(points, row, CLOSE)
    memory["start"][wheel], memory["sum"][wheel], memory["count"][wheel] = 0, 0, 0


@inner
def is_sound(batch: Any, j: int, step: float) -> bool:
    """Whether a reading, brought to 20 °C, is borne out by the one before."""
    if isnan(batch.tyre_temp[j]) or isnan(batch.tyre_then_temp[j]):
        return False
    before = cold(batch.tyre_then_pressure[j], batch.tyre_then_temp[j])
    sound: bool = abs(batch.tyre_cold[j] - before) <= before * step / 100.0
    return sound


@kernel
def fold(batch: Any, fleet: Any, state: Any, params: Any, points: Any) -> None:
    """Write POINT rows: each is told by the wheel's first reading after it, or on another trailer."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            wheel, t = batch.tyre_wheel[j], floor(batch.tyre_t[j])
            if memory["count"][wheel] > 0:
                since = int(memory["start"][wheel]) + ZERO
                if t // p["point_h"] != since // p["point_h"] or isnan(batch.tyre_then[j]):
                    finish(memory, slot, wheel, points)
            if memory["count"][wheel] < MOST and is_sound(batch, j, p["step_pct"]):
                if memory["count"][wheel] == 0:
                    memory["start"][wheel] = held(t)
                memory["sum"][wheel] += floor(batch.tyre_cold[j] * 100.0 + 0.5)
                memory["count"][wheel] += 1
