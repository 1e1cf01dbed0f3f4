"""Bühlmann and Bühlmann-Straub: own mean and collective mean, weighted by how much was seen.

Source: Bühlmann and Gisler 2005, A Course in Credibility Theory, chapters 3 and 4.
"""

import math
from dataclasses import dataclass

import numpy as np

from pricing.credibility.panel import Floats, Panel, panel

STEADY = 1e-13  # relative change at which an iteration has arrived
ROUNDS = 10_000


@dataclass(frozen=True)
class Structure:
    """The portfolio behind the risks: collective mean, variance between risks and variance within a risk."""

    mean: float
    between: float  # a: of the true rates; 0 is a portfolio whose risks do not differ
    within: float  # s2: of one period with exposure 1

    @property
    def k(self) -> float:
        """Exposure of half credibility, s2 / a; infinite where risks do not differ."""
        return self.within / self.between if self.between > 0 else math.inf

    def credibility(self, weight: Floats) -> Floats:
        """Z = w / (w + K): 0 without exposure and where risks do not differ."""
        known = (weight > 0) & (self.between > 0)
        return np.divide(weight, weight + self.k, out=np.zeros_like(weight), where=known)

    def premium(self, mean: Floats, weight: Floats, complement: Floats | float | None = None) -> Floats:
        """Credible rates Z x + (1 - Z) m; ``complement`` is each risk's class mean, without it the collective one."""
        z = self.credibility(weight)
        return z * mean + (1 - z) * (self.mean if complement is None else complement)


def buhlmann(x: Floats) -> Structure:
    """Structure of ``x`` (risks, periods) where every period weighs the same."""
    risk = np.repeat(np.arange(x.shape[0]), x.shape[1])
    return buhlmann_straub(panel(risk, x.ravel(), np.ones(x.size)))


def buhlmann_straub(seen: Panel) -> Structure:
    """Structure by the unbiased estimators; a negative variance between risks is none.

    The collective mean is weighted by credibility: weighted by exposure it would be that of the largest risks, and
    premiums would no longer sum to what was observed.
    """
    s2, w, x = within(seen), seen.weight, seen.mean
    total = w.sum()
    if not total > 0:
        raise ValueError("credibility: no risk has any exposure, so there is nothing to learn a structure from")
    middle = w @ x / total
    free = total - w @ w / total
    a = (w @ (x - middle) ** 2 - (seen.seen.sum() - 1) * s2) / free if free > 0 else 0.0
    return _structure(seen, max(float(a), 0.0), s2)


def bichsel_straub(seen: Panel) -> Structure:
    """Structure by the iterative pseudo-estimator: the variance between risks that its own credibilities give back."""
    s2, a = within(seen), buhlmann_straub(seen).between
    for _ in range(ROUNDS):
        found = _structure(seen, a, s2)
        spread = found.credibility(seen.weight) @ (seen.mean - found.mean) ** 2
        a, before = float(spread / (seen.seen.sum() - 1)), a
        if abs(a - before) <= STEADY * before:
            break
    return _structure(seen, a, s2)


def within(seen: Panel) -> float:
    """s2: mean scatter of a risk's periods about its own mean; 0 where no risk has two periods."""
    free = np.maximum(seen.periods - 1, 0).sum()
    return float(seen.scatter.sum() / free) if free else 0.0


def _structure(seen: Panel, a: float, s2: float) -> Structure:
    z = Structure(0.0, a, s2).credibility(seen.weight)
    weight = z if z.sum() > 0 else seen.weight
    return Structure(float(weight @ seen.mean / weight.sum()), a, s2)
