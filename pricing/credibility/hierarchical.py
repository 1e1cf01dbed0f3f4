"""Hierarchical credibility: a risk is held against its cohort, and the cohort against the collective.

Source: Jewell 1975; estimators of Goulet 1998 (iterative) and Bühlmann and Gisler 2005, section 6.6.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pricing.credibility.buhlmann import ROUNDS, STEADY, within
from pricing.credibility.panel import Codes, Floats, Panel, over, sums


@dataclass(frozen=True)
class Hierarchy:
    """Structure of the three levels, and what it makes of the cohorts and risks it was found from."""

    mean: float  # collective
    between_cohorts: float  # b
    between_risks: float  # a, in a cohort
    within: float  # s2
    cohort_z: Floats
    cohort_premium: Floats
    risk_z: Floats
    risk_premium: Floats


class _Level(NamedTuple):
    """Cohorts as their risks make them for one ``a``; precision is 1 / variance about the cohort's true mean."""

    risk_precision: Floats
    precision: Floats
    mean: Floats  # weighted by precision, which is by credibility


def iterative(seen: Panel, cohort: Codes) -> Hierarchy:
    """By pseudo-estimators, a and b such as their own credibilities give back; ``cohort`` of each risk, from 0."""
    a, b, s2 = *_direct(seen, cohort), within(seen)
    for _ in range(ROUNDS):
        level = _level(seen, cohort, a, s2)
        z, middle = _collective(level, b)
        risks = (level.risk_precision > 0).sum() - (level.precision > 0).sum()
        spread = float(a * level.risk_precision @ (seen.mean - level.mean[cohort]) ** 2)
        before, a, b = (a, b), _share(spread, risks), _share(float(z @ (level.mean - middle) ** 2), (z > 0).sum() - 1)
        if max(abs(a - before[0]) / (a or 1), abs(b - before[1]) / (b or 1)) <= STEADY:
            break
    return _hierarchy(seen, cohort, a, b)


def buhlmann_gisler(seen: Panel, cohort: Codes) -> Hierarchy:
    """By the unbiased estimators, each cohort's variance taken as none where it comes out negative."""
    return _hierarchy(seen, cohort, *_direct(seen, cohort))


def _direct(seen: Panel, cohort: Codes) -> tuple[float, float]:
    """a and b of Bühlmann and Gisler."""
    s2, w, x = within(seen), seen.weight, seen.mean
    total, risks = sums(cohort, w), sums(cohort, seen.seen.astype(np.float64))
    middle = over(sums(cohort, w * x), total)
    excess = sums(cohort, w * (x - middle[cohort]) ** 2) - (risks - 1) * s2
    free = total - over(sums(cohort, w**2), total)
    many = risks > 1  # one risk alone says nothing about how risks differ
    a = float(np.maximum(excess[many] / free[many], 0.0).mean()) if many.any() else 0.0
    level = _level(seen, cohort, a, s2)
    q = level.precision
    centre = _share(float(q @ level.mean), q.sum())
    b = _share(float(q @ (level.mean - centre) ** 2) - ((q > 0).sum() - 1), q.sum() - _share(float(q @ q), q.sum()))
    return a, max(b, 0.0)


def _level(seen: Panel, cohort: Codes, a: float, s2: float) -> _Level:
    q = over(seen.weight, seen.weight * a + s2)
    total = sums(cohort, q)
    return _Level(q, total, over(sums(cohort, q * seen.mean), total))


def _collective(level: _Level, b: float) -> tuple[Floats, float]:
    """Credibility of each cohort and the mean of all; where cohorts do not differ, that of their precision."""
    z = level.precision * b / (level.precision * b + 1)
    weight = z if b > 0 else level.precision
    return z, _share(float(weight @ level.mean), weight.sum())


def _hierarchy(seen: Panel, cohort: Codes, a: float, b: float) -> Hierarchy:
    s2 = within(seen)
    level = _level(seen, cohort, a, s2)
    z, mean = _collective(level, b)
    above = z * level.mean + (1 - z) * mean
    own = level.risk_precision * a
    return Hierarchy(mean, b, a, s2, z, above, own, own * seen.mean + (1 - own) * above[cohort])


def _share(amount: np.float64 | float, free: np.float64 | float) -> float:
    return float(amount / free) if free > 0 else 0.0
