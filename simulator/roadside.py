"""Roadside: where a vehicle with a punctured tyre stops to have the wheel changed, and until when."""

import numpy as np
import numpy.typing as npt

from simulator.motion import Records

Floats = npt.NDArray[np.float64]

REPAIR_AFTER = 9_000.0  # m a punctured tyre is driven on; ours
CHANGE = 2_400.0  # s a wheel change takes; ours


def repair(legs: Records, here: float) -> int:
    """The piece at whose end a tyre that was punctured ``here`` (m) is changed: 9 km on, or at home if that is near."""
    ends = np.cumsum(legs["length"])
    return min(int(np.searchsorted(ends, here + REPAIR_AFTER)), len(legs) - 1)


def halt(legs: Records, piece: int) -> None:
    """Have it stand at the end of a piece, with the engine off, for as long as that takes."""
    legs["wait"][piece], legs["off"][piece] = max(CHANGE, float(legs["wait"][piece])), 1


def changed(reached: Floats, piece: int) -> float:
    """s at which the wheel is changed; inf if the vehicle does not come so far."""
    return float(np.nan_to_num(reached[piece] + CHANGE, nan=np.inf))
