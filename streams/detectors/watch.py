"""Watch: a value beyond its limits, held for a time, with hysteresis; the kernel that slow dangers share."""

from math import floor
from typing import Any

import numpy as np

from compiled.kernels import inner
from streams.detectors.base import emit
from streams.detectors.episode import here, rung
from streams.kernels.params import CLOSE, OPEN, RAISE, Param
from streams.kernels.spans import span

ABOVE, BELOW = 1.0, -1.0  # on which side of its limits a value is bad
NOTHING = -1  # to tell
RUNNING_RPM = 400.0  # a starter turns an engine at 150 to 300

STATE = np.dtype(
    [
        ("start", "f8"),  # t of the first value beyond the first limit; 0 none
        ("since", "f8"),  # t since which a level higher than told has lasted; 0 none
        ("end", "f8"),  # t of the last value beyond
        ("peak", "i4"),  # hundredths of the unit, the worst so far
        ("quality", "i2"),  # bits of the samples, or-ed
        ("level", "i1"),  # 0 not told
        ("least", "i1"),  # the lowest level since ``since``
    ]
)


def holds(hold_s: float, why: str, link_s: float = 300.0) -> tuple[Param, ...]:
    """The parameters all watches share."""
    return (
        Param("hold_s", hold_s, why),
        Param("link_s", link_s, "ours: two readings further apart say nothing of the time between"),
    )


@inner
def weigh(memory: Any, t: float, value: float, counts: bool, quality: int, sense: float, limits: Any, p: Any) -> int:
    """Take in a measured value; OPEN, RAISE, CLOSE or ``NOTHING``.

    ``limits``: where levels 1, 2, 3 begin, and where an episode ends. A value that does not count (the engine is
    off, say) can end an episode but neither open nor raise one.
    """
    told, reached = int(memory["level"]), 0
    if counts:
        reached = rung(value * sense, (limits[0] * sense, limits[1] * sense, limits[2] * sense))
    apart = span(memory["end"], t) > p["link_s"]
    if told > 0 and value * sense < limits[3] * sense:
        memory["level"], memory["since"] = 0, 0.0
        return CLOSE
    if reached > 0 or told > 0:
        memory["end"] = t
        memory["quality"] |= quality
    if reached == 0 or apart:
        memory["since"] = 0.0
        if told == 0:
            memory["start"] = 0.0
    if reached == 0:
        return NOTHING
    worst = floor(value * 100.0 + 0.5)
    if memory["start"] == 0.0:
        memory["start"], memory["peak"], memory["quality"] = t, worst, quality
    if (worst - int(memory["peak"])) * sense > 0.0:
        memory["peak"] = worst
    if reached <= told:
        memory["since"] = 0.0
        return NOTHING
    if memory["since"] == 0.0:
        memory["since"], memory["least"] = t, reached
    memory["least"] = min(int(memory["least"]), reached)
    if span(memory["since"], t) < p["hold_s"]:
        return NOTHING
    memory["level"], memory["since"] = memory["least"], 0.0
    return RAISE if told > 0 else OPEN


@inner
def tell(batch: Any, i: int, changes: Any, op: int, kind: int, slot: int, memory: Any, level: int, limits: Any) -> None:
    """Emit the episode; driver, speed and place are those of row ``i``, which caused it. A CLOSE empties memory."""
    row = emit(changes, op, kind, slot, -1, memory["start"])
    here(row, batch, i)
    row["level"], row["source"], row["quality"] = level, 0, memory["quality"]
    row["end"], row["peak"] = memory["end"] if op == CLOSE else np.nan, memory["peak"] / 100.0
    row["threshold"] = limits[level - 1]
    if op == CLOSE:
        memory["start"] = 0.0
