"""Loads: what a vehicle weighs with what it carries and pulls on its way to each stop."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simulator.trailers import Trailer
from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]


def masses(kind: Class, load: tuple[float, float], dropped: float, count: int, rng: np.random.Generator) -> Floats:
    """kg of the vehicle on its way to each of so many stops: loaded and unloaded there, or delivered bit by bit."""
    share = rng.uniform(*load, count)
    if dropped:
        share = share[0] * (1 - dropped) ** np.arange(count)
    return np.asarray(kind.empty + share * (kind.gross - kind.empty))


def pulled(trailers: Sequence[Trailer], changes: Sequence[int], count: int) -> Floats:
    """kg behind it on its way to each of so many stops; at each of the ``changes`` the other one is coupled."""
    if not trailers:
        return np.zeros(count)
    return np.array([one.mass for one in trailers])[np.searchsorted(changes, np.arange(count), side="right") % 2]
