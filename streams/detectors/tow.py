"""Tow: a vehicle that is switched off and does not roll by itself is carried or pulled away."""

from math import floor, isnan, sqrt
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.conditioning.places import apart, shrink
from streams.detectors.base import Detector
from streams.detectors.borders import MOST, is_good
from streams.detectors.episode import EPISODE, begin, tell
from streams.detectors.ignition import OFF, ON, engine_after
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import FROM_POSITION, GAP, RELOCATED
from streams.kernels.spans import span

ROLLS = 2  # samples in a row that make it ignition_off_movement's

PARAMS = (
    Param("level2_m", 300.0, "ours: receivers are off by up to 200 m and wander 15 m"),
    Param("level3_m", 1000.0, "ours: nobody shunts a vehicle as far"),
    Param("fixes", 2.0, "ours: one fix proves nothing"),
    Param("hold_s", 120.0, "ours: the false positions of a parked receiver last seconds"),
    Param("moves_m", 100.0, "ours: further than wander"),
    Param("rest_s", 300.0, "ours: set down again"),
    Param("standing_kmh", 3.0, "ours, as in condition", 1 / 3.6),
    Param("rolling_kmh", 8.0, "Samsara: a trip starts at 5 mph", 1 / 3.6),
)

STATE = np.dtype(
    [
        ("episode", EPISODE),
        ("lat", "f8"),  # where it was left, then where it was last seen to have moved to
        ("lon", "f8"),
        ("fix", "f8"),  # the last position far away, folded into a number
        ("engine", "i1"),
        ("wired", "i1"),  # 1 once the engine or ignition has been heard to be on
        ("left", "i1"),  # 1 where it was left is known
        ("fixes", "i1"),  # positions in a row far away
        ("rolled", "i1"),  # samples in a row that roll
    ]
)


@inner
def metres(lat: float, lon: float, to_lat: float, to_lon: float) -> Any:
    """Metres between two positions."""
    return sqrt(apart(lat, lon, to_lat, to_lon, shrink(floor(to_lat * 100.0))))


@inner
def carry(memory: Any, t: float, lat: float, lon: float, quality: int, p: Any) -> int:
    """Take in a position of a vehicle that is being moved or may be; the level reached, 0 none, -1 set down."""
    episode = memory["episode"]
    away = metres(episode["lat"], episode["lon"], lat, lon)
    if episode["level"] == 0 and away < p["level2_m"]:
        memory["fixes"], memory["lat"], memory["lon"] = 0, episode["lat"], episode["lon"]
        return 0
    fix = lat * 1000.0 + lon
    memory["fixes"] = min(int(memory["fixes"]) + int(fix != memory["fix"]), MOST)
    memory["fix"] = fix
    if metres(memory["lat"], memory["lon"], lat, lon) >= p["moves_m"]:
        memory["lat"], memory["lon"], episode["end"] = lat, lon, t
    episode["peak"] = max(episode["peak"], away)
    episode["quality"] |= quality
    if episode["level"] == 0 and not (memory["fixes"] >= p["fixes"] and span(episode["start"], t) >= p["hold_s"]):
        return 0
    if episode["level"] > 0 and span(episode["end"], t) >= p["rest_s"]:
        return -1
    return 2 + int(episode["peak"] >= p["level3_m"])


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Moves of a vehicle that is switched off; the peak is how far away from where it was left, in m."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode, standing = memory["episode"], p["standing_kmh"]
        engine, wired = int(memory["engine"]), int(memory["wired"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            bits = batch.quality[i]
            engine = engine_after(engine, batch.ignition[i], batch.engine_rpm[i], bits & GAP > 0)
            wired = max(wired, int(engine >= ON))
            if engine != OFF and memory["left"] == 0:
                continue
            t, v, level = batch.t[i], batch.v[i], int(episode["level"])
            off, measured = engine == OFF and wired == 1, not isnan(v) and bits & FROM_POSITION == 0
            if off and memory["left"] == 1 and measured and memory["rolled"] < ROLLS:
                memory["rolled"] = memory["rolled"] + 1 if v >= p["rolling_kmh"] else 0
            if not off or bits & (GAP | RELOCATED) or memory["rolled"] == ROLLS:
                if level > 0:
                    tell(changes, CLOSE, kind, slot, -1, episode, p["level2_m"])["end"] = episode["end"]
                episode["level"] = 0
                if not off or memory["rolled"] < ROLLS:
                    memory["left"], memory["fixes"], memory["rolled"] = 0, 0, 0
            if not off or memory["rolled"] == ROLLS or not is_good(batch.lat[i], batch.lon[i], bits):
                continue
            lat, lon = batch.lat[i], batch.lon[i]
            if memory["left"] == 0:
                if not v >= standing:
                    memory["left"], memory["lat"], memory["lon"], memory["fixes"] = 1, lat, lon, 0
                continue
            if memory["fixes"] == 0:  # the first position far away begins the episode; it tells where it was left
                if metres(memory["lat"], memory["lon"], lat, lon) < p["level2_m"]:
                    continue
                begin(episode, batch, i, 0, 0.0)
                episode["lat"], episode["lon"], memory["fix"] = memory["lat"], memory["lon"], 0.0
            reached = carry(memory, t, lat, lon, bits, p)
            if reached == -1:
                tell(changes, CLOSE, kind, slot, -1, episode, p["level2_m"])["end"] = episode["end"]
                episode["level"], memory["fixes"], memory["lat"], memory["lon"] = 0, 0, lat, lon
            elif reached > level:
                episode["level"] = reached
                limit = p["level3_m"] if reached == 3 else p["level2_m"]
                tell(changes, RAISE if level > 0 else OPEN, kind, slot, -1, episode, limit)
        memory["engine"], memory["wired"] = engine, wired


DETECTOR = Detector(
    "tow",
    unit="m",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle was carried or pulled away, switched off.",
)
