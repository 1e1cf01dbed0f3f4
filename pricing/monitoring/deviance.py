"""Deviance: how far predicted claim counts are from those reported, and what a second model improves."""

import numpy as np

from pricing.credibility.panel import Codes, Floats, sums
from pricing.monitoring.bootstrap import Interval, by_group


def poisson(claims: Floats, predicted: Floats) -> Floats:
    """Unit deviance of each row; 0 where none were predicted and none came, infinite where none were and some did."""
    own, told = (np.log(x, out=np.full_like(x, -np.inf), where=x > 0) for x in (claims, predicted))
    logs = np.subtract(own, told, out=np.zeros_like(claims), where=claims > 0)
    return 2 * (claims * logs - claims + predicted)


def improvement(
    claims: Floats, before: Floats, after: Floats, group: Codes, chance: np.random.Generator, draws: int = 1000
) -> Interval:
    """Share of the Poisson deviance of ``before`` that ``after`` does away with, with its interval over groups."""
    old, new = (sums(group, poisson(claims, predicted)) for predicted in (before, after))

    def share(drawn: Floats) -> float:
        before = float(drawn @ old)
        return 1 - float(drawn @ new) / before if before > 0 else 0.0  # a draw without any: nothing to do away with

    return by_group(share, np.arange(old.size), chance, draws)
