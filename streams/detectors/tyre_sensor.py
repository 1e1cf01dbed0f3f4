"""Tyre sensor: one that has fallen silent, shows an old value, or leaps as no pressure does; it fires no tyre event."""

from math import isnan, nan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from devices.signals import WHEELS
from streams.conditioning.tyres import first_swap, next_swap, placard_of, swaps_at, tenths
from streams.detectors import wheels
from streams.detectors.base import Detector
from streams.detectors.wheels import begin, find, hundredths, mark, release, tell, told_of
from streams.kernels.params import CLOSE, OPEN, Param
from streams.kernels.quality import GAP
from streams.kernels.spans import span

SILENT, STUCK, LEAPING = 0, 1, 2
ALL = -1  # in place of a wheel: every one of the vehicle

PARAMS = (
    Param("silent_s", 1_800.0, "detection reference b4: no report for 30 minutes of driving"),
    Param("stuck_s", 10_800.0, "ours: three hours of driving change pressure and temperature by a digit"),
    Param("leap_pct", 20.0, "ours: no tyre gains a fifth ..."),
    Param("leap_s", 60.0, "... within a minute"),
    Param("leaps", 3.0, "ours: one may be a filling station, three are a fault"),
    Param("calm", 20.0, "ours: readings without a leap that make up for one"),
)

STATE = np.dtype(
    [
        *[(name, wheels.STATE[name]) for name in wheels.STATE.names or ()],
        ("clock", "f8"),  # s driven since a wheel was first heard
        ("due", "f8"),  # clock at which a wheel will have been silent too long; 0 no wheel was ever heard
        ("heard", "i4", WHEELS),  # clock of its last reading, whole s plus 1; 0 never, or not on this trailer
        ("changed", "i4", WHEELS),  # clock at which it last said something else
        ("leaps", "u1", WHEELS),  # leaps x calm, less the readings since
    ]
)


@inner
def open_(
    batch: Any, i: int, changes: Any, kind: int, slot: int, memory: Any, wheel: int, source: int, about: Any
) -> None:
    """Tell of a sensor at row ``i``, unless something is told of it already; ``about``: (peak, threshold)."""
    if find(memory, wheel) < 0:
        k = begin(memory, wheel, batch.t[i], source)
        if k >= 0:
            memory["peak"][k], memory["threshold"][k] = hundredths(about[0]), hundredths(about[1])
            mark(memory, k, 1, 0, source)
            tell(batch, i, changes, OPEN, kind, slot, memory, k)


@inner
def end(batch: Any, i: int, changes: Any, kind: int, slot: int, memory: Any, wheel: int, source: int) -> bool:
    """End what was told of a sensor for this reason; whether there was something."""
    k = find(memory, wheel)
    if k < 0 or told_of(memory, k)[2] != source:
        return False
    tell(batch, i, changes, CLOSE, kind, slot, memory, k)
    return True


@inner
def listen(memory: Any, wheel: int, same: bool, leapt: bool, p: Any) -> Any:
    """Take in a reading, the same as the one before or a leap above it; whether there may be something to tell."""
    now = int(memory["clock"]) + 1
    memory["heard"][wheel] = now
    soon = memory["clock"] + p["silent_s"]
    memory["due"] = soon if memory["due"] == 0.0 else min(memory["due"], soon)
    if not same:
        memory["changed"][wheel] = now
    leaps = int(memory["leaps"][wheel])
    leaps = min(leaps + int(p["calm"]), 255) if leapt else max(leaps - 1, 0)
    memory["leaps"][wheel] = leaps
    if now - memory["changed"][wheel] >= p["stuck_s"] or leaps > (p["leaps"] - 1.0) * p["calm"]:
        return True
    return find(memory, wheel) >= 0 or find(memory, ALL) >= 0


@inner
def judge(batch: Any, i: int, changes: Any, kind: int, slot: int, memory: Any, wheel: int, p: Any) -> None:
    """Tell what a sensor just heard at row ``i`` says of itself."""
    now, leaps = int(memory["clock"]) + 1, int(memory["leaps"][wheel])
    if end(batch, i, changes, kind, slot, memory, ALL, SILENT):
        for other in range(WHEELS):
            memory["heard"][other] = now if memory["heard"][other] > 0 else 0
    end(batch, i, changes, kind, slot, memory, wheel, SILENT)
    stuck = now - memory["changed"][wheel]
    if stuck == 0:
        end(batch, i, changes, kind, slot, memory, wheel, STUCK)
    elif stuck >= p["stuck_s"]:
        open_(batch, i, changes, kind, slot, memory, wheel, STUCK, (stuck / 60.0, p["stuck_s"] / 60.0))
    if leaps > (p["leaps"] - 1.0) * p["calm"]:
        open_(batch, i, changes, kind, slot, memory, wheel, LEAPING, (leaps / p["calm"], p["leaps"]))
    elif leaps == 0:
        end(batch, i, changes, kind, slot, memory, wheel, LEAPING)


@inner
def silence(fleet: Any, slot: int, memory: Any, wheel: int, t: float) -> Any:
    """Seconds driven since a wheel was heard; NaN: it never was, or is in no plan and may come and go."""
    if memory["heard"][wheel] == 0 or not placard_of(fleet, slot, wheel, t) > 0.0:
        return nan
    return memory["clock"] - (int(memory["heard"][wheel]) - 1)


@inner
def look(batch: Any, i: int, changes: Any, kind: int, fleet: Any, slot: int, memory: Any, p: Any) -> None:
    """Tell which wheels of the plan have been silent too long; of all of them, that the vehicle's are."""
    wanted, silent, due = 0, 0, np.inf
    for wheel in range(WHEELS):
        since = silence(fleet, slot, memory, wheel, batch.t[i])
        wanted += int(since >= 0.0)
        silent += int(since >= p["silent_s"])
        if 0.0 <= since < p["silent_s"]:
            due = min(due, memory["clock"] - since + p["silent_s"])
    memory["due"] = due
    about = (p["silent_s"] / 60.0, p["silent_s"] / 60.0)
    if silent == wanted and wanted > 1:
        open_(batch, i, changes, kind, slot, memory, ALL, SILENT, about)
        return
    for wheel in range(WHEELS):
        if silence(fleet, slot, memory, wheel, batch.t[i]) >= p["silent_s"]:
            open_(batch, i, changes, kind, slot, memory, wheel, SILENT, about)


@inner
def forget(fleet: Any, slot: int, memory: Any, edge: float, until: float) -> None:
    """Drop what was heard of wheels that went with a trailer at ``edge`` or later, up to ``until``."""
    while edge <= until:
        for wheel in range(WHEELS):
            if swaps_at(fleet, slot, wheel, edge):
                memory["heard"][wheel], memory["changed"][wheel], memory["leaps"][wheel] = 0, 0, 0
        edge = next_swap(fleet, slot, edge)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a faulty sensor, level 1; the peak is minutes driven in silence or with one value, or leaps."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        memory, p = state[slot], params[fleet.klass[slot]]
        j, last = batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]
        if j == last and memory["due"] == 0.0:
            continue
        edge = first_swap(batch, fleet, slot, vehicle)
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            if edge <= batch.t[i]:
                forget(fleet, slot, memory, edge, batch.t[i])
                edge = release(batch, vehicle, batch.t[i], changes, kind, fleet, memory, edge)
            if memory["due"] > 0.0 and batch.moving[i] == 1 and batch.dt[i] > 0.0 and batch.quality[i] & GAP == 0:
                memory["clock"] += batch.dt[i]
            while j < last and batch.tyre_row[j] == i:
                pressure, temp, then = batch.tyre_pressure[j], batch.tyre_temp[j], batch.tyre_then_pressure[j]
                same = tenths(pressure) == tenths(then) and tenths(temp) == tenths(batch.tyre_then_temp[j])
                same = same and not isnan(temp)
                leapt = pressure > then * (1.0 + p["leap_pct"] / 100.0)
                leapt = leapt and span(batch.tyre_then[j], batch.tyre_t[j]) <= p["leap_s"]
                wheel = int(batch.tyre_wheel[j])
                # the batch goes to a function only where it must: handing it on costs 0.7 us, four times a reading
                if not isnan(pressure) and listen(memory, wheel, same, leapt, p):
                    judge(batch, i, changes, kind, slot, memory, wheel, p)
                j += 1
            if memory["clock"] >= memory["due"] > 0.0:
                look(batch, i, changes, kind, fleet, slot, memory, p)


DETECTOR = Detector(
    "tyre_sensor",
    unit="",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre's sensor is silent, stuck or leaping: its tyre is not watched.",
    sources=("silent", "stuck", "leaping"),
)
