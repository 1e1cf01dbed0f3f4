"""Rollover: the vehicle lies on its side, as gravity tells a device whose mount nobody knows."""

from math import acos, fabs, isnan, nan, pi, sqrt
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors import watch
from streams.detectors.base import Detector
from streams.detectors.gravity import DOWN, follow_gravity
from streams.detectors.manoeuvre import G
from streams.detectors.watch import ABOVE, NOTHING, tell, weigh
from streams.kernels.params import Param
from streams.kernels.spans import span

DEGREES = 180 / pi

PARAMS = (
    Param("level1_deg", 20.0, "ours: steeper than any road; a wheel in the ditch"),
    Param("level2_deg", 30.0, "JT/T 808 parameter 0x005E: 30 degrees"),
    Param("level3_deg", 60.0, "Digital Matter: 60 degrees"),
    Param("clear_deg", 15.0, "ours: upright again"),
    Param("gravity_s", 0.5, "ours: time constant of the direction of gravity; a rollover takes a second or two"),
    Param("calm_g", 0.3, "ours: a reading further from 1 g says little of gravity", G),
    Param("lost_s", 2.0, "ours: after a longer silence the device may have been turned"),
    Param("learn_s", 30.0, "ours: of driving, until it is known how the device is mounted"),
    Param(
        "upright_s", 300.0, "ours: time constant of that; bends and hills even out, a device mounted anew is learned"
    ),
    Param("learn_kmh", 20.0, "ours: what drives this fast is on its wheels", 1 / 3.6),
    Param(
        "cause_kmh", 5.0, "ours: only what has just driven can roll over; a parked device is being taken down", 1 / 3.6
    ),
    Param("lean_s", 3.0, "ours: who rolls over leans while driving; a device is taken down after the stop"),
    Param("cause_s", 15.0, "ours: and then stands; on its side at 0.4 g a vehicle slides for 7 s from 100 km/h"),
    Param("shock_g", 4.0, "ours: where no speed is known, a blow this hard stands for having driven", G),
    Param(
        "standing_kmh",
        3.0,
        "ours, as in condition: in a bend or a braking gravity seems to lean by 30 degrees",
        1 / 3.6,
    ),
    *watch.holds(2.0, "ours: a shock or a speed bump is over by then", 5.0),
)

STATE = np.dtype(
    [
        ("up_x", "f8"),  # gravity as read while the vehicle stands on its wheels, m/s²
        ("up_y", "f8"),
        ("up_z", "f8"),
        ("learned", "f8"),  # s of readings it was made from
        ("cause_t", "f8"),  # when the vehicle last drove upright; 0 never
        ("leant", "i1"),  # 0 upright; it leans, 1 since it drove, 2 since later
        *DOWN,
        *watch.STATE.descr,
    ]
)


@inner
def learn(memory: Any, apart: float, p: Any) -> None:
    """Take in that gravity, as it is followed now, is that of a vehicle on its wheels."""
    memory["learned"] = min(memory["learned"] + apart, p["upright_s"])
    if memory["learned"] > 0.0:
        share = apart / memory["learned"]
        memory["up_x"] += (memory["down_x"] - memory["up_x"]) * share
        memory["up_y"] += (memory["down_y"] - memory["up_y"]) * share
        memory["up_z"] += (memory["down_z"] - memory["up_z"]) * share


@inner
def tilt(memory: Any) -> Any:
    """Degrees between gravity as it is followed now and as it was on the wheels."""
    x, y, z = memory["down_x"], memory["down_y"], memory["down_z"]
    up_x, up_y, up_z = memory["up_x"], memory["up_y"], memory["up_z"]
    length = sqrt((x * x + y * y + z * z) * (up_x * up_x + up_y * up_y + up_z * up_z))
    if not length > 0.0:
        return nan
    return acos(min(max((x * up_x + y * up_y + z * up_z) / length, -1.0), 1.0)) * DEGREES


@inner
def lean(t: float, x: float, y: float, z: float, v: float, memory: Any, p: Any) -> Any:
    """Take in a raw reading; by how many degrees the vehicle leans, NaN not known."""
    apart = span(memory["down_t"], t)
    known = follow_gravity(memory, t, x, y, z, p)
    shock = sqrt(x * x + y * y + z * z)
    if isnan(v) and shock >= p["shock_g"]:
        memory["cause_t"], memory["leant"] = t, min(int(memory["leant"]), 1)
    degrees = nan
    if known and apart <= p["lost_s"]:
        if v >= p["learn_kmh"] or (isnan(v) and fabs(shock - G) <= p["calm_g"]):
            learn(memory, apart, p)
        degrees = tilt(memory) if memory["learned"] >= p["learn_s"] else nan
    if degrees < p["level1_deg"]:
        memory["leant"] = 0
    elif memory["leant"] == 0 and degrees >= p["level1_deg"]:
        memory["leant"] = 1 if span(memory["cause_t"], t) <= p["lean_s"] else 2
    if v >= p["cause_kmh"] and memory["leant"] == 0:
        memory["cause_t"] = t
    return degrees


@inner
def lies(t: float, v: float, degrees: float, memory: Any, p: Any) -> Any:
    """Whether it is the vehicle that leans: it has since it drove, and it came to a stop or nobody knows its speed."""
    soon = memory["leant"] == 1 and span(memory["cause_t"], t) <= p["cause_s"]
    return soon and (v < p["standing_kmh"] or (isnan(v) and degrees >= p["level3_deg"]))


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a vehicle that leans after it drove; the peak is by how many degrees."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_deg"], p["level2_deg"], p["level3_deg"], p["clear_deg"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            x, y, z, t, v = batch.imu_x[i], batch.imu_y[i], batch.imu_z[i], batch.t[i], batch.v[i]
            if isnan(x + y + z):
                continue
            value = lean(t, x, y, z, v, memory, p)
            if isnan(value) or (memory["start"] == 0.0 and not value >= limits[0]):
                continue
            counts = batch.ignition[i] != 0.0 and lies(t, v, value, memory, p)
            before = int(memory["level"])
            op = weigh(memory, t, value, counts, batch.quality[i], ABOVE, limits, p)
            if op != NOTHING:
                tell(batch, i, changes, op, kind, slot, memory, max(before, int(memory["level"])), limits)


DETECTOR = Detector(
    "rollover",
    unit="°",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle leans far over or lies on its side.",
)
