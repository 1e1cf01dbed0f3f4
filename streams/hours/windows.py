"""Windows: counts within days or weeks, and over the last so many hours, where others go from rest to rest."""

from collections import deque
from collections.abc import Iterable
from typing import Self

from streams.hours.calendars import period
from streams.hours.counts import Count, Piece, ms
from streams.hours.limits import Calendar, Limit

APART = 2  # days by which local clocks may differ: one may be 14 h ahead of UTC, another 12 h behind


class CalendarCount(Count):
    """Within days or weeks counted together; afresh with each day or week, and after a rest if the limit has one."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.calendar = limit.calendar or Calendar(1, 1, "utc")
        self.number = -1  # of the day or week of the count
        self.sums: dict[int, int] = {}  # driven in days or weeks that count, or may by another clock, by number
        self.before = 0  # of which in those counted
        self.stood: tuple[tuple[int, int], ...] = ()  # with the ignition on, since the last driving or during it

    def copy(self) -> Self:
        other = super().copy()
        other.sums = dict(self.sums)
        return other

    def stand(self, start: int, end: int) -> None:
        """Remember standing on duty until it is known how long the stop is."""
        if self.limit.counts == "duty":
            self.stood = (*self.stood, (start, end))

    def take(self, piece: Piece) -> None:
        """Go on with driving, and before it with what was stood on duty in the stop, if that was no rest."""
        self._stand_until(piece)
        super().take(piece)

    def pause(self, until: Piece) -> None:
        """The same without driving."""
        self._stand_until(until)
        super().pause(until)

    def _stand_until(self, piece: Piece) -> None:
        if self.last is not None and piece.start - self.last < ms(self.limit.off_s):
            at = self.last
            for start, end in self.stood:
                for part in self._parts(piece._replace(start=max(start, at), end=min(end, piece.start))):
                    self._turn(part)
                    self.driven += part.end - part.start
                at = max(at, end)
        self.stood = tuple(one for one in self.stood if one[1] > piece.end)

    def _turn(self, part: Piece) -> None:
        """Begin the day or week of ``part``, if another one was counted so far."""
        if self._period(part.start, part)[0] != self.number:
            self._close()
            self._begin(part)

    def _period(self, at: int, piece: Piece) -> tuple[int, int]:
        return period(at, self.calendar.days, piece.zone if self.calendar.clock == "fleet" else "UTC")

    def _parts(self, piece: Piece) -> Iterable[Piece]:
        at = piece.start
        while at < piece.end:
            until = min(self._period(at, piece)[1], piece.end)
            yield piece if until - at == piece.end - piece.start else piece._replace(start=at, end=until)
            at = until

    def _afresh(self, pause: int, part: Piece) -> bool:
        rested = super()._afresh(pause, part)
        if rested:
            self.sums, self.driven = {}, 0
        return rested or self._period(part.start, part)[0] != self.number

    def _close(self) -> None:
        self.sums[self.number] = self.sums.get(self.number, 0) + self.driven
        super()._close()

    def _begin(self, part: Piece) -> None:
        self.number = self._period(part.start, part)[0]
        oldest = self.number - self.calendar.periods
        self.before = sum(driven for number, driven in self.sums.items() if number > oldest)
        # the next vehicle's clock may still show an earlier day, in which older ones count
        self.sums = {number: driven for number, driven in self.sums.items() if number > oldest - APART}

    def _count(self, _at: int) -> int:
        return self.before + self.driven


class RollingCount(Count):
    """Over the last so many hours; afresh once it has fallen as far below level 1 as level 1 is below the limit."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.window = ms(limit.rolling_s)
        self.pieces: deque[tuple[int, int]] = deque()  # driving of the window, the oldest perhaps in part
        self.total = 0  # of all these

    def copy(self) -> Self:
        other = super().copy()
        other.pieces = self.pieces.copy()
        return other

    def _afresh(self, pause: int, part: Piece) -> bool:
        return pause > 0 and self._count(part.start) <= self._most() + 2 * self.levels[0]

    def _add(self, part: Piece) -> None:
        super()._add(part)
        self.pieces.append((part.start, part.end))
        self.total += part.end - part.start

    def _count(self, at: int) -> int:
        """Driving of the window that ends at ``at``."""
        while self.pieces and self.pieces[0][1] <= at - self.window:
            start, end = self.pieces.popleft()
            self.total -= end - start
        return self.total - (max(at - self.window - self.pieces[0][0], 0) if self.pieces else 0)

    def _passes(self, part: Piece, threshold: int) -> int | None:
        at, count = part.start, self._count(part.start)
        if count > threshold or count + part.end - at <= threshold:
            return at if count > threshold else None
        for start, end in (*self.pieces, part[:2]):  # what the window leaves behind: the count stands still meanwhile
            rises = max(min(start + self.window, part.end) - at, 0)
            if count + rises > threshold:
                return at + threshold - count
            count += rises
            at = max(at + rises, min(end + self.window, part.end))
        return None
