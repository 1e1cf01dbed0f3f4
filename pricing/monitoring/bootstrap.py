"""Bootstrap: how far a figure of a portfolio might have been otherwise, had other policies or fleets been in it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from pricing.credibility.panel import Codes, Floats


class Interval(NamedTuple):
    """A figure and the interval around it."""

    value: float
    low: float
    high: float


def by_group(
    figure: Callable[[Floats], float],
    group: Codes,
    chance: np.random.Generator,
    draws: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of ``figure(weight of each row)``; whole groups are drawn, with what belongs together.

    ``group`` counts from 0: the policy or fleet of each row. Its rows are no independent witnesses; drawn one by one
    they would make the interval too narrow. The generator is given, so a seed repeats it.
    """
    n = int(group.max()) + 1
    shares = np.full(n, 1 / n)
    found = [figure(chance.multinomial(n, shares)[group].astype(np.float64)) for _ in range(draws)]
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Interval(figure(np.ones(group.size)), float(low), float(high))
