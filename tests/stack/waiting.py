"""Waiting: for a condition that is to come true, and not a moment longer."""

import time
from collections.abc import Callable
from threading import Event


def wait_for(
    condition: Callable[[], object], within: float, said: Callable[[], object] = lambda: "", every: float = 0.05
) -> None:
    """Return once ``condition()`` holds; fail with what ``said()`` tells if it does not ``within`` so many s."""
    end, tick = time.monotonic() + within, Event()
    while not condition():
        assert time.monotonic() < end, f"it did not come true within {within:g} s: {said()}"
        tick.wait(every)
