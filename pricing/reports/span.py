"""Span: the years of an experience, each ending on the anniversary of the day on which claims are valued."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl


class Year(NamedTuple):
    """Twelve months; losses in it are ``age`` years old on the day of valuation, counted from its first day."""

    start: date
    end: date  # excluded
    age: int

    @property
    def days(self) -> int:
        """Days of it: what a vehicle insured throughout has."""
        return (self.end - self.start).days


def back(day: date, years: int) -> date:
    """The same day so many years earlier; of 29 February the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)


def ending(valued_at: date, count: int) -> tuple[Year, ...]:
    """The last ``count`` years before ``valued_at``, the oldest first."""
    return tuple(Year(back(valued_at, age), back(valued_at, age - 1), age) for age in range(count, 0, -1))


def age_of(day: pl.Expr, years: Sequence[Year]) -> pl.Expr:
    """Age of the year that ``day`` lies in; null outside all of them."""
    found = pl.lit(None, pl.Int64)
    for year in years:
        found = pl.when((day >= year.start) & (day < year.end)).then(pl.lit(year.age, pl.Int64)).otherwise(found)
    return found
