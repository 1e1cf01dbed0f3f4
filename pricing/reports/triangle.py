"""Triangle: how losses of past years grew from one anniversary to the next, and what is to come of younger ones.

Chain ladder, weighted by volume. Source: Mack 1993, ASTIN Bulletin 23, formula (2).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pricing.credibility.panel import Floats, over
from pricing.reports.losses import known
from pricing.reports.span import Year, age_of, back, ending


@dataclass(frozen=True)
class Triangle:
    """Incurred of each year at each age, capped, in cents; NaN of what has not come yet."""

    years: tuple[Year, ...]  # the oldest first
    incurred: Floats  # (years, ages)

    @property
    def links(self) -> Floats:
        """Growth from each age to the next; 1 where nothing can be said, and after the last."""
        here, there = self.incurred[:, :-1], self.incurred[:, 1:]
        both = ~np.isnan(there)
        before, after = (np.where(both, x, 0.0).sum(axis=0) for x in (here, there))
        found = np.where((before > 0) & (after > 0), over(after, np.maximum(before, 0.0)), 1.0)
        return np.append(found, 1.0)

    @property
    def to_ultimate(self) -> Floats:
        """What is known at each age times this is what it comes to; the last age is taken for the end."""
        return np.asarray(np.cumprod(self.links[::-1])[::-1])


def triangle(valued: pl.DataFrame, valued_at: date, years: int, cap: float) -> Triangle:
    """Of the claims of one cover; ``cap`` in money."""
    spans = ending(valued_at, years)
    found = np.full((years, years), np.nan)
    limit = round(cap * 100)
    aged = valued.with_columns(age=age_of(pl.col("loss_at").cast(pl.Date), spans))
    for row, year in enumerate(spans):
        own = aged.filter(pl.col("age") == year.age).drop("age")
        for age in range(1, year.age + 1):
            at = back(valued_at, year.age - age)
            found[row, age - 1] = known(own, at)["incurred"].clip(upper_bound=limit).sum()
    return Triangle(spans, found)
