"""Tyre rapid loss: pressure falls within minutes, as read and at 20 °C: a puncture, a torn valve, a burst."""

from math import floor, isnan, nan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.conditioning.tyres import NONE, cold, first_swap, tenths
from streams.detectors import wheels
from streams.detectors.base import Detector
from streams.detectors.watch import NOTHING
from streams.detectors.wheels import (
    AGAIN,
    ROOM,
    begin,
    find,
    hundredths,
    mark,
    read,
    release,
    report,
    start_of,
    tell,
    told_of,
)
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.quality import GAP
from streams.kernels.spans import span

PARAMS = (
    Param("rate_pct", 2.0, "detection reference b4: 2 % a minute ..."),
    Param("rate_s", 180.0, "... for 3 minutes"),
    Param("puncture_pct", 20.0, "UN R141, puncture test: 20 % ..."),
    Param("puncture_s", 600.0, "... within 10 minutes"),
    Param("burst_kpa", 20.0, "detection reference b4: 20 kPa ..."),
    Param("burst_s", 60.0, "... within a minute"),
    Param("least_pct", 1.0, "ours: half the rate; slower than that, in % a minute on average, is no rapid loss"),
    Param("further_pct", 1.0, "ours: and the next reading is lower by this; a step alone is a sensor at another wheel"),
    Param("gone_pct", 50.0, "ours: or this much is gone, of which nothing further can be asked"),
    Param(
        "silent_s", 120.0, "ours: or nothing further is heard of it on the move, a burst often takes the sensor along"
    ),
    Param("speed_kmh", 20.0, "detection reference c3: critical while faster than 20 km/h", 1 / 3.6),
)

STATE = np.dtype(
    [
        *[(name, wheels.STATE[name]) for name in wheels.STATE.names or ()],
        ("pressure", "i2", ROOM),  # tenths, of the reading it fell from
        ("temp", "i2", ROOM),
        ("left", "i4", ROOM),  # ms on the move after which silence bears it out; 0 it does not
        ("waits", "i1"),  # 1 while silence may bear one out
    ]
)


@inner
def lost(here: Any, pressure: float, temp: float) -> Any:
    """(kPa, percent) lost since a reading: the less of what is lost as read and at 20 °C; NaN not known."""
    if isnan(here[1]) or isnan(temp):
        fall, base = pressure - here[0], pressure
    else:
        base = cold(pressure, temp)
        fall = min(pressure - here[0], base - here[2])
    return fall, fall / base * 100.0 if base > 0.0 else nan


@inner
def rule(p: Any, fall: float, share: float, seconds: float) -> Any:
    """(which of the three rules is met, 0 none; the percent it asks for)."""
    if fall >= p["burst_kpa"] and seconds <= p["burst_s"]:
        return 1, p["burst_kpa"] / fall * share
    if share >= p["puncture_pct"] and seconds <= p["puncture_s"]:
        return 3, p["puncture_pct"]
    steady = p["rate_pct"] * seconds / 60.0
    if seconds >= p["rate_s"] and share >= steady:
        return 2, steady
    return 0, nan


@inner
def reach(memory: Any, k: int, speed: float, p: Any) -> int:
    """Tell of a loss that is borne out: OPEN, RAISE or ``NOTHING``."""
    told, _, met = told_of(memory, k)
    level = 3 if speed > p["speed_kmh"] else 2
    mark(memory, k, max(level, told), 1, met)
    return NOTHING if level <= told else RAISE if told > 0 else OPEN


@inner
def watch(memory: Any, k: int, t: float, here: Any, speed: float, p: Any) -> Any:
    """Take in a reading of a wheel that is losing pressure; OPEN, RAISE, CLOSE or ``NOTHING``."""
    temp = nan if memory["temp"][k] == NONE else memory["temp"][k] / 10.0
    fall, share = lost(here, memory["pressure"][k] / 10.0, temp)
    seconds, peak = span(start_of(memory, k), t), int(memory["peak"][k])
    told, before, met = told_of(memory, k)
    slow = not share * 60.0 >= p["least_pct"] * seconds
    memory["left"][k] = 0
    if told > 0 and (slow or hundredths(share) * 2 < peak):
        mark(memory, k, told, AGAIN, met)
        return CLOSE if before == AGAIN else NOTHING
    if slow:
        memory["at"][k] = 0
        return NOTHING
    if told == 0 and before == 0:
        met, asked = rule(p, fall, share, seconds)
        if met > 0:
            mark(memory, k, 0, 1, met)
            memory["peak"][k], memory["threshold"][k] = hundredths(share), hundredths(asked)
            if share >= p["gone_pct"]:
                memory["left"][k], memory["waits"] = floor(max(p["silent_s"], 2.0 * seconds) * 1000.0 + 0.5), 1
        return NOTHING
    if told == 0 and not (share >= peak / 100.0 + p["further_pct"] or share >= p["gone_pct"]):
        return NOTHING
    memory["peak"][k] = max(peak, hundredths(share))
    return reach(memory, k, speed, p)


@inner
def listen(memory: Any, wheel: int, t: float, here: Any, then: Any, speed: float, p: Any) -> Any:
    """Take in a reading, ``here``: (pressure, temp, cold), ``then``: (t, pressure, temp, leapt) of the one before."""
    if isnan(here[0]) or isnan(then[0]):
        return NOTHING
    k, seconds = find(memory, wheel), span(then[0], t)
    if k < 0:
        slow = not lost(here, then[1], then[2])[1] * 60.0 >= p["least_pct"] * seconds
        if slow or then[3] == 1 or seconds > p["puncture_s"]:
            return NOTHING
        k = begin(memory, wheel, then[0], 0)
        if k < 0:
            return NOTHING
        memory["pressure"][k], memory["temp"][k] = tenths(then[1]), tenths(then[2])
        read(memory, k, then[2])
    read(memory, k, here[1])
    return watch(memory, k, t, here, speed, p)


@inner
def bear_out(memory: Any, k: int, dt: float, speed: float, p: Any) -> Any:
    """Wait ``dt`` s more of silence on the move; OPEN or RAISE when it has lasted long enough, else ``NOTHING``."""
    if memory["at"][k] == 0:
        memory["left"][k] = 0
    if memory["left"][k] == 0:
        return NOTHING
    memory["left"][k] = max(int(memory["left"][k]) - floor(dt * 1000.0 + 0.5), 1)
    if memory["left"][k] > 1:
        return NOTHING
    op = reach(memory, k, speed, p)
    if told_of(memory, k)[0] == 3:
        memory["left"][k] = 0
    return op


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel that loses pressure fast; the peak is what it has lost since the last good reading, in %."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        j, last = batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]
        edge = first_swap(batch, fleet, slot, vehicle)
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            if j == last and memory["waits"] == 0:
                break
            if edge <= batch.t[i]:
                edge = release(batch, vehicle, batch.t[i], changes, kind, fleet, memory, edge)
            while j < last and batch.tyre_row[j] == i:
                here = (batch.tyre_pressure[j], batch.tyre_temp[j], batch.tyre_cold[j])
                before = (batch.tyre_then_pressure[j], batch.tyre_then_temp[j])
                then = (batch.tyre_then[j], before[0], before[1], batch.tyre_then_leapt[j])
                op = listen(memory, batch.tyre_wheel[j], batch.tyre_t[j], here, then, batch.v[i], p)
                if op != NOTHING:
                    report(batch, j, changes, op, kind, slot, memory)
                j += 1
            if memory["waits"] == 1 and batch.moving[i] == 1 and batch.dt[i] > 0.0 and batch.quality[i] & GAP == 0:
                memory["waits"] = 0
                for k in range(ROOM):
                    op = bear_out(memory, k, batch.dt[i], batch.v[i], p)
                    if op != NOTHING:
                        tell(batch, i, changes, op, kind, slot, memory, k)
                    if memory["left"][k] > 0:
                        memory["waits"] = 1
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, memory, edge)


DETECTOR = Detector(
    "tyre_rapid_loss",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre loses pressure within minutes.",
    sources=("", "burst", "steady", "puncture"),
)
