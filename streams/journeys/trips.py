"""Trips: driving off to ignition off, a long stop or a long silence; docs/trips.md says it to the letter."""

import math
from typing import Any

import numpy as np

from compiled.kernels import kernel
from devices.samples import Ints
from streams.conditioning.context import NIGHT
from streams.journeys.folds import (
    NONE,
    PROOF_M,
    PROOF_S,
    PROOF_SAMPLES,
    START,
    TRIED,
    UNDER_WAY,
    is_driving,
    is_over,
    judge,
    write,
)
from streams.kernels.ignition import ignition_after, is_measured
from streams.kernels.params import CLOSE, OPEN, Param, Records
from streams.kernels.quality import BAD_FIX, FROM_POSITION, NO_FIX

EARTH = 6_371_008.8  # m, mean radius
DEGREE = math.pi / 180

PARAMS = (  # the fields of activity's must not be a prefix: numba would take one record for the other
    START,
    Param("proof_away_m", 100.0, "ours: where positions are the only evidence; bad reception strays and comes back"),
    Param("stop_s", 300.0, "Samsara: a trip ends after 5 min below 5 mph"),
    Param("gap_s", 1800.0, "ours: half of the 3600 s after which Traccar splits a trip"),
    PROOF_M,
    PROOF_S,
    PROOF_SAMPLES,
)

TRIP = np.dtype(
    [
        ("op", "i1"),  # OPEN once it is beyond doubt, CLOSE at its end
        ("slot", "i4"),
        ("driver", "i4"),  # at the start, -1 unknown
        ("samples", "i4"),
        ("quality", "i2"),  # condition's bits, or-ed
        ("start", "f8"),  # UTC epoch s, the t of a sample: names the trip
        ("end", "f8"),  # last sample driving; all sums are up to it
        ("metres", "f8"),  # measured
        ("driving_s", "f8"),
        ("idle_s", "f8"),  # standing within the trip
        ("night_s", "f8"),  # of driving_s
        ("start_lat", "f8"),  # last position known then; NaN none since the last gap
        ("start_lon", "f8"),
        ("end_lat", "f8"),
        ("end_lon", "f8"),
    ]
)

STATE = np.dtype(
    [
        ("phase", "i1"),  # NONE, TRIED, UNDER_WAY
        ("ignition", "i1"),  # UNKNOWN, OFF, ON
        ("standing", "i1"),  # 1: not driving since ``stand``
        ("fast", "i4"),  # samples at start speed or above
        ("t", "f8"),  # of the last sample
        ("lat", "f8"),
        ("lon", "f8"),
        ("stand", "f8"),
        ("now", TRIP),  # sums up to the last sample
        ("kept", TRIP),  # sums up to the last sample driving
    ]
)


@kernel
def fold(batch: Any, fleet: Any, state: Any, params: Any, trips: Any) -> None:
    """Move ``state`` on over ``batch``, writing TRIP rows."""
    for n in range(batch.slots.size):
        slot = batch.slots[n]
        s, p = state[slot], params[fleet.klass[slot]]
        now = s["now"]
        for i in range(batch.bounds[n], batch.bounds[n + 1]):
            t, dt, moving, v = batch.t[i], batch.dt[i], batch.moving[i], batch.v[i]
            measured = is_measured(dt, batch.quality[i])
            s["ignition"] = ignition_after(s["ignition"], batch.ignition[i], measured)
            driving = is_driving(moving, v, s["ignition"], p["start_kmh"])
            fast = moving == 1 and v >= p["start_kmh"]
            switched_off = batch.ignition[i] < 0.5 and moving != 1
            if s["phase"] != NONE and (switched_off or is_over(s, p, t, dt)):
                if s["phase"] == UNDER_WAY:
                    write(trips, s["kept"], CLOSE)
                s["phase"] = NONE
            lat, lon = s["lat"], s["lon"]
            _place(s, batch.lat[i], batch.lon[i], measured, batch.quality[i])
            if s["phase"] == NONE and fast and measured:
                _begin(s, slot, batch.driver[i], s["t"], lat, lon)
            elif s["phase"] == NONE and fast:
                _begin(s, slot, batch.driver[i], t, s["lat"], s["lon"])
            if s["phase"] != NONE:
                s["fast"] += fast
                now["samples"] += 1
                now["quality"] |= batch.quality[i]
                now["metres"] += batch.step[i]
                _count(now, moving, dt if measured else 0.0, batch.daypart[i] == NIGHT)
                _keep(s, t, driving)
            if s["phase"] == TRIED:
                s["phase"] = judge(now["metres"], t - now["start"], s["fast"], driving, p)
                if s["phase"] == UNDER_WAY and batch.quality[i] & FROM_POSITION and _away(s, now) < p["proof_away_m"]:
                    s["phase"] = TRIED
                if s["phase"] == UNDER_WAY:
                    write(trips, s["kept"], OPEN)
            s["t"] = t


@kernel
def _place(s: Any, lat: float, lon: float, measured: bool, quality: int) -> None:
    """Keep the last good position since the last gap."""
    if not math.isnan(lat + lon) and (quality & (NO_FIX | BAD_FIX)) == 0:
        s["lat"], s["lon"] = lat, lon
    elif not measured:
        s["lat"], s["lon"] = math.nan, math.nan


@kernel
def _away(s: Any, now: Any) -> float:
    """Metres, on a flat earth, from the start of the trip to here; infinite where one of the two is not known."""
    lat, lon = now["start_lat"], now["start_lon"]
    if math.isnan(lat + s["lat"]):
        return math.inf
    north, east = s["lat"] - lat, (s["lon"] - lon) * math.cos(lat * DEGREE)
    return EARTH * DEGREE * math.sqrt(north * north + east * east)


@kernel
def _begin(s: Any, slot: int, driver: int, start: float, lat: float, lon: float) -> None:
    """Try a trip that starts at ``start``."""
    now = s["now"]
    now["slot"], now["driver"], now["start"], now["start_lat"], now["start_lon"] = slot, driver, start, lat, lon
    now["samples"], now["quality"] = 0, 0
    now["metres"], now["driving_s"], now["idle_s"], now["night_s"] = 0.0, 0.0, 0.0, 0.0
    s["phase"], s["standing"], s["fast"] = TRIED, 0, 0


@kernel
def _count(now: Any, moving: int, seconds: float, night: bool) -> None:
    """Add the time since the last sample; where it is not known whether the vehicle moved it is neither."""
    if moving == 1:
        now["driving_s"] += seconds
        if night:
            now["night_s"] += seconds
    elif moving == 0:
        now["idle_s"] += seconds


@kernel
def _keep(s: Any, t: float, driving: bool) -> None:
    """Keep the sums while the vehicle drives; else remember since when it does not."""
    if driving:
        now = s["now"]
        now["end"], now["end_lat"], now["end_lon"] = t, s["lat"], s["lon"]
        s["kept"], s["standing"] = now, 0
    elif s["standing"] == 0:
        s["standing"], s["stand"] = 1, t


def open_rows(state: Records, slots: Ints) -> Records:
    """The trips under way in ``slots``, as far as they have come, as TRIP rows (op OPEN)."""
    rows = state[slots]
    trips: Records = rows["kept"][rows["phase"] == UNDER_WAY]
    trips["op"] = OPEN
    return trips
