"""Spread: how the data that a model was fitted to lies over each number, in parts of equal exposure; kept with it."""

from dataclasses import dataclass

import numpy as np

from pricing.credibility.panel import sums
from pricing.models.cells import Cells
from pricing.models.spec import Spec
from pricing.monitoring.bins import equal

PARTS = 20


@dataclass(frozen=True)
class Bin:
    """A part of a number's range."""

    low: float  # the least value that there was
    high: float
    mean: float
    rows: int
    weight: float  # exposure, for a frequency
    response: float


def bins(spec: Spec, data: Cells) -> dict[str, tuple[Bin, ...]]:
    """Of each numeric term's column, as the term sees it."""
    names = dict.fromkeys(term.number.name for term in spec.leaves if term.kind != "categorical")
    return {name: tuple(_bins(data, name)) for name in names}


def _bins(data: Cells, name: str) -> list[Bin]:
    seen = sorted((float(x), totals) for x, totals in data.by_level(name, "rows", "weight", "response").items())
    x, totals = np.array([value for value, _ in seen]), np.array([part for _, part in seen])
    rows, weight, response = totals.T
    codes = np.unique(equal(x, weight, PARTS), return_inverse=True)[1].astype(np.int64)
    mean = sums(codes, x * weight) / sums(codes, weight)
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    last = np.append(first[1:], x.size) - 1
    counted = (sums(codes, one) for one in (rows, weight, response))
    found = zip(x[first], x[last], mean, *counted, strict=True)
    return [Bin(float(a), float(b), float(m), round(float(n)), float(w), float(r)) for a, b, m, n, w, r in found]
