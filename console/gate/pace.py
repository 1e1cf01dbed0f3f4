"""Pace: how many requests one login or token may send, so that nobody's script keeps the others waiting."""

import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

PER_S = 100.0  # ours: a tab asks 2 a second at most, a script that reads page by page some 20
AT_ONCE = 2_000.0  # a wall of screens that all come back at once
ABREAST, WAITING = 2, 32  # long requests of one login at work, and in all: a browser asks six things at a time
KEPT = 10_000  # logins and tokens remembered


class Pace:
    """A bucket for each: a request takes one, ``per_s`` come back, up to ``at_once``."""

    def __init__(
        self, per_s: float = PER_S, at_once: float = AT_ONCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_s, self.at_once, self._clock = per_s, at_once, clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}  # how many are left, as at when

    def wait(self, name: str) -> float:
        """Seconds until ``name`` may send another request; 0: it may now, and this is it."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(name, (self.at_once, now))
            left = min(left + (now - at) * self.per_s, self.at_once)
            self._left[name] = (left - 1.0 if left >= 1.0 else left, now)
            while len(self._left) > KEPT:
                self._left.pop(next(iter(self._left)))
        return max(1.0 - left, 0.0) / self.per_s


class BusyError(Exception):
    """Somebody asks for more than is begun for them."""


class Lanes:
    """Long requests: each login has a lane of its own, so that one that asks much stands in nobody's way."""

    def __init__(self) -> None:
        self._there: Counter[str] = Counter()
        self._lanes: dict[str, anyio.CapacityLimiter] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for one; ``BusyError`` where too many of ``name`` wait already."""
        if self._there[name] >= WAITING:
            raise BusyError(f"{WAITING} long requests are at work already")
        self._there[name] += 1
        try:
            async with self._lanes.setdefault(name, anyio.CapacityLimiter(ABREAST)):
                yield
        finally:
            self._there[name] -= 1
            if not self._there[name]:
                del self._there[name]
                self._lanes.pop(name, None)
