"""Ways: points along a way, and where one that was driven parts from the one that was planned and meets it again."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.motion import Records
from simulator.routes import place

Floats = npt.NDArray[np.float64]

EVERY = 50.0  # m between the points a planned way is measured at
SAME = 1e-3  # m and rad


class Way(NamedTuple):
    """A leg that was driven another way than planned, in s."""

    planned: Records  # routes.PIECE
    departed: float
    left: float  # where the planned way was left
    met: float  # and met again
    arrived: float


def along(pieces: Records) -> tuple[Floats, Floats]:
    """m east and north of points along a way."""
    index = np.repeat(np.arange(len(pieces)), (pieces["length"] // EVERY).astype(int) + 1)
    first = np.append(True, index[1:] != index[:-1])
    into = EVERY * (np.arange(len(index)) - np.maximum.accumulate(np.where(first, np.arange(len(index)), 0)))
    x, y, _ = place(pieces, index, into.astype(np.float64))
    return x, y


def parting(planned: Records, driven: Records) -> tuple[float, float]:
    """m from the beginning of both that they go together, and m before their end."""
    ends = [_ends(way)[::-1] for way in (planned, driven)]
    begins = [np.stack([way["x"], way["y"], way["heading"]], 1) for way in (planned, driven)]
    back = (planned[::-1], driven[::-1])
    return _together(planned, driven, *begins), _together(*back, *ends)


def _ends(way: Records) -> Floats:
    return np.stack(place(way, np.arange(len(way)), way["length"]), 1)


def _together(one: Records, other: Records, ours: Floats, theirs: Floats) -> float:
    """m for which pieces that are met in this order lie on each other; the last of them may be cut short."""
    metres = 0.0
    for k in range(min(len(one), len(other))):
        apart = np.abs(ours[k] - theirs[k]).max() > SAME or one["curvature"][k] != other["curvature"][k]
        if apart:
            break
        metres += float(min(one["length"][k], other["length"][k]))
        if abs(one["length"][k] - other["length"][k]) > SAME:
            break
    return metres


def passed(distance: Floats, metres: float) -> float:
    """s at which somebody has come so far, by metres driven at the end of each second; NaN never."""
    after = int(np.searchsorted(distance, metres))
    if after == len(distance):
        return float("nan")
    before = float(distance[after - 1]) if after else 0.0
    return after + (metres - before) / max(float(distance[after]) - before, 1e-9)
