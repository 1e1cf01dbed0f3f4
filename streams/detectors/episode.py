"""Episode: what a detector remembers of the event it follows, and how it tells of it."""

from typing import Any

import numpy as np

from compiled.kernels import inner
from streams.detectors.base import emit

EPISODE = np.dtype(
    [
        ("start", "f8"),  # t of its first sample
        ("end", "f8"),  # last t at which the condition held
        ("peak", "f8"),
        ("speed", "f8"),  # at the start, as are lat, lon, driver and source
        ("lat", "f8"),
        ("lon", "f8"),
        ("driver", "i4"),
        ("quality", "i2"),  # bits of its samples, or-ed
        ("source", "i1"),
        ("level", "i1"),  # 0 until it was told
    ]
)


@inner
def rung(value: float, limits: Any) -> int:
    """Level of a value: how many of the first three limits it has reached."""
    return int(value >= limits[0]) + int(value >= limits[1]) + int(value >= limits[2])


@inner
def here(row: Any, batch: Any, i: int) -> None:
    """Say of a change that it was told at row ``i``: who drove, how fast and where."""
    row["driver"], row["speed"], row["lat"], row["lon"] = batch.driver[i], batch.v[i], batch.lat[i], batch.lon[i]


@inner
def begin(episode: Any, batch: Any, i: int, source: int, peak: float) -> None:
    """Start an episode at row ``i``, not yet told."""
    episode["start"], episode["end"], episode["peak"] = batch.t[i], batch.t[i], peak
    episode["speed"], episode["lat"], episode["lon"] = batch.v[i], batch.lat[i], batch.lon[i]
    episode["driver"], episode["quality"] = batch.driver[i], batch.quality[i]
    episode["source"], episode["level"] = source, 0


@inner
def tell(changes: Any, op: int, kind: int, slot: int, subject: int, episode: Any, threshold: float) -> Any:
    """Emit the whole of an episode as it stands; its ``end`` is left out (see ``finish``)."""
    row = emit(changes, op, kind, slot, subject, episode["start"])
    row["driver"], row["level"], row["source"] = episode["driver"], episode["level"], episode["source"]
    row["quality"], row["end"], row["peak"] = episode["quality"], np.nan, episode["peak"]
    row["threshold"], row["speed"] = threshold, episode["speed"]
    row["lat"], row["lon"] = episode["lat"], episode["lon"]
    return row


@inner
def since_when(since: float, value: float, begins: float, clear: float, t: float) -> float:
    """When ``value`` came to where a level begins, and has stayed above ``clear``; 0 it has not."""
    if since == 0.0:
        return t if value >= begins else 0.0
    return 0.0 if value < clear else since
