"""Actual against expected: reported claims over those the tariff expected, with the exact Poisson interval."""

import polars as pl

from pricing.monitoring.bootstrap import Interval
from pricing.monitoring.gamma import quantile
from pricing.monitoring.groups import added


def ratio(actual: int, expected: float, level: float = 0.95) -> Interval:
    """A / E; the interval holds the true ratio with probability ``level`` or more, also of few claims and of none.

    Source: Garwood 1936: ``[chi2(a/2, 2O) / 2, chi2(1 - a/2, 2O + 2) / 2] / E``.
    """
    tail = (1 - level) / 2
    low = quantile(actual, tail) if actual > 0 else 0.0
    return Interval(actual / expected, low / expected, quantile(actual + 1, 1 - tail) / expected)


def by_level(rows: pl.DataFrame, factor: str, level: float = 0.95) -> pl.DataFrame:
    """A/E of each level of ``factor``; columns ``claims``, ``expected`` and ``exposure`` are summed.

    ``off`` says that the interval does not hold 1. Of twenty levels of a perfect tariff, one is off by chance.
    """
    sums = added(rows, factor, "exposure", "claims", "expected")
    found = [ratio(int(n), e, level) for n, e in sums.select("claims", "expected").iter_rows()]
    with_ratio = sums.hstack(pl.DataFrame(found, schema=["ratio", "low", "high"], orient="row"))
    return with_ratio.with_columns(off=(pl.col("low") > 1) | (pl.col("high") < 1))
