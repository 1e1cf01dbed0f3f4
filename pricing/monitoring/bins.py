"""Bins: a portfolio cut by rising order of a figure into parts of equal exposure."""

import numpy as np

from pricing.credibility.panel import Codes, Floats, sums


def equal(by: Floats, exposure: Floats, bins: int) -> Codes:
    """Bin of each row, from 0 for the smallest; rows of the same ``by`` share one, so their order does not matter."""
    value = np.unique(by, return_inverse=True)[1]
    held = sums(value, exposure)
    middle = (np.cumsum(held) - held / 2) / held.sum()
    place: Codes = np.minimum((middle * bins).astype(np.int64), bins - 1)
    return place[value]
