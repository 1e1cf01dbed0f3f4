"""Trips: driving off to ignition off, a long stop or a long silence; docs/trips.md says it to the letter."""

import math
from typing import Any

import numpy as np

from devices.samples import Ints
from streams.compiled import kernel
from streams.detectors.base import CLOSE, OPEN, Param, Records
from streams.folds import (
    NONE,
    PROOF_M,
    PROOF_S,
    PROOF_SAMPLES,
    START,
    TRIED,
    UNDER_WAY,
    ignition_after,
    is_driving,
    is_measured,
    judge,
    write,
)

PARAMS = (
    START,
    Param("stop_s", 300.0, "Samsara: a trip ends after 5 min below 5 mph"),
    Param("gap_s", 1800.0, "ours: half of the 3600 s after which Traccar splits a trip"),
    PROOF_M,
    PROOF_S,
    PROOF_SAMPLES,
)

TRIP = np.dtype(
    [
        ("op", "i8"),  # OPEN once it is beyond doubt, CLOSE at its end
        ("slot", "i8"),
        ("driver", "i8"),  # at the start, -1 unknown
        ("samples", "i8"),
        ("quality", "i8"),  # condition's bits, or-ed
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
        ("phase", "i8"),  # NONE, TRIED, UNDER_WAY
        ("ignition", "i8"),  # UNKNOWN, OFF, ON
        ("standing", "i8"),  # 1: not driving since ``stand``
        ("fast", "i8"),  # samples at start speed or above
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
        for i in range(batch.bounds[n], batch.bounds[n + 1]):
            measured = is_measured(batch, i)
            s["ignition"] = ignition_after(s["ignition"], batch.ignition[i], measured)
            if s["phase"] != NONE and _is_over(batch, i, s, p):
                if s["phase"] == UNDER_WAY:
                    write(trips, s["kept"], CLOSE)
                s["phase"] = NONE
            fast = batch.moving[i] == 1 and batch.v[i] >= p["start_kmh"]
            lat, lon = s["lat"], s["lon"]
            _place(batch, i, s, measured)
            if s["phase"] == NONE and fast:
                if not measured:
                    lat, lon = s["lat"], s["lon"]
                _begin(s, slot, batch.driver[i], s["t"] if measured else batch.t[i], lat, lon)
            if s["phase"] != NONE:
                s["fast"] += fast
                driving = is_driving(batch, i, s["ignition"], p["start_kmh"])
                _go_on(batch, i, s, measured, driving)
                if s["phase"] == TRIED:
                    seconds = batch.t[i] - s["now"]["start"]
                    s["phase"] = judge(s["now"]["metres"], seconds, s["fast"], driving, p)
                    if s["phase"] == UNDER_WAY:
                        write(trips, s["kept"], OPEN)
            s["t"] = batch.t[i]


@kernel
def _is_over(batch: Any, i: int, s: Any, p: Any) -> bool:
    """Whether the trip ended before row ``i``: a silence, a stop long enough, or the ignition off at a stand."""
    if batch.dt[i] > p["gap_s"] or (batch.ignition[i] < 0.5 and batch.moving[i] != 1):
        return True
    stopped: bool = s["standing"] == 1 and batch.t[i] - s["stand"] >= p["stop_s"]
    return stopped


@kernel
def _place(batch: Any, i: int, s: Any, measured: bool) -> None:
    """Keep the last position known since the last gap."""
    if not math.isnan(batch.lat[i]) and not math.isnan(batch.lon[i]):
        s["lat"], s["lon"] = batch.lat[i], batch.lon[i]
    elif not measured:
        s["lat"], s["lon"] = math.nan, math.nan


@kernel
def _begin(s: Any, slot: int, driver: int, start: float, lat: float, lon: float) -> None:
    """Try a trip that starts at ``start``."""
    now = s["now"]
    now["slot"], now["driver"], now["start"], now["start_lat"], now["start_lon"] = slot, driver, start, lat, lon
    now["samples"], now["quality"] = 0, 0
    now["metres"], now["driving_s"], now["idle_s"], now["night_s"] = 0.0, 0.0, 0.0, 0.0
    s["phase"], s["standing"], s["fast"] = TRIED, 0, 0


@kernel
def _go_on(batch: Any, i: int, s: Any, measured: bool, driving: bool) -> None:
    """Add row ``i`` to the trip, and keep the sums if the vehicle drives."""
    now = s["now"]
    now["samples"] += 1
    now["quality"] |= batch.quality[i]
    now["metres"] += batch.step[i]
    if measured and batch.moving[i] == 1:
        now["driving_s"] += batch.dt[i]
        now["night_s"] += batch.dt[i] * batch.night[i]
    elif measured and batch.moving[i] == 0:
        now["idle_s"] += batch.dt[i]
    if driving:
        now["end"], now["end_lat"], now["end_lon"] = batch.t[i], s["lat"], s["lon"]
        s["kept"], s["standing"] = now, 0
    elif s["standing"] == 0:
        s["standing"], s["stand"] = 1, batch.t[i]


def open_rows(state: Records, slots: Ints) -> Records:
    """The trips under way in ``slots``, as far as they have come, as TRIP rows (op OPEN)."""
    rows = state[slots]
    trips: Records = rows["kept"][rows["phase"] == UNDER_WAY]
    trips["op"] = OPEN
    return trips
