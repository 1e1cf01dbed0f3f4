"""Leaks: a tyre that loses a few percent a day, from its cold pressure every few hours over days."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, inf, isnan, nan
from typing import NamedTuple

DAY_S = 86_400.0


class Point(NamedTuple):
    """What a tyre held for some hours: the mean of its readings, brought to 20 °C."""

    start: float  # UTC epoch s of the first
    cold: float  # kPa
    full: float  # kPa it should hold; NaN not known
    slot: int  # the vehicle that read it
    wheel: int  # by that vehicle's wheels


class LeakRule(NamedTuple):
    """When a loss is a leak."""

    levels: tuple[float, float, float]  # % a day
    clear: float  # % a day
    window_s: float  # points older than this before the newest play no part
    least_s: float  # between the first and the last
    beside_s: float  # two are compared if a whole number of days apart, give or take this
    pairs: float  # so many at least
    refill: float  # % by which a later point is higher if the tyre was filled
    steady: float  # % a day that is lost besides the largest step
    low: float  # % below full, of which one wants to know when it will be reached


class Leak(NamedTuple):
    """An episode: opened by one point, ended by another."""

    first: Point
    end: float | None
    level: int
    threshold: float  # % a day, of the level
    peak: float  # % a day, the most
    low: float  # % below full
    hours: float  # from the newest point until it is so low, if it goes on like this


class Watch:
    """Follows one tyre, point by point in order of time."""

    def __init__(self) -> None:
        self.recent: list[Point] = []
        self.lasting: Leak | None = None

    def take(self, point: Point, rule: LeakRule) -> Leak | None:
        """The episode that the point opens, continues or ends, as it then stands."""
        filled = bool(self.recent) and point.cold > self.recent[-1].cold * (1.0 + rule.refill / 100.0)
        kept = [] if filled else [one for one in self.recent if point.start - one.start <= rule.window_s]
        self.recent = [*kept, point]
        full = point.full if point.full > 0.0 else self.recent[0].cold
        rate = -inf if filled else loss(self.recent, rule, full)
        before = self.lasting
        if isnan(rate) or (before is None and rate < rule.levels[0]):
            return None
        if before is not None and rate < rule.clear:
            self.lasting = None
            return before._replace(end=point.start)
        level = max(before.level if before else 0, sum(rate >= one for one in rule.levels))
        low = max(point.cold - full * (1.0 - rule.low / 100.0), 0.0)
        hours = low / (rate / 100.0 * full) * 24.0
        first, peak = (before.first, max(before.peak, rate)) if before else (point, rate)
        self.lasting = Leak(first, None, level, rule.levels[level - 1], peak, rule.low, hours)
        return self.lasting


def loss(points: Sequence[Point], rule: LeakRule, full: float) -> float:
    """Percent of ``full`` lost a day, none if it was lost in one step; NaN where that cannot be told.

    The median over all pairs of points that lie about a whole number of days apart (so that the hour of the day, with
    its sun and its heat, is the same for both); of two middle ones the lower.
    Source: Sen, 1968, for the median of slopes; the choice of pairs is ours.
    """
    if points[-1].start - points[0].start < rule.least_s:
        return nan
    rates = sorted(
        (one.cold - other.cold) / full * 100.0 / ((other.start - one.start) / DAY_S)
        for k, one in enumerate(points)
        for other in points[k + 1 :]
        if _alike(other.start - one.start, rule.beside_s)
    )
    if len(rates) < rule.pairs:
        return nan
    rate = rates[ceil(len(rates) / 2) - 1]
    return rate if _besides(points, full) >= rule.steady else min(rate, 0.0)


def _alike(apart: float, beside: float) -> bool:
    days = round(apart / DAY_S)
    return days >= 1 and abs(apart - days * DAY_S) <= beside


def _besides(points: Sequence[Point], full: float) -> float:
    """Percent a day lost besides the largest step from one point to the next."""
    before, after = max(pairwise(points), key=lambda two: (two[0].cold - two[1].cold, two[0].start))
    time = (points[-1].start - points[0].start) - (after.start - before.start)
    lost = (points[0].cold - points[-1].cold) - (before.cold - after.cold)
    return lost / full * 100.0 / (time / DAY_S) if time > 0.0 else -inf
