"""Unplanned stop: standing for long where no site, customer or stop is known, in the middle of a drive."""

from math import floor
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.conditioning.context import NIGHT
from streams.conditioning.places import apart, shrink
from streams.detectors.base import Detector
from streams.detectors.borders import is_good
from streams.detectors.episode import EPISODE, begin, tell
from streams.fleets.zones import CUSTOMER, NO_STOPS, SITE, STOP
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import GAP
from streams.kernels.spans import span

PARAMS = (
    Param("stand_s", 900.0, "ours: longer than a fuel stop or a queue"),
    Param("driven_m", 500.0, "Traccar: shortest trip of its older logic"),
    Param("standing_kmh", 3.0, "ours, as in condition; what creeps stands in a jam", 1 / 3.6),
    Param("same_m", 150.0, "ours: after a gap the stop goes on if the vehicle is still there"),
)

STATE = np.dtype(
    [
        ("episode", EPISODE),
        ("driven", "f8"),  # m since the last stop or known place
        ("stood", "i1"),  # 1 while it stands where nothing is known
    ]
)


@inner
def is_known(batch: Any, i: int) -> bool:
    """Whether a place to stand is near row ``i``."""
    for j in range(batch.near_bounds[i], batch.near_bounds[i + 1]):
        where = batch.near_kind[j]
        if where in (SITE, CUSTOMER, STOP):
            return True
    return False


@inner
def is_elsewhere(episode: Any, lat: float, lon: float, good: bool, p: Any) -> Any:
    """Whether a vehicle heard again after a gap is not where it stood, or may not be."""
    if not good:
        return True
    square = apart(episode["lat"], episode["lon"], lat, lon, shrink(floor(lat * 100.0)))
    return square > p["same_m"] * p["same_m"]


@inner
def rung(route: int, daypart: int) -> int:
    """Level of a stop: the more is expected of the drive, and the darker it is, the higher."""
    return 1 if route < 0 else 3 if daypart == NIGHT else 2


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Stops away from all known places; the peak is how long, in min."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        episode, standing, limit = memory["episode"], p["standing_kmh"], p["stand_s"] / 60.0
        stood, driven, level = int(memory["stood"]), memory["driven"], int(episode["level"])
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            driven += batch.step[i]
            v, bits, route = batch.v[i], batch.quality[i], batch.route[i]
            if stood == 0 and (not v < standing or driven < p["driven_m"] or route <= NO_STOPS):
                continue
            t, lat, lon = batch.t[i], batch.lat[i], batch.lon[i]
            good = is_good(lat, lon, bits)
            if stood == 1:
                off = route <= NO_STOPS or (bits & GAP and is_elsewhere(episode, lat, lon, good, p))
                if off or (v >= standing if level == 0 else batch.moving[i] == 1):
                    if level > 0:
                        tell(changes, CLOSE, kind, slot, -1, episode, limit)["end"] = episode["end"]
                    stood, level, episode["level"] = 0, 0, 0
            if level == 0 and good and is_known(batch, i):
                stood, driven = 0, 0.0 if v < standing else driven
                continue
            if not v < standing:
                continue
            if stood == 0:
                if good and driven >= p["driven_m"] and route > NO_STOPS:
                    begin(episode, batch, i, 0, 0.0)
                    stood = 1
                continue
            lasted = span(episode["start"], t)
            episode["end"], episode["peak"] = t, lasted / 60.0
            episode["quality"] |= bits
            if lasted >= p["stand_s"] and rung(route, batch.daypart[i]) > level:
                op = RAISE if level > 0 else OPEN
                episode["level"] = level = rung(route, batch.daypart[i])
                driven = 0.0
                tell(changes, op, kind, slot, -1, episode, limit)
        memory["stood"], memory["driven"] = stood, driven


DETECTOR = Detector(
    "unplanned_stop",
    unit="min",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle stood for long where no stop was planned and no place is known.",
)
