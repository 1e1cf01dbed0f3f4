"""Wheels: what detectors remember of tyres that are not as they should be, and how they tell of it."""

from math import floor, isnan
from typing import Any

import numpy as np

from compiled.kernels import inner
from streams.conditioning.tyres import ZERO, held, next_swap, swaps_at
from streams.detectors.base import emit
from streams.detectors.episode import here, rung
from streams.detectors.watch import NOTHING
from streams.kernels.params import CLOSE, OPEN, RAISE
from streams.kernels.quality import UNCOMPENSATED
from streams.kernels.spans import span

ROOM = 12  # wheels of a vehicle that a detector follows at a time
AGAIN = -1  # memory of ``before``: the reading before was below the clearing line
MOST = 300.0  # in the detector's unit; one wild reading is not remembered beyond
BARE = 80  # beyond what else ``rungs`` holds: a reading of the episode had no temperature

STATE = np.dtype(  # a place each for so many wheels
    [
        ("at", "i4", ROOM),  # whole s since 2000 of the first reading; 0: this place is free
        ("ms", "i2", ROOM),  # and ms
        ("peak", "i2", ROOM),  # hundredths of the detector's unit
        ("threshold", "i2", ROOM),  # hundredths
        ("subject", "i1", ROOM),  # wheel
        ("rungs", "u1", ROOM),  # level told (0 to 3) + 4 x (level of the reading before + 1) + 20 x source, or + BARE
    ]
)


@inner
def find(memory: Any, wheel: int) -> int:
    """Place of a wheel's episode; -1: it has none."""
    for k in range(ROOM):
        if memory["at"][k] != 0 and memory["subject"][k] == wheel:
            return k
    return -1


@inner
def begin(memory: Any, wheel: int, t: float, source: int) -> int:
    """Place of a new episode, not yet told; -1: there is no room."""
    for k in range(ROOM):
        if memory["at"][k] == 0:
            ms = floor(t * 1000.0 + 0.5)
            memory["at"][k], memory["ms"][k], memory["subject"][k] = held(ms // 1000), ms % 1000, wheel
            memory["peak"][k], memory["threshold"][k], memory["rungs"][k] = 0, 0, 4 + 20 * source
            return k
    return -1


@inner
def start_of(memory: Any, k: int) -> float:
    """t of an episode's first reading."""
    return ((int(memory["at"][k]) + ZERO) * 1000 + int(memory["ms"][k])) / 1000.0


@inner
def told_of(memory: Any, k: int) -> Any:
    """(level told, level of the reading before or ``AGAIN``, source) of an episode."""
    rungs = int(memory["rungs"][k]) % BARE
    return rungs % 4, rungs // 4 % 5 - 1, rungs // 20


@inner
def mark(memory: Any, k: int, level: int, before: int, source: int) -> None:
    """Remember what ``told_of`` tells."""
    memory["rungs"][k] = level + 4 * (before + 1) + 20 * source + int(memory["rungs"][k]) // BARE * BARE


@inner
def read(memory: Any, k: int, temp: float) -> None:
    """Take note of whether a reading that counts for an episode has a temperature."""
    if isnan(temp):
        memory["rungs"][k] = int(memory["rungs"][k]) % BARE + BARE


@inner
def hundredths(value: float) -> int:
    """A value as memory holds it."""
    return min(floor(value * 100.0 + 0.5), 32_767)


@inner
def tell(batch: Any, i: int, changes: Any, op: int, kind: int, slot: int, memory: Any, k: int) -> Any:
    """Emit an episode as it stands, told of at row ``i``; a CLOSE frees its place."""
    row = emit(changes, op, kind, slot, int(memory["subject"][k]), start_of(memory, k))
    here(row, batch, i)
    row["level"], _, row["source"] = told_of(memory, k)
    row["quality"], row["end"] = batch.quality[i], batch.t[i] if op == CLOSE else np.nan
    if memory["rungs"][k] >= BARE:
        row["quality"] |= UNCOMPENSATED
    row["peak"], row["threshold"] = memory["peak"][k] / 100.0, memory["threshold"][k] / 100.0
    if op == CLOSE:
        memory["at"][k] = 0
    return row


@inner
def report(batch: Any, j: int, changes: Any, op: int, kind: int, slot: int, memory: Any) -> None:
    """Emit the episode of the wheel of reading ``j``, which caused it."""
    tell(batch, batch.tyre_row[j], changes, op, kind, slot, memory, find(memory, batch.tyre_wheel[j]))


@inner
def release(
    batch: Any, vehicle: int, until: float, changes: Any, kind: int, fleet: Any, memory: Any, edge: float
) -> Any:
    """End the episodes of wheels that went with a trailer at ``edge`` or later, up to ``until``; the next such instant.

    They end at the vehicle's first sample since.
    """
    i, slot = batch.bounds[vehicle], batch.slots[vehicle]
    while edge <= until:
        while batch.t[i] < edge:
            i += 1
        for k in range(ROOM):
            wheel = int(memory["subject"][k])
            if memory["at"][k] != 0 and wheel >= 0 and swaps_at(fleet, slot, wheel, edge):
                if told_of(memory, k)[0] > 0:
                    tell(batch, i, changes, CLOSE, kind, slot, memory, k)
                memory["at"][k] = 0
        edge = next_swap(fleet, slot, edge)
    return edge


@inner
def weigh(memory: Any, wheel: int, t: float, temp: float, value: float, scale: Any, source: int) -> int:
    """Take in what a reading says of its wheel, the more the worse; OPEN, RAISE, CLOSE or ``NOTHING``.

    ``scale``: the values at which levels 1, 2 and 3 begin, below which two in a row end it, and how long it lasts
    before it is told.
    """
    if isnan(value):
        return NOTHING
    reached, k = rung(value, scale), find(memory, wheel)
    if k < 0 and reached > 0:
        k = begin(memory, wheel, t, source)
    if k < 0:
        return NOTHING
    read(memory, k, temp)
    told, before, source = told_of(memory, k)
    if told > 0 and value < scale[3]:
        mark(memory, k, told, AGAIN, source)
        return CLOSE if before == AGAIN else NOTHING
    if told == 0 and reached == 0:
        memory["at"][k] = 0
        return NOTHING
    before = max(before, 0)
    # one wild reading counts no further than the rung above the reading before
    counted = min(value, MOST if before == 3 else scale[before])
    memory["peak"][k] = max(int(memory["peak"][k]), hundredths(counted))
    sure = min(reached, before) if told > 0 or span(start_of(memory, k), t) >= scale[4] else 0
    mark(memory, k, max(sure, told), reached, source)
    if sure <= told:
        return NOTHING
    memory["threshold"][k] = hundredths(scale[sure - 1])
    return RAISE if told > 0 else OPEN
