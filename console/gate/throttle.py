"""Throttle: how often somebody may try a password; what fails costs longer and longer."""

import threading
import time
from collections.abc import Callable

FREE = 5  # failures that cost nothing
CROWD = 50  # the same of an address, whoever tries from there: an office has one
FIRST_S, MOST_S = 2.0, 900.0  # then so long, doubled each time
FORGOTTEN_S = 3_600.0  # without a failure since the last wait was over
KEPT = 10_000  # names and addresses remembered


class Throttle:
    """Counts failures by name and by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failed: dict[str, tuple[int, float]] = {}  # how often, and until when it has to wait
        self._right: dict[str, bool] = {}  # the latest last

    def wait(self, *keys: str) -> float:
        """Seconds until one of ``keys`` may try again; 0: now."""
        with self._lock:
            return max([0.0, *[self._failed.get(key, (0, 0.0))[1] - self._clock() for key in keys]])

    def failed(self, key: str, free: int = FREE) -> None:
        """A try of this went wrong."""
        with self._lock:
            times, until = self._failed.pop(key, (0, self._clock()))
            times = 1 if self._clock() - until > FORGOTTEN_S else times + 1
            pause = min(FIRST_S * 2.0 ** min(times - free, 30), MOST_S) if times > free else 0.0
            self._failed[key] = (times, self._clock() + pause)
            while len(self._failed) > KEPT:
                self._failed.pop(next(iter(self._failed)))

    def passed(self, key: str) -> None:
        """This one got it right."""
        with self._lock:
            self._failed.pop(key, None)
            self._right.pop(key, None)
            self._right[key] = True
            while len(self._right) > KEPT:
                self._right.pop(next(iter(self._right)))

    def known(self, key: str) -> bool:
        """Whether it has been right before."""
        with self._lock:
            return key in self._right
