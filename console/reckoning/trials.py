"""Trials: previews of a setting, one at a time, on a thread of its own that whoever asked may stop."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from console.gate.problems import Problem
from console.world import World

logger = logging.getLogger(__name__)

WITHIN_S = 120.0  # then what was found so far is the answer
PATIENCE_S = 0.5  # for the day of a vehicle that is at work, when the service stops
RUNNING, DONE, CUT, CANCELLED, FAILED = "running", "done", "cut", "cancelled", "failed"

Work = Callable[[Callable[[], bool]], Iterator[Any]]  # (stopping) -> what is found, again and again


@dataclass
class Trial:
    """One preview: what was asked, and what is found so far."""

    fleet_id: str
    asked: Any
    found: Any = None
    state: str = RUNNING
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    began: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def stopping(self) -> bool:
        """Whether it is to end: somebody has said so, or it has taken too long."""
        return self.cancelled.is_set() or time.monotonic() - self.began > WITHIN_S

    def run(self, work: Work) -> None:
        """Do it to its end."""
        try:
            for found in work(self.stopping):
                self.found = found
                if self.stopping():
                    break
            self.state = CANCELLED if self.cancelled.is_set() else CUT if self.stopping() else DONE
        except Exception:
            self.state = CANCELLED if self.cancelled.is_set() else FAILED
            if self.state is FAILED:
                logger.exception("console: a preview failed")


class Trials:
    """The last preview of each fleet; only one is at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, Trial] = {}
        self._thread: threading.Thread | None = None

    def of(self, fleet_id: str) -> Trial | None:
        """The last of a fleet."""
        return self._last.get(fleet_id)

    def start(self, trial: Trial, work: Work) -> Trial:
        """Begin; ``Problem`` 409 while another is at work."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise Problem(409, "preview_busy", "another preview is at work; wait for it, or stop it")
            self._last[trial.fleet_id] = trial
            self._thread = threading.Thread(target=trial.run, args=(work,), name="preview", daemon=True)
            self._thread.start()
        return trial

    def wait(self, patience: float | None = None) -> None:
        """Until nothing is at work, or for so many seconds."""
        if self._thread is not None:
            self._thread.join(patience)

    def stop(self) -> None:
        """End whatever is at work, soon."""
        for trial in list(self._last.values()):
            trial.cancelled.set()
        self.wait(PATIENCE_S)


def trials(world: World) -> Trials:
    """Those of ``world``."""
    found: Trials = world.shelf.setdefault("trials", Trials())
    return found
