"""Activity: intervals of driving and idling, by driver; what is between them is rest. docs/trips.md has the letter."""

from typing import Any

import numpy as np
import numpy.typing as npt

from devices.samples import Floats, Ints
from streams.compiled import kernel
from streams.detectors.base import CLOSE, OPEN, Param, Records
from streams.folds import (
    NONE,
    ON,
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

DRIVE, IDLE = 1, 2
NAMES = {DRIVE: "drive", IDLE: "idle"}

PARAMS = (
    START,
    Param("stop_s", 120.0, "GpsGate, Smartrak: idling from 120 s; a tachograph bridges up to two minutes"),
    Param("gap_s", 300.0, "ours: ten times a tracker's usual 30 s"),
    PROOF_M,
    PROOF_S,
    PROOF_SAMPLES,
)

INTERVAL = np.dtype(
    [
        ("op", "i8"),  # CLOSE; OPEN from open_rows
        ("slot", "i8"),
        ("driver", "i8"),  # -1 unknown
        ("kind", "i8"),  # DRIVE, IDLE
        ("start", "f8"),  # UTC epoch s; later than it is the end
        ("end", "f8"),
    ]
)

STATE = np.dtype(
    [
        ("phase", "i8"),  # of the drive: NONE, TRIED, UNDER_WAY
        ("idling", "i8"),  # NONE, TRIED (shorter than stop_s so far), UNDER_WAY
        ("ignition", "i8"),  # UNKNOWN, OFF, ON
        ("standing", "i8"),  # 1: not driving since ``stand``
        ("fast", "i8"),
        ("t", "f8"),  # of the last sample
        ("stand", "f8"),
        ("metres", "f8"),
        ("drive", INTERVAL),
        ("idle", INTERVAL),
    ]
)


@kernel
def fold(batch: Any, fleet: Any, state: Any, params: Any, intervals: Any) -> None:
    """Move ``state`` on over ``batch``, writing INTERVAL rows."""
    for n in range(batch.slots.size):
        slot = batch.slots[n]
        s, p = state[slot], params[fleet.klass[slot]]
        for i in range(batch.bounds[n], batch.bounds[n + 1]):
            measured = is_measured(batch, i)
            s["ignition"] = ignition_after(s["ignition"], batch.ignition[i], measured)
            driving = is_driving(batch, i, s["ignition"], p["start_kmh"])
            idling = batch.moving[i] == 0 and s["ignition"] == ON
            if s["phase"] != NONE:
                _end_drive(batch, i, s, p, driving and measured, intervals)
            if s["idling"] != NONE:
                _end_idle(batch, i, s, p, idling and measured, intervals)
            if s["phase"] == NONE and driving:
                _begin(s["drive"], slot, batch.driver[i], DRIVE, s["t"] if measured else batch.t[i])
                s["phase"], s["fast"], s["metres"] = TRIED, 0, 0.0
            if s["phase"] != NONE:
                _drive_on(batch, i, s, p, driving)
            if s["idling"] == NONE and idling:
                _begin(s["idle"], slot, batch.driver[i], IDLE, batch.t[i])
                s["idling"] = TRIED
            if idling:
                s["idle"]["end"] = batch.t[i]
                if batch.t[i] - s["idle"]["start"] >= p["stop_s"]:
                    s["idling"] = UNDER_WAY
            s["t"] = batch.t[i]


@kernel
def _begin(interval: Any, slot: int, driver: int, kind: int, start: float) -> None:
    interval["slot"], interval["driver"], interval["kind"] = slot, driver, kind
    interval["start"], interval["end"] = start, start


@kernel
def _end_drive(batch: Any, i: int, s: Any, p: Any, goes_on: bool, intervals: Any) -> None:
    """Close the drive before row ``i`` after a stop or a silence, or hand it to another driver."""
    drive = s["drive"]
    stopped = s["standing"] == 1 and batch.t[i] - s["stand"] >= p["stop_s"]
    over = stopped or batch.dt[i] > p["gap_s"]
    swapped = batch.driver[i] != drive["driver"]
    if over or swapped:
        if s["phase"] == UNDER_WAY and drive["end"] > drive["start"]:
            write(intervals, drive, CLOSE)
        if over or not goes_on or s["phase"] == TRIED:
            s["phase"] = NONE
        else:
            _begin(drive, drive["slot"], batch.driver[i], DRIVE, s["t"])


@kernel
def _drive_on(batch: Any, i: int, s: Any, p: Any, driving: bool) -> None:
    """Add row ``i`` to the drive; with the ignition on it needs no proof."""
    drive = s["drive"]
    s["metres"] += batch.step[i]
    s["fast"] += batch.moving[i] == 1 and batch.v[i] >= p["start_kmh"]
    if driving:
        drive["end"], s["standing"] = batch.t[i], 0
    elif s["standing"] == 0:
        s["standing"], s["stand"] = 1, batch.t[i]
    if s["phase"] == TRIED:
        seconds = batch.t[i] - drive["start"]
        proof = judge(s["metres"], seconds, s["fast"], driving, p)
        s["phase"] = UNDER_WAY if driving and s["ignition"] == ON else proof


@kernel
def _end_idle(batch: Any, i: int, s: Any, p: Any, goes_on: bool, intervals: Any) -> None:
    """Close the idling before row ``i`` unless it goes on with the same driver."""
    silent = batch.dt[i] > p["gap_s"]
    if not goes_on or silent or batch.driver[i] != s["idle"]["driver"]:
        if s["idling"] == UNDER_WAY:
            write(intervals, s["idle"], CLOSE)
        s["idling"] = NONE


def driving(rows: Records) -> tuple[npt.NDArray[np.bool_], Floats, Floats]:
    """Of each STATE row: whether an interval of driving is open, its start and its last driving (NaN where none)."""
    is_open = (rows["phase"] == UNDER_WAY) & (rows["drive"]["end"] > rows["drive"]["start"])
    start, last = (np.where(is_open, rows["drive"][name], np.nan) for name in ("start", "end"))
    return is_open, start, last


def open_rows(state: Records, slots: Ints) -> Records:
    """The intervals that last in ``slots``, as far as they have come, as INTERVAL rows (op OPEN)."""
    rows = state[slots]
    drives = rows["drive"][driving(rows)[0]]
    intervals = np.concatenate([drives, rows["idle"][rows["idling"] == UNDER_WAY]])
    intervals["op"] = OPEN
    return intervals
