"""Ticks: whole minutes of the clock, each on record, at which what only time brings about is done."""

import math
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection

from streams.store.store import Commit

TICK_S = 60.0


class Ticker(Protocol):
    """Adds to a commit what has become due by ``now`` (UTC epoch s), a whole minute.

    It keeps nothing that it could not read again from ``connection``, and a second call with the same ``now`` changes
    nothing: what it did is in the same commit as the tick. Minutes may be left out (a stopped service, a fast feed),
    so what is due is dated by when it fell due, not by ``now``.
    """

    def __call__(self, now: float, connection: Connection, into: Commit) -> None: ...


class Ticks:
    """Says when the next minute of ``clock`` (UTC epoch s; -inf: not known yet) has begun."""

    def __init__(self, clock: Callable[[], float], last: float = -math.inf) -> None:
        self.clock, self.last = clock, last

    def due(self) -> float | None:
        """The minute that has begun, once; None while it is still the one before, or the clock was set back."""
        now = self.clock()
        if not math.isfinite(now):
            return None
        minute = now // TICK_S * TICK_S
        if minute <= self.last:
            return None
        self.last = minute
        return minute
