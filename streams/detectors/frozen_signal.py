"""Frozen signal: one speed shown for minutes, while position or odometer say that it cannot have been that."""

from math import isnan, nan, sqrt
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.episode import rung
from streams.detectors.fault import FAULT, away, follow
from streams.kernels.ignition import OFF, ON
from streams.kernels.params import Param
from streams.kernels.quality import BAD_FIX, DOUBTED, GAP, NO_FIX
from streams.kernels.spans import span

MINUTE = 60.0
STAYS, DRIVES = 1, 2

PARAMS = (
    Param("level1_min", 5.0, "ours: with five samples that show the very same speed", MINUTE),
    Param("level2_min", 30.0, "as for a frozen position", MINUTE),
    Param("level3_min", 120.0, "thingsboard-gateway#2119: a value with a fresh stamp for 2 h", MINUTE),
    Param("samples", 5.0, "ours: two reports that agree are no evidence"),
    Param("moving_kmh", 8.0, "as in condition", 1 / 3.6),
    Param("stays_share", 0.25, "ours: at a steady speed no road leads back within a quarter of its length"),
    Param("drives_share", 1.5, "ours: no road is shorter than the straight line; the rest is error of the speed"),
    Param("slack_m", 500.0, "ours: error of two positions, or a tow across the yard"),
    Param("tick_m", 2000.0, "ours: one tick of an odometer in whole miles, and one more"),
)

STATE = np.dtype(
    [
        ("value", "f8"),  # speed shown
        ("since", "f8"),  # when it first appeared; 0 never
        ("lat", "f8"),  # first good fix since
        ("lon", "f8"),
        ("fix_t", "f8"),  # 0 none
        ("furthest", "f8"),  # squared metres from there
        ("odometer", "f8"),  # first reading since
        ("odometer_t", "f8"),  # 0 none
        ("advance", "f8"),  # of the odometer since
        ("said", "i4"),  # samples that showed the value
        ("ignition", "i4"),
        ("episode", FAULT),
    ]
)


@inner
def hold(t: float, sent: float, bits: int, ignition: float, place: Any, odometer: float, memory: Any) -> None:
    """Take in a row: how long the value has been shown, what ``place`` (lat, lon) and odometer did meanwhile."""
    lat, lon = place
    if memory["since"] == 0.0 or sent != memory["value"] or bits & GAP:
        memory["value"], memory["since"], memory["said"] = sent, t, 0
        memory["fix_t"], memory["odometer_t"], memory["furthest"], memory["advance"] = 0.0, 0.0, 0.0, 0.0
        memory["ignition"] = 0
    memory["said"] = min(int(memory["said"]) + 1, 30_000)
    if ignition >= 0.0:
        memory["ignition"] = ON if ignition >= 0.5 and memory["ignition"] != OFF else OFF
    if bits & (NO_FIX | BAD_FIX) == 0:
        if memory["fix_t"] == 0.0:
            memory["fix_t"], memory["lat"], memory["lon"] = t, lat, lon
        elif lat != memory["lat"] or lon != memory["lon"]:
            memory["furthest"] = max(memory["furthest"], away(memory["lat"], memory["lon"], lat, lon))
    if not isnan(odometer):
        if memory["odometer_t"] == 0.0:
            memory["odometer_t"], memory["odometer"] = t, odometer
        memory["advance"] = max(memory["advance"], odometer - memory["odometer"])


@inner
def contradicted(t: float, memory: Any, p: Any) -> int:
    """0 while position and odometer agree with the speed shown, STAYS or DRIVES if they say otherwise."""
    value, far = memory["value"], sqrt(memory["furthest"])
    if value < p["moving_kmh"] and memory["ignition"] != ON:
        return 0  # towed, or on a ferry
    if memory["fix_t"] > 0.0:  # an odometer may be told once a day: where there are positions they decide
        way = value * span(memory["fix_t"], t)
        if value >= p["moving_kmh"] and way >= 2.0 * p["slack_m"] and far <= p["stays_share"] * way:
            return STAYS
        return DRIVES if far > p["drives_share"] * way + p["slack_m"] else 0
    if memory["odometer_t"] == 0.0:
        return 0
    way = value * span(memory["odometer_t"], t)
    if value >= p["moving_kmh"] and way >= 2.0 * p["tick_m"] and memory["advance"] + p["tick_m"] <= 0.5 * way:
        return STAYS
    return DRIVES if memory["advance"] > p["drives_share"] * way + p["tick_m"] else 0


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """One speed held against all evidence, minutes; where it says driving and nothing moves, nothing is driven."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_min"], p["level2_min"], p["level3_min"])
        minutes = (limits[0] / MINUTE, limits[1] / MINUTE, limits[2] / MINUTE)
        fault = memory["episode"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            sent, place = batch.speed[i], (batch.lat[i], batch.lon[i])
            if isnan(sent):
                continue
            # not the batch: handing it on costs 0.8 us a row
            hold(batch.t[i], sent, batch.quality[i], batch.ignition[i], place, batch.odometer[i], memory)
            held, level, source = span(memory["since"], batch.t[i]), 0, 0
            if held >= limits[0] and memory["said"] >= p["samples"]:
                source = contradicted(batch.t[i], memory, p)
                level = rung(held, limits) if source > 0 else 0
            if level > 0 or fault["level"] > 0:
                follow(batch, i, changes, kind, slot, fault, memory["since"], level, source, held / MINUTE, minutes)
            if level > 0:
                batch.quality[i] |= DOUBTED
                batch.accel[i] = batch.accel[i] if batch.accel_source[i] == 1 else nan
                if source == STAYS:
                    batch.v[i], batch.step[i], batch.moving[i] = nan, 0.0, -1


DETECTOR = Detector(
    "frozen_signal",
    unit="min",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The device showed one speed for minutes, though position or odometer say otherwise.",
    sources=("", "stays", "drives"),
)
