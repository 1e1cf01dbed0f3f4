"""Activity: intervals of driving and idling, by driver; what is between them is rest. docs/trips.md has the letter."""

from typing import Any

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel
from devices.samples import Floats, Ints
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
from streams.kernels.ignition import OFF, ON, ignition_after, is_measured
from streams.kernels.params import CLOSE, OPEN, Param, Records
from streams.kernels.spans import span

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
        ("op", "i1"),  # CLOSE; OPEN from open_rows
        ("slot", "i4"),
        ("driver", "i4"),  # -1 unknown
        ("named", "i1"),  # 1: the device itself has named the driver, 0: nobody did, or the registry
        ("kind", "i1"),  # DRIVE, IDLE
        ("start", "f8"),  # UTC epoch s; later than it is the end
        ("end", "f8"),
        ("sparse", "i1"),  # 1: a drive in which a lone standing report was taken for a red light
    ]
)

STATE = np.dtype(
    [
        ("phase", "i1"),  # of the drive: NONE, TRIED, UNDER_WAY
        ("idling", "i1"),  # NONE, TRIED (shorter than stop_s so far), UNDER_WAY
        ("ignition", "i1"),  # UNKNOWN, OFF, ON
        ("standing", "i1"),  # 1: not driving since ``stand``
        ("fast", "i4"),
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
        drive, idle = s["drive"], s["idle"]
        for i in range(batch.bounds[n], batch.bounds[n + 1]):
            t, dt, moving, v, driver = batch.t[i], batch.dt[i], batch.moving[i], batch.v[i], batch.driver[i]
            named = 1 if batch.said_driver[i] >= 0 else 0
            measured, held = is_measured(dt, batch.quality[i]), s["ignition"]
            s["ignition"] = ignition_after(s["ignition"], batch.ignition[i], measured)
            driving = is_driving(moving, v, s["ignition"], p["start_kmh"])
            idling = moving == 0 and s["ignition"] == ON
            over = is_over(s, p, t, dt) and (dt > p["gap_s"] or not (driving and _is_light(s, held, t)))
            if s["phase"] != NONE and (over or _is_another(drive, driver, named)):
                if s["phase"] == UNDER_WAY and drive["end"] > drive["start"]:
                    write(intervals, drive, CLOSE)
                _hand_over(s, driver, named, driving and measured and not over)
            elif s["phase"] != NONE and driver != drive["driver"]:
                _reassign(intervals, drive, s["phase"], driver)
            if s["idling"] != NONE and (not (idling and measured) or _is_another(idle, driver, named)):
                if s["idling"] == UNDER_WAY:
                    write(intervals, idle, CLOSE)
                s["idling"] = NONE
            elif s["idling"] != NONE and driver != idle["driver"]:
                _reassign(intervals, idle, s["idling"], driver)
            if s["phase"] == NONE and driving:
                _begin(drive, slot, driver, named, DRIVE, s["t"] if measured else t)
                s["phase"], s["standing"], s["fast"], s["metres"] = TRIED, 0, 0, 0.0
            if s["phase"] != NONE:
                s["metres"] += batch.step[i]
                s["fast"] += moving == 1 and v >= p["start_kmh"]
                _drive_on(s, p, t, driving)
            if s["idling"] == NONE and idling:
                _begin(idle, slot, driver, named, IDLE, t)
                s["idling"] = TRIED
            if idling:
                idle["end"] = t
                if t - idle["start"] >= p["stop_s"]:
                    s["idling"] = UNDER_WAY
            s["t"] = t


@kernel
def _is_light(s: Any, ignition: int, t: float) -> bool:
    """Whether the stand before driving on at ``t`` may have been a red light: one report, as slow as those around."""
    stand = s["stand"]
    lone: bool = s["t"] == stand and ignition != OFF and span(stand, t) <= 2 * span(s["drive"]["end"], stand)
    return lone


@kernel
def _begin(interval: Any, slot: int, driver: int, named: int, kind: int, start: float) -> None:
    interval["slot"], interval["driver"], interval["named"], interval["kind"] = slot, driver, named, kind
    interval["start"], interval["end"], interval["sparse"] = start, start, 0


@kernel
def _is_another(interval: Any, driver: int, named: int) -> bool:
    """Whether somebody else is at the wheel than in an interval, as the device says."""
    other: bool = named != interval["named"] or (named == 1 and driver != interval["driver"])
    return other


@kernel
def _reassign(intervals: Any, interval: Any, phase: int, driver: int) -> None:
    """Go on with whom the registry assigns from here: end to end, so that all in all nothing is driven otherwise."""
    if phase == UNDER_WAY and interval["end"] > interval["start"]:
        write(intervals, interval, CLOSE)
        interval["start"], interval["sparse"] = interval["end"], 0
    interval["driver"] = driver


@kernel
def _hand_over(s: Any, driver: int, named: int, goes_on: bool) -> None:
    """After a drive: what was beyond doubt and goes on becomes the drive of the next driver."""
    if goes_on and s["phase"] == UNDER_WAY:
        _begin(s["drive"], s["drive"]["slot"], driver, named, DRIVE, s["t"])
        s["standing"] = 0
    else:
        s["phase"] = NONE


@kernel
def _drive_on(s: Any, p: Any, t: float, driving: bool) -> None:
    """Carry the drive on to ``t``; with the ignition on it needs no proof."""
    drive = s["drive"]
    if driving:
        if s["standing"] == 1 and t - s["stand"] >= p["stop_s"]:
            drive["sparse"] = 1
        drive["end"], s["standing"] = t, 0
    elif s["standing"] == 0:
        s["standing"], s["stand"] = 1, t
    if s["phase"] == TRIED:
        proof = judge(s["metres"], t - drive["start"], s["fast"], driving, p)
        s["phase"] = UNDER_WAY if driving and s["ignition"] == ON else proof


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
