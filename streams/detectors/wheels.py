"""Wheels: what detectors remember of tyres that are not as they should be, few at a time, and how they tell of it."""

from math import floor, isnan
from typing import Any

import numpy as np

from streams.compiled import inner
from streams.detectors.base import CLOSE, OPEN, RAISE, emit
from streams.quality import UNCOMPENSATED
from streams.spans import span
from streams.tyres import next_swap, swaps_at

ROOM = 6  # wheels of a vehicle that a detector follows at a time
AGAIN = -1  # memory of ``before``: the reading before was below the clearing line
MOST = 300.0  # in the detector's unit; one wild reading is not remembered beyond

EPISODES = np.dtype(
    [
        ("start", "f8", ROOM),  # t of the first reading; 0: this place is free
        ("peak", "i4", ROOM),  # hundredths of the detector's unit
        ("threshold", "i4", ROOM),  # hundredths
        ("subject", "i1", ROOM),  # wheel
        ("level", "i1", ROOM),  # 0 not told
        ("before", "i1", ROOM),  # level of the reading before
        ("source", "i1", ROOM),
    ]
)
STATE = np.dtype([("wheels", EPISODES)])  # of a detector that remembers no more


@inner
def find(memory: Any, wheel: int) -> int:
    """Place of a wheel's episode; -1: it has none."""
    for k in range(ROOM):
        if memory["start"][k] != 0.0 and memory["subject"][k] == wheel:
            return k
    return -1


@inner
def begin(memory: Any, wheel: int, t: float, source: int) -> int:
    """Place of a new episode, not yet told; -1: there is no room."""
    for k in range(ROOM):
        if memory["start"][k] == 0.0:
            memory["start"][k], memory["subject"][k], memory["source"][k] = t, wheel, source
            memory["peak"][k], memory["threshold"][k], memory["level"][k], memory["before"][k] = 0, 0, 0, 0
            return k
    return -1


@inner
def hundredths(value: float) -> int:
    """A value as memory holds it."""
    return floor(value * 100.0 + 0.5)


@inner
def tell(batch: Any, i: int, changes: Any, op: int, kind: int, slot: int, memory: Any, k: int) -> Any:
    """Emit an episode as it stands; driver, speed and place are those of row ``i``, which caused it."""
    row = emit(changes, op, kind, slot, int(memory["subject"][k]), memory["start"][k])
    row["driver"], row["level"], row["source"] = batch.driver[i], memory["level"][k], memory["source"][k]
    row["quality"], row["end"] = batch.quality[i], batch.t[i] if op == CLOSE else np.nan
    row["peak"], row["threshold"] = memory["peak"][k] / 100.0, memory["threshold"][k] / 100.0
    row["speed"], row["lat"], row["lon"] = batch.v[i], batch.lat[i], batch.lon[i]
    return row


@inner
def reach(batch: Any, i: int, changes: Any, kind: int, slot: int, memory: Any, k: int, level: int) -> Any:
    """Tell of an episode that has come to a higher level."""
    op = RAISE if memory["level"][k] > 0 else OPEN
    memory["level"][k] = level
    return tell(batch, i, changes, op, kind, slot, memory, k)


@inner
def close(batch: Any, i: int, changes: Any, kind: int, slot: int, memory: Any, k: int) -> None:
    """End an episode at row ``i``, told or not."""
    if memory["level"][k] > 0:
        tell(batch, i, changes, CLOSE, kind, slot, memory, k)
    memory["start"][k] = 0.0


@inner
def release(
    batch: Any, vehicle: int, until: float, changes: Any, kind: int, fleet: Any, slot: int, memory: Any, edge: float
) -> Any:
    """End the episodes of wheels that went with a trailer at ``edge`` or later, up to ``until``; the next such instant.

    They end at the vehicle's first sample since.
    """
    i = batch.bounds[vehicle]
    while edge <= until:
        while batch.t[i] < edge:
            i += 1
        for k in range(ROOM):
            wheel = int(memory["subject"][k])
            if memory["start"][k] != 0.0 and wheel >= 0 and swaps_at(fleet, slot, wheel, edge):
                close(batch, i, changes, kind, slot, memory, k)
        edge = next_swap(fleet, slot, edge)
    return edge


@inner
def follow(
    batch: Any, j: int, changes: Any, kind: int, slot: int, memory: Any, value: float, scale: Any, source: int
) -> None:
    """Take in what a reading says of its wheel, the more the worse.

    ``scale``: the values at which levels 1, 2 and 3 begin, below which two in a row end it, and how long it lasts
    before it is told.
    """
    if isnan(value):
        return
    t, wheel, i = batch.tyre_t[j], int(batch.tyre_wheel[j]), batch.tyre_row[j]
    reached = int(value >= scale[0]) + int(value >= scale[1]) + int(value >= scale[2])
    k = find(memory, wheel)
    if k < 0 and reached > 0:
        k = begin(memory, wheel, t, source)
    if k < 0:
        return
    told, before = int(memory["level"][k]), int(memory["before"][k])
    if told > 0 and value < scale[3]:
        memory["before"][k] = AGAIN
        if before == AGAIN:
            close(batch, i, changes, kind, slot, memory, k)
        return
    if told == 0 and reached == 0:
        memory["start"][k] = 0.0
        return
    before = max(before, 0)
    memory["before"][k] = reached
    # one wild reading counts no further than the rung above the reading before
    counted = min(value, MOST if before == 3 else scale[before])
    memory["peak"][k] = max(int(memory["peak"][k]), hundredths(counted))
    sure = min(reached, before) if told > 0 or span(memory["start"][k], t) >= scale[4] else 0
    if sure > told:
        memory["threshold"][k] = hundredths(scale[sure - 1])
        row = reach(batch, i, changes, kind, slot, memory, k, sure)
        if isnan(batch.tyre_temp[j]):
            row["quality"] |= UNCOMPENSATED
