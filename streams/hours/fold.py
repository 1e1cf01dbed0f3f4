"""Fold: one person's driving in all vehicles, interval by interval, through all limits of a rule set."""

from collections.abc import Iterable
from copy import copy
from typing import Any, NamedTuple, Self

from streams.hours.counts import Count, Episode, Piece, ms
from streams.hours.limits import HoursRules, Limit
from streams.hours.windows import CalendarCount, RollingCount

AHEAD_S = 4 * 3600.0


class Interval(NamedTuple):
    """One stretch of driving, or of standing with the ignition on, by one person."""

    start: float  # UTC epoch s
    end: float
    vehicle: Any  # of two that begin and end together the lower one comes first
    zone: str = "UTC"  # of the vehicle's fleet
    passenger: bool = False  # the vehicle carries passengers
    sparse: bool = False  # stops in it may have been longer than they seemed
    idle: bool = False  # standing with the ignition on


def person(driver: int, slot: int) -> int:
    """Key of whose hours an interval counts to: the driver, or the vehicle where the driver is unknown (negative)."""
    return driver if driver >= 0 else -1 - slot


class Fold:
    """What a rule set makes of intervals taken in order; a copy goes on by itself."""

    def __init__(self, rules: HoursRules) -> None:
        self.counts = [_count(limit) for limit in rules.limits]
        self.until = -(10**18)  # ms, end of all driving so far

    def copy(self) -> Self:
        """One that goes on by itself; it finds what is over from now on."""
        other = copy(self)
        other.counts = [count.copy() for count in self.counts]
        return other

    def take(self, interval: Interval) -> None:
        """Go on with ``interval``, not earlier than any taken before; where two overlap the first keeps the time.

        Standing takes no time from driving; it counts once it is followed by driving.
        """
        if interval.idle:
            for count in self.counts:
                count.stand(ms(interval.start), ms(interval.end))
            return
        start, end = max(ms(interval.start), self.until), ms(interval.end)
        if end > start:
            piece = Piece(start, end, interval.vehicle, interval.zone, interval.passenger, interval.sparse)
            for count in self.counts:
                count.take(piece)
            self.until = end

    def rested(self, until: float, zone: str) -> Self:
        """A copy that was off the wheel since its last driving, up to ``until`` (UTC epoch s) by this local clock."""
        other, at = self.copy(), max(ms(until), self.until)
        for count in other.counts:
            count.pause(Piece(at, at, None, zone, passenger=True, sparse=False))
        return other

    def over(self) -> list[Episode]:
        """Episodes that are over since the copy was made."""
        return [episode for count in self.counts for episode in count.done]

    def lasting(self) -> list[Episode]:
        """Episodes that may go on."""
        return [count.lasting() for count in self.counts if count.reached]

    def passes_next(self, now: Interval) -> float:
        """Instant up to which ``now``, the last one taken, may go on before anything is passed; at most ``AHEAD_S``."""
        ahead = self.copy()
        ahead.take(now._replace(start=now.end, end=now.end + AHEAD_S))
        before = {(count.limit.kind, at) for count in self.counts for at, _ in count.reached}
        after = {(count.limit.kind, at) for count in ahead.counts for at, _ in count.reached}
        after |= {(one.kind, ms(at)) for one in ahead.over() for at in one.reached}
        return min((at / 1000 for _, at in after - before), default=now.end + AHEAD_S)


def episodes(intervals: Iterable[Interval], rules: HoursRules) -> list[Episode]:
    """The episodes of one person's driving ``intervals`` (any order; an open one goes up to its last driving)."""
    fold = Fold(rules)
    for interval in sorted(intervals):
        fold.take(interval)
    return sorted([*fold.over(), *fold.lasting()], key=lambda one: (one.start, one.kind))


def _count(limit: Limit) -> Count:
    if limit.calendar is not None:
        return CalendarCount(limit)
    return RollingCount(limit) if limit.rolling_s else Count(limit)
