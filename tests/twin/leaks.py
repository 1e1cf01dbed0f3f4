"""Slow leaks, after docs/detectors/tyres.md: points of some hours, and the fold over a tyre's; nobody has a trailer."""

import math
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from .readings import Reading
from .words import missing

HOUR, DAY = 3600, 86_400
KIND = "tyre_slow_leak"


@dataclass
class Point:
    start: float
    cold: float
    full: float  # the placard; NaN none


@dataclass
class Leak:
    wheel: str
    start: float
    level: int = 0
    peak: float = -math.inf
    threshold: float = 0.0
    end: float | None = None


class Points:
    """The history of each wheel of a vehicle."""

    def __init__(self, p: Any) -> None:
        self.p = p
        self.open: dict[str, list[float]] = {}  # start, and what was read cold in whole hundredths
        self.found: dict[str, list[Point]] = {}

    def take(self, s: Any) -> None:
        for r in s.readings:
            self.read(r)

    def read(self, r: Reading) -> None:
        t, under_way = math.floor(r.t), self.open.get(r.wheel)
        hours = self.p.point_h * HOUR
        if under_way and (t // hours != under_way[0] // hours or r.then is None):
            start, *some = under_way
            self.found.setdefault(r.wheel, []).append(Point(start, sum(some) / 100 / len(some), r.placard))
            self.open[r.wheel] = under_way = []
        known = r.then is not None and not missing(r.temp) and not missing(r.then.temp)
        if known and abs(r.cold - r.then.cold) <= self.p.step_pct / 100 * r.then.cold:
            if not under_way:
                under_way = self.open[r.wheel] = [t]
            if len(under_way) <= 10_000:
                under_way.append(math.floor(r.cold * 100 + 0.5))

    def leaks(self) -> list[Leak]:
        return [leak for wheel, points in self.found.items() for leak in Watch(self.p, wheel).fold(points)]


class Watch:
    def __init__(self, p: Any, wheel: str) -> None:
        self.p, self.wheel = p, wheel
        self.recent: list[Point] = []

    def fold(self, points: list[Point]) -> list[Leak]:
        found: list[Leak] = []
        limits = (self.p.level1_pct, self.p.level2_pct, self.p.level3_pct)
        for point in points:
            rate = self.rate(point)
            lasts = found and found[-1].end is None
            if rate is None:
                continue
            if lasts and rate < self.p.clear_pct:
                found[-1].end = point.start
            elif lasts or rate >= limits[0]:
                if not lasts:
                    found.append(Leak(self.wheel, point.start))
                leak = found[-1]
                leak.level = max(leak.level, sum(limit <= rate for limit in limits))
                leak.peak, leak.threshold = max(leak.peak, rate), limits[leak.level - 1]
        return found

    def rate(self, point: Point) -> float | None:
        """% a day; None where that is not known."""
        p = self.p
        filled = bool(self.recent) and point.cold > (1 + p.refill_pct / 100) * self.recent[-1].cold
        kept = [] if filled else self.recent
        self.recent = [one for one in kept if point.start - one.start <= p.window_h * HOUR] + [point]
        if filled:
            return -math.inf
        full = self.recent[0].cold if missing(point.full) else point.full
        rates = []
        for one, other in combinations(self.recent, 2):
            days = (other.start - one.start) / DAY
            if abs(days - max(round(days), 1)) * 24 <= p.beside_h:
                rates.append((one.cold - other.cold) / full * 100 / days)
        if point.start - self.recent[0].start < p.least_h * HOUR or len(rates) < p.pairs:
            return None
        middle = sorted(rates)[(len(rates) - 1) // 2]
        return middle if self.steady(full) >= p.steady_pct else min(middle, 0.0)

    def steady(self, full: float) -> float:
        """% a day lost besides the largest step."""
        steps = [
            (one.cold - other.cold, other.start, (other.start - one.start) / DAY)
            for one, other in pairwise(self.recent)
        ]
        step, _, days = max(steps)
        first, last = self.recent[0], self.recent[-1]
        besides = (last.start - first.start) / DAY - days
        return (first.cold - last.cold - step) / full * 100 / besides if besides > 0 else -math.inf
