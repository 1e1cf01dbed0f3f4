"""Spread: how the data that a model was fitted to lies over each number, in parts of equal exposure; kept with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pricing.credibility.panel import Floats, sums
from pricing.models.cells import Cells
from pricing.models.design import Scales, parts
from pricing.models.spec import Spec, Term
from pricing.monitoring.bins import equal

PARTS = 20

Covariance = Callable[[Sequence[tuple[str, str]]], Floats]  # of the coefficients of these terms and labels


@dataclass(frozen=True)
class Bin:
    """A part of a number's range."""

    low: float  # the least value that there was
    high: float
    mean: float
    rows: int
    weight: float  # exposure, for a frequency
    response: float
    error: float  # standard error of the linear predictor at the mean, less that of the portfolio: of this term alone


def bins(spec: Spec, data: Cells, fitted: Scales, covariance: Covariance) -> dict[str, tuple[Bin, ...]]:
    """Of each numeric term, by its name; of an interaction's none, it has no curve of its own."""
    terms = [term for term in spec.terms if not term.of and term.kind != "categorical"]
    return {term.name: tuple(_bins(data, term, replace(spec, terms=(term,)), fitted, covariance)) for term in terms}


def _bins(data: Cells, term: Term, alone: Spec, fitted: Scales, covariance: Covariance) -> list[Bin]:
    name = term.number.name
    seen = sorted((float(x), totals) for x, totals in data.by_level(name, "rows", "weight", "response").items())
    x, totals = np.array([value for value, _ in seen]), np.array([part for _, part in seen])
    rows, weight, response = totals.T
    codes = np.unique(equal(x, weight, PARTS), return_inverse=True)[1].astype(np.int64)
    counted = [sums(codes, one) for one in (rows, weight, response)]
    mean = sums(codes, x * weight) / counted[1]
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    last = np.append(first[1:], x.size) - 1
    errors = _errors(alone, name, mean, counted[1], fitted, covariance)
    columns = (x[first], x[last], mean, *counted, errors)
    return [Bin(a, b, m, round(n), w, r, e) for a, b, m, n, w, r, e in zip(*(c.tolist() for c in columns), strict=True)]


def _errors(alone: Spec, name: str, x: Floats, weight: Floats, fitted: Scales, covariance: Covariance) -> Floats:
    """Standard errors of a term's curve around its own mean."""
    (part,) = parts(alone, pl.DataFrame({name: x}), fitted)
    columns = np.column_stack([part.block.dot(unit) for unit in np.eye(len(part.labels))])
    centred = columns - weight @ columns / weight.sum()
    own = covariance([(part.term.name, label) for label in part.labels])
    found: Floats = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", centred, own, centred), 0.0))
    return found
