"""Brake fade: the brakes slow the vehicle less, per cent of pedal and tonne, than they used to."""

from math import isnan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.watch import ABOVE, NOTHING, STATE, holds, tell, weigh
from streams.kernels.params import Param
from streams.kernels.spans import span

_R13 = "UN R13 annex 4, 1.5.3: hot brakes keep 80 % of what is prescribed"

PARAMS = (
    Param("level1_pct", 20.0, _R13),
    Param("level2_pct", 30.0, "ours: half way"),
    Param("level3_pct", 40.0, "UN R13 annex 4, 1.5.3: hot brakes keep 60 % of what they did cold"),
    Param("clear_pct", 10.0, "ours: half of level 1"),
    Param("min_pedal_pct", 10.0, "ours: below, engine and retarder do the work"),
    Param("min_speed_kmh", 20.0, "ours: slower, the last metres of a stop are mostly jerk", 1 / 3.6),
    Param("min_rows", 3.0, "ours: a shorter application is mostly the pedal going down"),
    Param(
        "fast_brakes", 20.0, "ours: hills and tyres make one application in three 30 % off; the mean of 20 is 5 % off"
    ),
    Param("slow_brakes", 200.0, "ours: some days of driving"),
    Param("min_brakes", 50.0, "ours: before that there is no history to compare with"),
    Param("outlier_share", 0.5, "ours: one application counts as at most half as much more or less than lately"),
    Param(
        "needs_mass", (0.0, 0.0, 1.0, 1.0), "ours: a lorry weighs three times as much loaded; 1: silent without mass"
    ),
    Param("apart_s", 2.0, "detection reference b1: readings further apart are not of one application"),
    *holds(0.0, "the averages hold already", 7 * 86_400.0),
)

MEMORY = np.dtype(
    [
        ("slow", "f8"),  # m/s² per cent of pedal (times t where mass is known), over the last slow_brakes
        ("fast", "f8"),  # over the last fast_brakes
        ("decel", "f8"),  # sums over the application under way
        ("pedal", "f8"),
        ("t", "f8"),  # its last row
        ("mass", "f8"),  # t, as last said; 0 never
        ("brakes", "i4"),
        ("rows", "i4"),
        *STATE.descr,  # last: numba takes a record that begins like another for its subtype, and warns
    ]
)


@inner
def learn(memory: Any, p: Any) -> Any:
    """Take in the application that is over; by how many per cent the brakes have faded, NaN not known."""
    rows, pedal, ratio = int(memory["rows"]), memory["pedal"], memory["decel"]
    memory["rows"], memory["pedal"], memory["decel"] = 0, 0.0, 0.0
    if rows < p["min_rows"] or not ratio > 0.0 or (memory["mass"] == 0.0 and p["needs_mass"] > 0.0):
        return np.nan
    ratio = ratio / pedal * (memory["mass"] if memory["mass"] > 0.0 else 1.0)
    brakes = int(memory["brakes"]) + 1
    memory["brakes"] = min(brakes, 1_000_000)
    if brakes > p["fast_brakes"]:
        least, most = (1.0 - p["outlier_share"]) * memory["fast"], (1.0 + p["outlier_share"]) * memory["fast"]
        ratio = min(max(ratio, least), most)
    memory["fast"] += (ratio - memory["fast"]) / min(brakes, p["fast_brakes"])
    if memory["level"] == 0:  # what has faded is not what it used to be
        memory["slow"] += (ratio - memory["slow"]) / min(brakes, p["slow_brakes"])
    return (1.0 - memory["fast"] / memory["slow"]) * 100.0 if brakes >= p["min_brakes"] else np.nan


@inner
def weighed(memory: Any, mass: float) -> None:
    """Keep the mass last said; the first one ever makes all before it incomparable."""
    if mass > 0.0:
        if memory["mass"] == 0.0:
            memory["brakes"], memory["fast"], memory["slow"] = 0, 0.0, 0.0
        memory["mass"] = mass / 1000.0


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a mean of ``-accel`` per ``brake_pedal`` below the vehicle's own; the peak is by how much, in %."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_pct"], p["level2_pct"], p["level3_pct"], p["clear_pct"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            pedal = batch.brake_pedal[i]
            if isnan(pedal) and memory["rows"] == 0:
                continue
            t = batch.t[i]
            braking = pedal >= p["min_pedal_pct"] and batch.v[i] >= p["min_speed_kmh"] and batch.abs_active[i] != 1.0
            if memory["rows"] > 0 and (span(memory["t"], t) > p["apart_s"] or not (braking or isnan(pedal))):
                faded, before = learn(memory, p), int(memory["level"])
                op = weigh(memory, t, faded, True, batch.quality[i], ABOVE, limits, p) if faded == faded else NOTHING
                if op != NOTHING:
                    tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)
            if braking and not isnan(batch.accel[i]):
                weighed(memory, batch.mass[i])
                memory["decel"] -= batch.accel[i]
                memory["pedal"] += pedal
                memory["rows"] += 1
                memory["t"] = t


DETECTOR = Detector(
    "brake_fade",
    unit="%",
    params=PARAMS,
    state=MEMORY,
    kernel=detect,
    meaning="The brakes slow the vehicle less than they used to.",
)
