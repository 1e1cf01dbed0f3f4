"""Counts: one limit's count over a person's driving, piece by piece; all times and lengths in whole ms.

Sums of whole ms are exact, so that 4 h 30 are not more than 4 h 30. Each class tells when its count starts afresh.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from streams.hours.calendars import nights, period
from streams.hours.limits import Limit, Rest

WEEK = 7


def ms(seconds: float) -> int:
    """Whole ms."""
    return round(seconds * 1000)


class Piece(NamedTuple):
    """A stretch of driving after all before it."""

    start: int  # UTC epoch ms
    end: int
    vehicle: Any
    zone: str  # of the vehicle's fleet
    passenger: bool  # the vehicle carries passengers
    sparse: bool


class Episode(NamedTuple):
    """A count that passed level 1: it starts where it did and ends with the last driving before it starts afresh."""

    kind: str
    start: float  # UTC epoch s, at the wheel
    end: float | None  # None while it is not known to be over
    reached: tuple[float, ...]  # instants at which levels 1, 2, 3 were passed, as far as they were
    threshold_s: float  # of the highest level passed
    counted_s: float  # the count at its highest
    vehicle: Any  # driven at the start
    sparse: bool

    @property
    def level(self) -> int:
        return len(self.reached)


class Count:
    """From rest to rest."""

    def __init__(self, limit: Limit) -> None:
        self.limit, self.rest = limit, limit.rest or Rest(float("inf"))
        self.levels = -ms(limit.notice_s), 0, ms(limit.severe_s)
        self.done: list[Episode] = []
        self.last: int | None = None  # end of the last driving
        self.began = 0  # first driving of the count
        self.driven = self.peak = 0
        self.reached: tuple[tuple[int, int], ...] = ()  # (instant, threshold) by level
        self.vehicle: Any = None
        self.sparse = False
        self.paused = False  # the first part of a split rest has been taken
        self.reduced = 0  # shorter rests taken since a long one
        self.extended = (-1, 0)  # week, and how often the limit was extended in it

    def copy(self) -> Self:
        """One that goes on by itself, and has nothing done yet."""
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__  # copy.copy takes six times as long
        other.done = []
        return other

    def take(self, piece: Piece) -> None:
        """Go on with driving after all that was taken before."""
        if self.limit.passenger and not piece.passenger:
            return
        for part in self._parts(piece):
            self._go_on(part)
            self._drive(part)

    def pause(self, until: Piece) -> None:
        """Off the wheel since the last driving, up to the start of ``until``, from where one might drive on."""
        if self.last is not None:
            self._go_on(until)
            self.last = until.start

    def stand(self, start: int, end: int) -> None:
        """Standing with the ignition on means nothing, unless hours on duty are counted."""

    def lasting(self) -> Episode:
        """The episode of what was passed so far."""
        return self._episode(None)

    @property
    def standing(self) -> tuple[float, float]:
        """What is counted up to the last driving, and how much is allowed, s."""
        return (0 if self.last is None else self._count(self.last)) / 1000, self._most() / 1000

    def _go_on(self, part: Piece) -> None:
        """Begin; after a rest, afresh."""
        if self.last is None:
            self._begin(part)
        elif self._afresh(part.start - self.last, part):
            self._close()
            self._begin(part)

    def _parts(self, piece: Piece) -> Iterable[Piece]:
        if self.limit.night is None:
            return (piece,)
        spans = nights(piece.start, piece.end, self.limit.night, piece.zone)
        return (piece._replace(start=start, end=end) for start, end in spans)

    def _afresh(self, pause: int, _part: Piece) -> bool:
        """Whether a pause was a rest; it may also be the first part of one."""
        rest, seconds = self.rest, pause / 1000
        split = rest.split or (rest.full_s, rest.full_s)
        enough = seconds >= rest.full_s or (self.paused and seconds >= split[1])
        if not enough and self.reduced < rest.reduced_times and seconds >= rest.reduced_s:
            enough = True
            self.reduced += 1
        if rest.renew_s and seconds >= rest.renew_s:
            self.reduced = 0
        self.paused = not enough and (self.paused or seconds >= split[0])
        return enough

    def _begin(self, part: Piece) -> None:
        self.began = part.start
        if self.limit.extended_times:
            week, _ = period(part.start, WEEK, "UTC")
            self.extended = (week, self.extended[1] if week == self.extended[0] else 0)

    def _close(self) -> None:
        """The count is over."""
        if self.reached:
            self.done.append(self._episode(self.last))
        if self.limit.extended_times and self.driven > ms(self.limit.most_s):
            self.extended = (self.extended[0], self.extended[1] + 1)
        self.driven, self.peak, self.reached, self.sparse = 0, 0, (), False

    def _drive(self, part: Piece) -> None:
        most = self._most()
        self.sparse |= part.sparse
        for more in self.levels[len(self.reached) :]:
            at = self._passes(part, most + more)
            if at is None:
                break
            if not self.reached:
                self.vehicle = part.vehicle
            self.reached = (*self.reached, (at, most + more))
        self._add(part)
        self.peak = max(self.peak, self._count(part.end))

    def _add(self, part: Piece) -> None:
        self.driven += part.end - part.start
        self.last = part.end

    def _most(self) -> int:
        """The limit as it stands."""
        limit, rest = self.limit, self.rest
        if limit.within_s:
            split = rest.split[1] if rest.split and self.paused else rest.full_s
            reduced = rest.reduced_s if self.reduced < rest.reduced_times else rest.full_s
            return ms(limit.within_s - min(rest.full_s, split, reduced))
        return ms(limit.extended_s if self.extended[1] < limit.extended_times else limit.most_s)

    def _count(self, at: int) -> int:
        """The count at the start, or at the end, of the driving being taken."""
        return self.driven if self.limit.counts == "driving" else at - self.began

    def _passes(self, part: Piece, threshold: int) -> int | None:
        """First instant of ``part`` from which the count is greater than ``threshold``; None: it never is."""
        left = threshold - self._count(part.start)
        return part.start + max(left, 0) if part.end - part.start > left else None

    def _episode(self, end: int | None) -> Episode:
        instants = tuple(at / 1000 for at, _ in self.reached)
        ended = None if end is None else end / 1000
        threshold = self.reached[-1][1] / 1000
        return Episode(
            self.limit.kind, instants[0], ended, instants, threshold, self.peak / 1000, self.vehicle, self.sparse
        )
