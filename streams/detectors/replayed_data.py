"""Replayed data: a stretch of driving said again with fresh stamps, position by position and speed by speed."""

from math import floor, isnan, nan
from typing import Any

import numpy as np

from streams.compiled import inner, kernel
from streams.detectors.base import Detector, Param
from streams.detectors.fault import FAULT, follow, rung
from streams.quality import BAD_FIX, DOUBTED, NO_FIX
from streams.spans import span

MINUTE = 60.0
ROOM = 24  # marks remembered
PRIME = 2_147_483_647
NEVER, AGAIN, NEW = 0, 1, 2

PARAMS = (
    Param("level1_min", 0.0, "ours: as soon as the marks agree", MINUTE),
    Param("level2_min", 30.0, "as for a frozen position", MINUTE),
    Param("level3_min", 120.0, "as for a frozen position", MINUTE),
    Param("marks", 3.0, "ours: three places and speeds to the last digit, in a row; chance gives none"),
    Param("moving_kmh", 8.0, "as in condition: whoever stands says the same again and again", 1 / 3.6),
    Param("dense_s", 5.0, "ours: up to here one sample in 64 is a mark, beyond one in 8"),
)

STATE = np.dtype(
    [
        ("ring", "i4", ROOM),  # marks seen, + 1; 0 none
        ("place", "i4"),  # the position said last, as a number
        ("at", "i1"),  # where the next goes
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
    """AGAIN if the mark is among those remembered, else NEW, and it is from now on."""
    ring = memory["ring"]
    for k in range(ROOM):
        if ring[k] == mark + 1:
            return AGAIN
    at = int(memory["at"])
    ring[at] = mark + 1
    memory["at"] = (at + 1) % ROOM
    return NEW


@inner
def take(batch: Any, i: int, memory: Any, p: Any) -> None:
    """Count row ``i`` if it is a mark: hits go up by one when it was seen before, down by two when not."""
    speed = batch.speed[i]
    if not speed >= p["moving_kmh"] or batch.quality[i] & (NO_FIX | BAD_FIX) or isnan(batch.dt[i]):
        return
    place, before = place_of(batch.lat[i], batch.lon[i]), memory["place"]
    memory["place"] = place
    mark = (place + floor(speed * 100.0 + 0.5) * 7_919) % PRIME
    if place == before or mark % (64 if batch.dt[i] <= p["dense_s"] else 8) != 0:
        return  # a receiver that is stuck says one place again and again
    hits = int(memory["hits"])
    if remember(mark, memory) == AGAIN:
        memory["since"] = batch.t[i] if hits == 0 else memory["since"]
        memory["hits"] = min(hits + 1, 4)
    else:
        memory["hits"] = max(hits - 2, 0)


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
            take(batch, i, memory, p)
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
