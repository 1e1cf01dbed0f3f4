"""Late: vehicles with data their state has not seen, until that data has come to rest and is settled."""

import time
from dataclasses import dataclass

import numpy as np

from devices.samples import Floats, Ints
from streams.store import upkeep
from streams.store.store import Commit


@dataclass
class _Waiting:
    since: float  # t of the earliest sample the state has not seen
    first: float  # when that was heard of, monotonic s
    latest: float


class Late:
    """Vehicles wait ``after`` s for more of the kind, though no longer than ``within`` s."""

    def __init__(self, after: float, within: float) -> None:
        self.after, self.within = after, within
        self._waiting: dict[int, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, slot: int, since: float) -> float:
        """A vehicle has data from ``since`` on; the earliest of all there is."""
        now = time.monotonic()
        one = self._waiting.setdefault(slot, _Waiting(since, now, now))
        one.since, one.latest = min(one.since, since), now
        return one.since

    def put_off(self, slot: int, since: float, commit: Commit) -> None:
        """Leave a vehicle to settling, on record too."""
        commit.upsert(upkeep.dirty, [{"slot": slot, "since": self.add(slot, since)}])

    def put_off_all(self, slots: Ints, t: Floats, commit: Commit) -> None:
        """Leave vehicles to settling, each from the earliest of its ``t`` on."""
        for slot in np.unique(slots).tolist():
            self.put_off(slot, float(t[slots == slot].min()), commit)

    def take(self, at_once: bool = False) -> tuple[int, float] | None:
        """Slot and earliest t of one whose data has come to rest (or of any, ``at_once``); it waits no more."""
        now = time.monotonic()
        for slot, one in self._waiting.items():
            if at_once or now - one.latest >= self.after or now - one.first >= self.within:
                return slot, self._waiting.pop(slot).since
        return None
