"""Isotonic: the rates that rise with a prediction and come closest to the claims, by pooling adjacent violators."""

import numpy as np

from pricing.credibility.panel import Floats, sums


def recalibrated(predicted: Floats, observed: Floats, weight: Floats) -> Floats:
    """Best rate of each row among those that never fall as ``predicted`` rises; ``observed`` is its claims / weight.

    It is the best for the Poisson deviance as it is for least squares, and may be 0 where no claim came.
    """
    value = np.unique(predicted, return_inverse=True)[1]
    w, total = sums(value, weight), sums(value, weight * observed)
    blocks: list[tuple[float, float, int]] = []  # weight, claims, values
    for held, claims in zip(w.tolist(), total.tolist(), strict=True):
        block = (held, claims, 1)
        while blocks and blocks[-1][1] * block[0] >= block[1] * blocks[-1][0]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    rates = np.array([claims / held for held, claims, _ in blocks])
    return np.repeat(rates, [values for *_, values in blocks])[value]
