"""Lorenz: risks in rising order of the predicted rate, and what part of the claims the best of them had.

The x-axis must be told with every Gini: on exposure and on policies the same predictions differ by up to 0.07.
Source: Frees, Meyers and Cummings 2014, Journal of Risk and Insurance 81.
"""

from dataclasses import dataclass

import numpy as np

from pricing.credibility.panel import Codes, Floats, sums
from pricing.monitoring.bootstrap import Interval, by_group

EXPOSURE, POLICIES, PREMIUM = AXES = ("exposure", "policies", "premium")


@dataclass(frozen=True)
class Lorenz:
    """Points of the curve from (0, 0) to (1, 1), and what its x-axis counts."""

    axis: str
    x: Floats
    claims: Floats

    @property
    def gini(self) -> float:
        """1 less twice the area under the curve: 0 where the order says nothing, below 0 where it is upside down."""
        return float(1 - np.sum(np.diff(self.x) * (self.claims[1:] + self.claims[:-1])))


@dataclass(frozen=True)
class Order:
    """Risks in the order of a model's rate; rows of one rate are one step, so that their order does not matter."""

    step: Codes  # (rows,)
    weight: Floats  # (rows,) what the x-axis counts
    claims: Floats  # (rows,)
    axis: str

    def curve(self, drawn: Floats | None = None) -> Lorenz:
        """The curve; ``drawn`` is how often each row is in the sample, all of them once by default."""
        w = np.ones_like(self.weight) if drawn is None else drawn
        x, claims = (np.append(0.0, np.cumsum(sums(self.step, w * each))) for each in (self.weight, self.claims))
        x /= x[-1]
        return Lorenz(self.axis, x, claims / claims[-1] if claims[-1] > 0 else x)  # without a claim, no order is better


def order(rate: Floats, weight: Floats, claims: Floats, axis: str = EXPOSURE) -> Order:
    """``weight`` is the exposure of each row, ones for policies, or the premium: say which by ``axis``."""
    if axis not in AXES:
        raise ValueError(f"Lorenz: {axis!r} is no x-axis; use one of {', '.join(AXES)}")
    return Order(np.unique(rate, return_inverse=True)[1], weight, claims, axis)


def gini(ranked: Order, policy: Codes, chance: np.random.Generator, draws: int = 1000) -> Interval:
    """Gini with its 95 % interval over policies or fleets, counted from 0."""
    return by_group(lambda drawn: ranked.curve(drawn).gini, policy, chance, draws)


def gain(old: Order, new: Order, policy: Codes, chance: np.random.Generator, draws: int = 1000) -> Interval:
    """Gini of the new model less that of the old on the same draws: an interval that holds 0 is no proof."""
    if old.axis != new.axis:
        raise ValueError(f"Lorenz: one x-axis is {old.axis}, the other {new.axis}; they cannot be compared")
    return by_group(lambda drawn: new.curve(drawn).gini - old.curve(drawn).gini, policy, chance, draws)
