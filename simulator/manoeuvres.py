"""Manoeuvres: what was harsh about a drive, followed and noted as it is driven."""

from typing import Any

import numpy as np

from compiled.kernels import kernel

EPISODE = np.dtype([("open", "i8"), ("start", "f8"), ("peak", "f8"), ("speed", "f8"), ("cause", "i8")])
MANOEUVRE = np.dtype(
    [
        ("mover", "i8"),
        ("kind", "i8"),
        ("end", "f8"),
        *((n, EPISODE[n]) for n in EPISODE.names or ()),
        ("at", "f8"),  # of a swerve: m from the start
        ("aside", "f8"),  # m to the left
        ("along", "f8"),  # m within which it goes out
    ]
)

BRAKING, ACCELERATION, CORNERING, SWERVING = range(4)
PLANNED, SURPRISED = range(2)
CLEAR = 0.83  # an episode ends at this share of its mark


@kernel
def noted(m: int, kind: int, t: float, motion: Any) -> Any:
    """The place of a new manoeuvre of a mover."""
    place = min(motion.noted[0], motion.manoeuvres.size - 1)
    row = motion.manoeuvres[place]
    row["mover"], row["kind"], row["end"] = m, kind, t
    motion.noted[0] += 1
    return place


@kernel
def watch(m: int, kind: int, value: float, mark: float, t: float, s: Any, episode: Any, motion: Any) -> None:
    """Follow one kind of manoeuvre and note it when it is over."""
    if episode["open"] == 0:
        if value >= mark:
            episode["open"], episode["start"], episode["peak"] = 1, t, value
            episode["speed"], episode["cause"] = s["speed"], SURPRISED if s["goal"] > 0 else PLANNED
        return
    episode["peak"] = max(episode["peak"], value)
    if value < CLEAR * mark:
        _close(m, kind, t, episode, motion)


@kernel
def settle(m: int, t: float, episodes: Any, motion: Any) -> None:
    """Note what is not over yet when a vehicle comes to stand, hits something or is no longer looked at."""
    for kind in range(episodes.size):
        if episodes[kind]["open"] == 1:
            _close(m, kind, t, episodes[kind], motion)


@kernel
def _close(m: int, kind: int, t: float, episode: Any, motion: Any) -> None:
    episode["open"] = 0
    row = motion.manoeuvres[noted(m, kind, t, motion)]
    row["start"], row["peak"] = episode["start"], episode["peak"]
    row["speed"], row["cause"] = episode["speed"], episode["cause"]
