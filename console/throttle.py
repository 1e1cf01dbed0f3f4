"""Throttle: how often somebody may try a password; what fails costs longer and longer."""

import threading
import time
from collections.abc import Callable

FREE = 5  # failures that cost nothing
FIRST_S, MOST_S = 2.0, 900.0  # then so long, doubled each time
KEPT = 10_000  # names and addresses remembered


class Throttle:
    """Counts failures by name and by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}  # how often, and until when it has to wait

    def wait(self, *keys: str) -> float:
        """Seconds until one of ``keys`` may try again; 0: now."""
        with self._lock:
            return max([0.0, *[self._failed.get(key, (0, 0.0))[1] - self._clock() for key in keys]])

    def failed(self, *keys: str) -> None:
        """A try of these went wrong."""
        with self._lock:
            for key in keys:
                times = self._failed.pop(key, (0, 0.0))[0] + 1
                pause = min(FIRST_S * 2.0 ** min(times - FREE, 30), MOST_S) if times > FREE else 0.0
                self._failed[key] = (times, self._clock() + pause)
            while len(self._failed) > KEPT:
                self._failed.pop(next(iter(self._failed)))

    def passed(self, *keys: str) -> None:
        """These got it right."""
        with self._lock:
            for key in keys:
                self._failed.pop(key, None)
