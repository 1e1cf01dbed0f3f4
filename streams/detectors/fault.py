"""Fault: something a device says that cannot be so, followed for as long as it lasts; what device health shares."""

from math import floor
from typing import Any

import numpy as np

from compiled.kernels import inner
from streams.conditioning.places import apart, shrink
from streams.detectors.base import emit
from streams.detectors.episode import here
from streams.kernels.params import CLOSE, OPEN, RAISE

FAULT = np.dtype(
    [
        ("start", "f8"),  # t since which it has lasted; 0 never
        ("end", "f8"),  # last t at which it held
        ("peak", "i4"),  # hundredths of the unit
        ("quality", "i2"),  # bits of the samples since it was told, or-ed
        ("level", "i1"),  # 0 until it was told
        ("source", "i1"),
    ]
)


@inner
def follow(
    batch: Any, i: int, changes: Any, kind: int, slot: int, fault: Any, start: float, level: int, source: int,
    peak: float, limits: Any,
) -> None:  # fmt: skip
    """Carry a fault on over row ``i``, at which it has ``level`` (0: it does not hold), and tell what changes.

    ``limits`` are where levels 1, 2 and 3 begin. Driver, speed and place told are those of the row.
    """
    told = int(fault["level"])
    if level == 0:
        if told > 0:
            tell(batch, i, changes, CLOSE, kind, slot, fault, limits)
            fault["level"] = 0
        return
    if told == 0:
        fault["start"], fault["source"], fault["peak"], fault["quality"] = start, source, 0, 0
    fault["end"] = batch.t[i]
    fault["peak"] = max(int(fault["peak"]), floor(peak * 100.0 + 0.5))
    fault["quality"] |= batch.quality[i]
    if level > told:
        fault["level"] = level
        tell(batch, i, changes, RAISE if told > 0 else OPEN, kind, slot, fault, limits)


@inner
def tell(batch: Any, i: int, changes: Any, op: int, kind: int, slot: int, fault: Any, limits: Any) -> None:
    """Emit a fault as it stands."""
    row = emit(changes, op, kind, slot, -1, fault["start"])
    here(row, batch, i)
    row["level"], row["source"] = fault["level"], fault["source"]
    row["quality"], row["end"] = fault["quality"], fault["end"] if op == CLOSE else np.nan
    row["peak"], row["threshold"] = fault["peak"] / 100.0, limits[int(fault["level"]) - 1]


@inner
def away(lat: float, lon: float, to_lat: float, to_lon: float) -> Any:
    """Squared metres between two positions."""
    return apart(lat, lon, to_lat, to_lon, shrink(floor(to_lat * 100.0)))
