"""Tyre rapid loss: pressure falls within minutes, as read and at 20 °C: a puncture, a torn valve, a burst."""

from math import isnan, nan
from typing import Any

import numpy as np

from streams.compiled import inner, kernel
from streams.detectors.base import Detector, Param
from streams.detectors.wheels import AGAIN, EPISODES, ROOM, begin, close, find, hundredths, reach, release
from streams.quality import UNCOMPENSATED
from streams.spans import span
from streams.tyres import NONE, cold, first_swap, tenths

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
    Param("speed_kmh", 20.0, "detection reference c3: critical while faster than 20 km/h", 1 / 3.6),
)

STATE = np.dtype(
    [("wheels", EPISODES), ("pressure", "i2", ROOM), ("temp", "i2", ROOM)]
)  # tenths, of the reading it fell from


@inner
def lost(batch: Any, j: int, pressure: float, temp: float) -> Any:
    """(kPa, percent) lost since a reading: the less of what is lost as read and at 20 °C; NaN not known."""
    here = batch.tyre_temp[j]
    if isnan(here) or isnan(temp):
        fall, base = pressure - batch.tyre_pressure[j], pressure
    else:
        base = cold(pressure, temp)
        fall = min(pressure - batch.tyre_pressure[j], base - batch.tyre_cold[j])
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
def watch(batch: Any, j: int, changes: Any, kind: int, slot: int, whole: Any, k: int, p: Any) -> None:
    """Take in a reading of a wheel that is losing pressure."""
    memory = whole["wheels"]
    i, t = batch.tyre_row[j], batch.tyre_t[j]
    temp = nan if whole["temp"][k] == NONE else whole["temp"][k] / 10.0
    fall, share = lost(batch, j, whole["pressure"][k] / 10.0, temp)
    seconds, told, before = span(memory["start"][k], t), int(memory["level"][k]), int(memory["before"][k])
    peak = int(memory["peak"][k])
    slow = not share * 60.0 >= p["least_pct"] * seconds
    if told > 0 and (slow or hundredths(share) * 2 < peak):
        memory["before"][k] = AGAIN
        if before == AGAIN:
            close(batch, i, changes, kind, slot, memory, k)
        return
    if slow:
        memory["start"][k] = 0.0
        return
    if told == 0 and before == 0:
        met, asked = rule(p, fall, share, seconds)
        if met > 0:
            memory["before"][k], memory["peak"][k] = 1, hundredths(share)
            memory["threshold"][k], memory["source"][k] = hundredths(asked), met
        return
    if told == 0 and not (share >= peak / 100.0 + p["further_pct"] or share >= p["gone_pct"]):
        return
    memory["before"][k], memory["peak"][k] = 1, max(peak, hundredths(share))
    level = 3 if batch.v[i] > p["speed_kmh"] else 2
    if level > told:
        row = reach(batch, i, changes, kind, slot, memory, k, level)
        if isnan(batch.tyre_temp[j]):
            row["quality"] |= UNCOMPENSATED


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of a wheel that loses pressure fast; the peak is what it has lost since the last good reading, in %."""
    for vehicle in range(batch.slots.size):
        slot = batch.slots[vehicle]
        whole, p = state[slot], params[fleet.klass[slot]]
        memory = whole["wheels"]
        edge = first_swap(batch, fleet, slot, vehicle)
        for j in range(batch.tyre_bounds[vehicle], batch.tyre_bounds[vehicle + 1]):
            t, then = batch.tyre_t[j], batch.tyre_then[j]
            edge = release(batch, vehicle, t, changes, kind, fleet, slot, memory, edge)
            if isnan(batch.tyre_pressure[j]) or isnan(then):
                continue
            k = find(memory, batch.tyre_wheel[j])
            if k < 0 and batch.tyre_then_leapt[j] == 1:
                continue
            if k < 0:
                pressure, temp = batch.tyre_then_pressure[j], batch.tyre_then_temp[j]
                seconds = span(then, t)
                if (
                    not lost(batch, j, pressure, temp)[1] * 60.0 >= p["least_pct"] * seconds
                    or seconds > p["puncture_s"]
                ):
                    continue
                k = begin(memory, batch.tyre_wheel[j], then, 0)
                if k < 0:
                    continue
                whole["pressure"][k], whole["temp"][k] = tenths(pressure), tenths(temp)
            watch(batch, j, changes, kind, slot, whole, k, p)
        release(batch, vehicle, batch.t[batch.bounds[vehicle + 1] - 1], changes, kind, fleet, slot, memory, edge)


DETECTOR = Detector(
    "tyre_rapid_loss",
    unit="%",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="A tyre loses pressure within minutes.",
    sources=("", "burst", "steady", "puncture"),
)
