"""Replayed data: a stretch of driving said again with fresh stamps, position by position and speed by speed."""

from math import floor, isnan, nan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.detectors.base import Detector
from streams.detectors.episode import rung
from streams.detectors.fault import FAULT, follow
from streams.kernels.params import Param
from streams.kernels.quality import BAD_FIX, DOUBTED, NO_FIX
from streams.kernels.spans import span

MINUTE = 60.0
ROOM = 32  # marks remembered: an hour of driving at one sample a second, two at one in 30 s
PRIME = 2_147_483_647

PARAMS = (
    Param("level1_min", 0.0, "ours: as soon as the marks agree", MINUTE),
    Param("level2_min", 30.0, "as for a frozen position", MINUTE),
    Param("level3_min", 120.0, "as for a frozen position", MINUTE),
    Param("marks", 3.0, "ours: three places and speeds to the last digit, in a row; chance gives none"),
    Param("moving_kmh", 8.0, "as in condition: whoever stands says the same again and again", 1 / 3.6),
    Param("dense_s", 5.0, "ours: up to here one sample in 128 is a mark, beyond one in 8"),
)

STATE = np.dtype(
    [
        ("ring", "i4", ROOM),  # marks seen, + 1; 0 none
        ("place", "i4"),  # the position said last, as a number
        ("at", "i1"),  # where the next goes
        ("hit", "i1"),  # where the last mark seen before is
        ("hits", "i1"),  # marks seen before, in a row, at most 4
        ("since", "f8"),  # t of the first of them
        ("episode", FAULT),
    ]
)


@inner
def place_of(lat: float, lon: float) -> int:
    """A number made of a position to the last digit."""
    return (floor((lat + 90.0) * 1e7 + 0.5) * 1_000_003 + floor((lon + 180.0) * 1e7 + 0.5) * 998_244) % PRIME


@inner
def remember(mark: int, memory: Any) -> int:
    """Where in the ring the mark is; -1 if it was not, and is from now on."""
    ring = memory["ring"]
    for k in range(ROOM):
        if ring[k] == mark + 1:
            return k
    at = int(memory["at"])
    ring[at] = mark + 1
    memory["at"] = (at + 1) % ROOM
    return -1


@inner
def take(t: float, dt: float, speed: float, lat: float, lon: float, memory: Any, p: Any) -> None:
    """Count a row if it is a mark: hits go up by one when it follows the one before, down by two when it is new."""
    place, before = place_of(lat, lon), memory["place"]
    memory["place"] = place
    mark = (place + floor(speed * 100.0 + 0.5) * 7_919) % PRIME
    if place == before or mark % (128 if dt <= p["dense_s"] else 8) != 0:
        return  # a receiver that is stuck says one place again and again
    hits, found = int(memory["hits"]), remember(mark, memory)
    if found < 0:
        memory["hits"] = max(hits - 2, 0)
        return
    onward = (found - int(memory["hit"])) % ROOM
    if hits == 0 or not 1 <= onward <= 2:  # what is said again comes in the order it was said in
        memory["since"], hits = t, 0
    memory["hit"], memory["hits"] = found, min(hits + 1, 4)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Stretches said again, minutes; they have been driven before and are not driven now."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        limits = (p["level1_min"], p["level2_min"], p["level3_min"])
        minutes = (limits[0] / MINUTE, limits[1] / MINUTE, limits[2] / MINUTE)
        fault = memory["episode"]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            speed, dt = batch.speed[i], batch.dt[i]
            if speed >= p["moving_kmh"] and batch.quality[i] & (NO_FIX | BAD_FIX) == 0 and not isnan(dt):
                take(batch.t[i], dt, speed, batch.lat[i], batch.lon[i], memory, p)  # not the batch: 0.8 us a row
            hits, told = int(memory["hits"]), int(fault["level"])
            if hits == 0 and told == 0:
                continue
            lasted = span(memory["since"], batch.t[i])
            holds = hits >= p["marks"] or (told > 0 and hits > 0)
            level = rung(lasted, limits) if holds else 0
            follow(batch, i, changes, kind, slot, fault, memory["since"], level, 0, lasted / MINUTE, minutes)
            if level > 0:
                batch.quality[i] |= DOUBTED
                batch.accel[i] = batch.accel[i] if batch.accel_source[i] == 1 else nan
                batch.v[i], batch.step[i], batch.moving[i] = nan, 0.0, -1


DETECTOR = Detector(
    "replayed_data",
    unit="min",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The device sent a stretch of driving again as if it were new.",
)
