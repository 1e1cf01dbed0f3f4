"""Unsaved: how far the store is behind the vehicles - their states, and the rows of what is still open."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice

import numpy as np

from streams import chain
from streams.pipeline import Pipeline
from streams.record import Record
from streams.store import upkeep
from streams.store.store import Commit


class Unsaved:
    """Vehicles that have moved on since their state was saved, and since their open rows were told.

    States are saved all at once, with the position they belong to: that is what a restart goes on from. Open trips,
    segments and hours are told a few vehicles at a time: all at once would take 30 us a vehicle, and nothing is
    taken meanwhile.
    """

    def __init__(self, pipeline: Pipeline, record: Record, after_s: float, after_samples: int) -> None:
        self.pipeline, self.record, self.after_s, self.after_samples = pipeline, record, after_s, after_samples
        self._changed: set[int] = set()  # slots whose state is behind
        self._samples = 0
        self._saved_at = time.monotonic()
        self.saved_time = time.time()  # before the first time: since when nothing has been
        self._untold: OrderedDict[int, float] = OrderedDict()  # slots whose open rows are behind, and since when

    def __len__(self) -> int:
        """Vehicles whose state is behind."""
        return len(self._changed)

    def moved(self, slots: Iterable[int], samples: int = 0) -> None:
        """These have moved on, by so many samples."""
        now = time.monotonic()
        for slot in slots:
            self._changed.add(slot)
            self._untold.setdefault(slot, now)
        self._samples += samples

    def loaded(self, slots: Iterable[int]) -> None:
        """The states of these are what was saved; how far they were told nobody knows."""
        self._untold.update(dict.fromkeys(slots, time.monotonic()))

    def tell(self, commit: Commit, most: int) -> bool:
        """Tell the open rows of up to ``most`` vehicles that have waited long enough, the longest first."""
        due = time.monotonic() - self.after_s
        return self._tell(commit, [slot for slot, since in islice(self._untold.items(), most) if since <= due])

    def tell_all(self, commit: Commit) -> bool:
        """Tell all open rows."""
        return self._tell(commit, list(self._untold))

    def _tell(self, commit: Commit, slots: list[int]) -> bool:
        for slot in slots:
            del self._untold[slot]
        if slots:
            self.record.flush(self.pipeline.state, np.array(sorted(slots), np.int64), commit)
        return bool(slots)

    def due(self) -> bool:
        """Whether state has gone unsaved for long enough, or for enough samples."""
        age = time.monotonic() - self._saved_at
        return bool(self._changed) and (age >= self.after_s or self._samples >= self.after_samples)

    def save(self, commit: Commit, position: int) -> None:
        """Save all states; ``position`` is that of the last payload they have seen."""
        state = self.pipeline.state
        commit.upsert(upkeep.states, [{"slot": slot, "body": state[slot].tobytes()} for slot in sorted(self._changed)])
        commit.upsert(upkeep.snapshots, [{"id": 1, "position": position, "fingerprint": chain.fingerprint()}])
        self._changed.clear()
        self._samples, self._saved_at, self.saved_time = 0, time.monotonic(), time.time()
