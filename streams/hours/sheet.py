"""Sheet: one person's driving, the fold of it as far as it is settled, and what was told of it."""

from array import array
from collections.abc import Callable
from typing import Any, NamedTuple

from streams.hours.counts import Episode, ms
from streams.hours.fold import Interval
from streams.hours.limits import HoursRules
from streams.hours.succession import Folds, Succession, always

Row = dict[str, Any]
Mark = tuple[int, float]  # slot, start
RowOf = Callable[[Episode], Row]
Make = Callable[[int, float, float, int], Interval]
SPARSE, IDLE = 1, 2  # bits of what is held of an interval

SILENT_S = 3600.0  # an open drive this far behind is taken as it stands; when it goes on after all, all is folded anew


class Told(NamedTuple):
    """Event rows that are new or different, those that no longer stand, and how far each open drive may come unseen."""

    rows: list[Row]
    retracted: list[Row]
    deadlines: dict[int, float]  # by slot, UTC epoch s


class _Waiting(NamedTuple):
    interval: Interval
    slot: int
    is_open: bool


class Sheet:
    """Driving in order costs one step of the fold; late driving folds what is held again from where it was put away.

    ``make(slot, start, end, bits)`` gives an interval as the registry now knows its vehicle.
    """

    def __init__(self, slot: int, make: Make) -> None:
        self.slot, self._make = slot, make  # one of the vehicles
        self.open: dict[int, Interval] = {}  # by slot
        self.events: dict[str, Row] = {}  # by id, as last told
        self._closed: dict[Mark, Interval] = {}  # not in the base
        self._taken = array("d")  # closed and in the base, in order: slot, start, end, bits; an object each is 300 B
        self._floor = -float("inf")  # driving up to here was put away, and what was told of it stands
        self._rules = always(HoursRules("", ()))
        self._old = Folds(self._rules)  # of what was put away
        self._reset()

    def _reset(self) -> None:
        """Fold anew what is held."""
        self._closed = {(one.slot, one.interval.start): one.interval for one in self._held()} | self._closed
        self._taken, self._loaded = array("d"), False
        self._base = self._old.copy()
        self._upto: Interval | None = None  # last one in it
        self._silent: dict[int, Interval] = {}  # open, and in it
        self._over: dict[str, Row] = {}  # rows of what is over by it

    def _held(self) -> list[_Waiting]:
        """Closed intervals that are in the base, or were loaded."""
        rows = [self._taken[k : k + 4] for k in range(0, len(self._taken), 4)]
        made = [self._make(int(slot), start, end, int(bits)) for slot, start, end, bits in rows]
        return [_Waiting(interval, int(row[0]), False) for interval, row in zip(made, rows, strict=True)]

    def load(self, slot: int, start: float, end: float, bits: int) -> None:
        """Begin with a closed interval; all of them are folded when there is news."""
        self._taken.extend((slot, start, end, bits))
        self._loaded = True

    def put(self, slot: int, interval: Interval) -> bool:
        """Add a closed interval; False: it is from before what is held."""
        if interval.end <= self._floor:
            return False
        if self._upto is not None and interval.start <= self._upto.start:  # heard of late, or once more
            self._reset()
        self._closed[slot, interval.start] = interval
        return True

    def drop(self, slot: int, since: float, starts: set[float]) -> bool:
        """Take out a vehicle's driving after ``since``, and that which began at ``starts``; whether there was any."""

        def is_gone(of: float, start: float, end: float) -> bool:
            return of == slot and (end > since or start in starts)

        if any(is_gone(*row) for row in zip(self._taken[0::4], self._taken[1::4], self._taken[2::4], strict=True)):
            self._reset()
        gone = [mark for mark, interval in self._closed.items() if is_gone(*mark, interval.end)]
        for mark in gone:
            del self._closed[mark]
        return bool(gone)

    def fold(self, rules: Succession, row_of: RowOf) -> Told:
        """What has become of the person's hours."""
        if rules != self._rules:
            self._rules, self._old = rules, Folds(rules)
            self._reset()
        if self._loaded:
            self._reset()
        if any(self.open.get(slot) != interval for slot, interval in self._silent.items()):
            self._reset()
        rest = self._settle()
        over = {row["event_id"]: row for row in map(row_of, self._base.over())}
        self._base = self._base.copy()
        self._over |= over
        ahead, deadlines = self._base.copy(), dict.fromkeys(self.open, -float("inf"))
        for n, one in enumerate(rest, 1):
            alone = ahead.until <= ms(one.interval.start)
            ahead.take(one.interval)
            last = all(more.interval.idle for more in rest[n:])
            if one.is_open and alone and last:  # else driving in two vehicles at once, or heard of late
                deadlines[one.slot] = ahead.passes_next(one.interval)
        lasting = {row["event_id"]: row for row in map(row_of, [*ahead.over(), *ahead.lasting()])}
        rows = [row for name, row in (over | lasting).items() if self.events.get(name) != row]
        gone = [name for name in self.events if name not in self._over and name not in lasting]
        retracted = [self.events.pop(name) for name in gone]
        self.events |= over | lasting
        return Told(rows, retracted, deadlines)

    def _waiting(self) -> list[_Waiting]:
        """What the base has not taken, in order."""
        waiting = [_Waiting(interval, slot, False) for (slot, _), interval in self._closed.items()]
        waiting += [_Waiting(one, slot, True) for slot, one in self.open.items() if slot not in self._silent]
        return sorted(waiting)

    def _settle(self) -> list[_Waiting]:
        """Take into the base all that no open drive may yet come before; what is left, in order."""
        waiting = self._waiting()
        if waiting and self._upto is not None and waiting[0].interval < self._upto:  # heard of late
            self._reset()
            waiting = self._waiting()
        newest = max([self._base.until / 1000, *(one.interval.end for one in waiting)])
        for n, one in enumerate(waiting):
            if one.is_open and one.interval.end >= newest - SILENT_S:
                return waiting[n:]
            self._base.take(one.interval)
            self._upto = one.interval
            if one.is_open:
                self._silent[one.slot] = one.interval
            else:
                del self._closed[one.slot, one.interval.start]
                bits = SPARSE * one.interval.sparse + IDLE * one.interval.idle
                self._taken.extend((one.slot, one.interval.start, one.interval.end, bits))
        return []

    def put_away(self, window: float, slack: float, row_of: RowOf) -> None:
        """Hold driving of the ``window`` only, once more than ``slack`` lies before it; its fold is kept."""
        newest = self._base.until / 1000
        if not self._taken or self._taken[2] >= newest - window - slack:
            return
        self._floor = newest - window
        away = 0
        for one in sorted([*self._held(), *(_Waiting(one, slot, True) for slot, one in self._silent.items())]):
            if one.interval.end > self._floor:
                break
            self._old.take(one.interval)
            if one.is_open:
                del self.open[one.slot], self._silent[one.slot]
            else:
                away += 1
        del self._taken[: 4 * away]
        for episode in self._old.over():
            name = row_of(episode)["event_id"]
            self.events.pop(name, None)
            self._over.pop(name, None)
        self._old = self._old.copy()
