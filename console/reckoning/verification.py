"""Verification: the whole ledger gone through on a thread of its own; who asks waits a little, and is told how far."""

import threading

from console.gate.problems import Problem
from console.world import World
from pricing.ledger.seal import Good
from streams.ledger.chains import LedgerError
from streams.ledger.verifying import Verified, verify

PATIENCE_S = 2.0  # that a request waits: it holds a place that others need


class Verification:
    """One that is under way, or over."""

    def __init__(self, world: World, replay: bool) -> None:
        self.policies = self.of = 0  # gone through, of all
        self._world, self._replay = world, replay
        self._found: Verified | None = None
        self._refused: LedgerError | None = None  # it cannot be read as a ledger at all
        self._over = threading.Event()
        threading.Thread(target=self._run, name="verification", daemon=True).start()

    def wait(self) -> bool:
        """Whether it is over by now."""
        return self._over.wait(PATIENCE_S)

    @property
    def found(self) -> Verified:
        """What became of it, once it is over."""
        if self._refused is not None:
            raise self._refused
        if self._found is None:
            raise Problem(500, "internal", "the ledger could not be gone through; the log of the service says why")
        return self._found

    def _run(self) -> None:
        said = self._world.config
        try:
            good, approved = (_checker(one.check_key) for one in (said.ledger, said.tariff))
            with self._world.store.reading() as connection:
                self._found = verify(connection, good, self._replay, approved=approved, told=self._tell)
        except LedgerError as error:
            self._refused = error
        finally:
            self._over.set()

    def _tell(self, policies: int, of: int) -> None:
        self.policies, self.of = policies, of


class Verifications:
    """At most one at a time of each kind; what became of one is told once, so that whoever asks next looks again."""

    def __init__(self) -> None:
        self._lock, self._running = threading.Lock(), dict[bool, Verification]()

    def ask(self, world: World, replay: bool) -> tuple[Verification, bool]:
        """The one that is under way, or a new one, and whether it is over."""
        with self._lock:
            mine = self._running.get(replay) or Verification(world, replay)
            self._running[replay] = mine
        over = mine.wait()
        with self._lock:
            if over and self._running.get(replay) is mine:
                del self._running[replay]
        return mine, over


def verifications(world: World) -> Verifications:
    """Those of ``world``."""
    found: Verifications = world.shelf.setdefault("verifications", Verifications())
    return found


def _checker(key: str) -> Good | None:
    if not key:
        return None
    from streams.keys import checker  # cryptography, which those without signatures need not have

    return checker(key)
