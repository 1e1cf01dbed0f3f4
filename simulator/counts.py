"""Counts: one driver's driving against one limit of the law, from rest to rest, by the week or day, over some hours."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from simulator.limits import Limit

Floats = npt.NDArray[np.float64]
Span = tuple[float, float]

HOUR, WEEK = 3_600.0, 604_800.0  # s
MONDAY = 345_600.0  # UTC epoch s of the first one
NIGHT = (22, 6)  # local hours
STEP = 1.0  # s to which it is known when a level was passed
OFF = 7.0  # h of a stop from which on it is off duty, whatever the engine does; as hours.duty_off_min


@dataclass
class Episode:
    """A count that passed level 1, from there to the last driving of the count so far."""

    limit: Limit
    start: float  # UTC epoch s
    end: float
    level: int
    peak: float  # h
    threshold: float  # h, of the level


class Count:
    """One driver against one limit, from rest to rest; it remembers no more than the next stretch needs."""

    def __init__(self, limit: Limit, zone: str) -> None:
        self.limit, self.zone = limit, ZoneInfo(zone)
        self.last, self.begun, self.driven = -np.inf, 0.0, 0.0
        self.paused, self.reduced = False, 0
        self.extended = -1, 0  # week, and how many long days it has had
        self.episode: Episode | None = None

    def take(self, start: float, end: float) -> Iterator[Episode]:
        """Go on with driving after all so far; the episodes it belongs to."""
        for a, b in self._parts(start, end):
            if self._afresh(a, (a - self.last) / HOUR):
                self._begin(a)
            self._drive(a, b)
            if self.episode:
                yield self.episode

    def stand(self, spans: list[Span]) -> None:
        """Standing with the ignition on means nothing, unless hours on duty are counted."""

    def _parts(self, start: float, end: float) -> Iterator[Span]:
        """Of a stretch, what counts."""
        if not self.limit.night:
            yield start, end
            return
        first = datetime.fromtimestamp(start, self.zone).replace(minute=0, second=0, microsecond=0)
        for day in (-1, 0, 1):
            evening = (first + timedelta(days=day)).replace(hour=NIGHT[0])
            morning = (evening + timedelta(days=1)).replace(hour=NIGHT[1])
            a, b = max(start, evening.timestamp()), min(end, morning.timestamp())
            if a < b:
                yield a, b

    def _afresh(self, _at: float, pause: float) -> bool:
        """Whether a pause (h) was a rest; it may also be the first part of one."""
        limit, short = self.limit, self.limit.reduced
        first, second = limit.split or (limit.rest, limit.rest)
        rested = pause >= limit.rest or (self.paused and pause >= second)
        if short and not rested and self.reduced < short.times and pause >= short.least:
            rested, self.reduced = True, self.reduced + 1
        if short and pause >= short.renewed:
            self.reduced = 0
        self.paused = not rested and (self.paused or pause >= first)
        return rested

    def _begin(self, at: float) -> None:
        week, days = self.extended
        days += self.driven > HOUR * self.limit.most
        now = _week(at)
        self.extended = now, days if now == week else 0
        self.begun, self.driven, self.episode = at, 0.0, None

    def _most(self) -> float:
        """h allowed as it stands."""
        limit, short = self.limit, self.limit.reduced
        if limit.within:
            split = limit.split[1] if limit.split and self.paused else limit.rest
            return limit.within - min(
                limit.rest, split, short.least if short and self.reduced < short.times else np.inf
            )
        return limit.extended if limit.extended and self.extended[1] < 2 else limit.most

    def _drive(self, start: float, end: float) -> None:
        most, limit = self._most(), self.limit
        levels = most - limit.notice, most, most + limit.beyond
        self._add(start, end)
        reached = float(self._hours(np.array([end]))[0])
        if not self.episode and reached > levels[0]:
            at = np.append(np.arange(start, end, STEP), end)
            passed = float(at[np.argmax(self._hours(at) > levels[0])])
            self.episode = Episode(limit, passed, end, 1, reached, levels[0])
        if one := self.episode:
            one.end, one.peak = end, max(one.peak, reached)
            level = sum(reached > bound for bound in levels)
            if level > one.level:
                one.level, one.threshold = level, levels[level - 1]

    def _add(self, start: float, end: float) -> None:
        self.driven += end - start
        self.last = end

    def _hours(self, at: Floats) -> Floats:
        """The count at instants of the stretch that was added last."""
        return np.asarray((at - self.begun if self.limit.elapsed else self.driven - (self.last - at)) / HOUR)


class Calendar(Count):
    """By the week or day, with those before it that count too."""

    def __init__(self, limit: Limit, zone: str) -> None:
        super().__init__(limit, zone)
        self.number, self.before = -1, deque[float](maxlen=max(limit.weeks, limit.days) - 1)

    def _parts(self, start: float, end: float) -> Iterator[Span]:
        while start < end:
            until = min(end, self._until(start))
            yield start, until
            start = until

    def _number(self, at: float) -> int:
        return _week(at)

    def _until(self, at: float) -> float:
        """The end of the week or day in which an instant lies."""
        return MONDAY + WEEK * (_week(at) + 1)

    def _afresh(self, at: float, _pause: float) -> bool:
        return self._number(at) != self.number

    def _begin(self, at: float) -> None:
        now = self._number(at)
        for gone in range(min(now - self.number, max(self.limit.weeks, self.limit.days))):
            self.before.append(self.driven if gone == 0 else 0.0)
        self.number = now
        super()._begin(at)

    def _hours(self, at: Floats) -> Floats:
        return np.asarray(super()._hours(at) + sum(self.before) / HOUR)


class Duty(Calendar):
    """By the local day, on duty: standing with the ignition on between two drives counts once driving goes on."""

    def __init__(self, limit: Limit, zone: str) -> None:
        super().__init__(limit, zone)
        self.stood: list[Span] = []

    def stand(self, spans: list[Span]) -> None:
        self.stood += spans

    def take(self, start: float, end: float) -> Iterator[Episode]:
        if start - self.last < OFF * HOUR:
            for since, until in self.stood:
                for a, b in self._parts(max(since, self.last), min(until, start)):
                    if super()._afresh(a, 0.0):
                        self._begin(a)
                    self.driven += b - a
        self.stood = [span for span in self.stood if span[1] > end]
        yield from super().take(start, end)

    def _number(self, at: float) -> int:
        return datetime.fromtimestamp(at, self.zone).toordinal()

    def _until(self, at: float) -> float:
        day = date.fromordinal(self._number(at) + 1)
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()

    def _afresh(self, at: float, pause: float) -> bool:
        if pause >= self.limit.rest:
            self.before.clear()
            self.driven = 0.0
            return True
        return super()._afresh(at, pause)


class Window(Count):
    """Over the last so many hours; afresh once it has fallen twice the notice below the limit."""

    def __init__(self, limit: Limit, zone: str) -> None:
        super().__init__(limit, zone)
        self.spans: deque[Span] = deque()

    def _afresh(self, at: float, pause: float) -> bool:
        return pause > 0 and float(self._hours(np.array([at]))[0]) <= self.limit.most - 2 * self.limit.notice

    def _add(self, start: float, end: float) -> None:
        super()._add(start, end)
        self.spans.append((start, end))
        while self.spans[0][1] <= start - HOUR * self.limit.window:
            self.spans.popleft()

    def _hours(self, at: Floats) -> Floats:
        if not self.spans:
            return np.zeros(len(at))
        knots = np.ravel(self.spans)
        driven = np.cumsum(np.diff(knots, prepend=knots[0]) * (np.arange(len(knots)) % 2))
        oldest = at - HOUR * self.limit.window
        return np.asarray((np.interp(at, knots, driven) - np.interp(oldest, knots, driven)) / HOUR)


def _week(at: float) -> int:
    """Number of the week, from Monday 0:00 UTC on."""
    return int((at - MONDAY) // WEEK)


def count(limit: Limit, zone: str) -> Count:
    """Of a limit, in a time zone, with nothing driven yet."""
    if limit.days:
        return Duty(limit, zone)
    return Calendar(limit, zone) if limit.weeks else Window(limit, zone) if limit.window else Count(limit, zone)
