"""Pace: how many requests one session or token may send, so that nobody's script keeps the others waiting."""

import threading
import time
from collections.abc import Callable

PER_S = 100.0  # ours: a tab asks 2 a second at most, a script that reads page by page some 20
AT_ONCE = 2_000.0  # a wall of screens that all come back at once
KEPT = 10_000  # sessions and tokens remembered


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
