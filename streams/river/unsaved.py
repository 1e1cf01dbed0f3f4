"""Unsaved: how far the store is behind the vehicles - their states, and the rows of what is still open."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import numpy as np

from streams.pipeline import saved
from streams.pipeline.pipeline import Pipeline
from streams.records.record import Record
from streams.store import upkeep
from streams.store.store import Commit


class _Behind(NamedTuple):
    """When a vehicle first moved on from what is saved of it."""

    since: float  # monotonic s
    samples: int  # of all vehicles before that
    position: int  # of the last payload before that


class Unsaved:
    """Vehicles that have moved on since their state was saved, and since their open rows were told.

    A few vehicles at a time, those that have waited longest first: all at once would take 30 us a vehicle, and nothing
    is taken meanwhile. Each state is saved with the position it belongs to. A restart goes on from the position up to
    which all are saved, and leaves out what the states of some have seen beyond it.
    """

    def __init__(self, pipeline: Pipeline, record: Record, after_s: float, after_samples: int) -> None:
        self.pipeline, self.record, self.after_s, self.after_samples = pipeline, record, after_s, after_samples
        self._changed: OrderedDict[int, _Behind] = OrderedDict()  # by slot, those whose state is behind
        self._samples = 0
        self.saved_time = time.time()  # up to when all that was taken is in saved states, epoch s
        self._untold: OrderedDict[int, float] = OrderedDict()  # slots whose open rows are behind, and since when

    def __len__(self) -> int:
        """Vehicles whose state is behind."""
        return len(self._changed)

    def moved(self, slots: Iterable[int], position: int, samples: int = 0) -> None:
        """These have moved on, by so many samples of payloads that come after ``position``."""
        now = time.monotonic()
        behind = _Behind(now, self._samples, position)
        for slot in slots:
            self._changed.setdefault(slot, behind)
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

    def save(self, commit: Commit, position: int, most: int) -> bool:
        """Save the states of up to ``most`` vehicles that have waited long enough, or through enough samples.

        ``position`` is that of the last payload they have seen.
        """
        due, samples = time.monotonic() - self.after_s, self._samples - self.after_samples
        some = islice(self._changed.items(), most)
        return self._save(commit, position, [k for k, one in some if one.since <= due or one.samples <= samples])

    def save_all(self, commit: Commit, position: int) -> None:
        """Save all states."""
        if not self._save(commit, position, list(self._changed)):
            self._mark(commit, position)

    def _save(self, commit: Commit, position: int, slots: list[int]) -> bool:
        if not slots:
            return False
        for slot in slots:
            del self._changed[slot]
        state = self.pipeline.state
        bodies = [(slot, saved.pack(state[slot].tobytes())) for slot in sorted(slots)]
        commit.upsert(upkeep.states, [{"slot": slot, "position": position, "body": body} for slot, body in bodies])
        self._mark(commit, position)
        return True

    def _mark(self, commit: Commit, position: int) -> None:
        """Say up to where all are saved."""
        first = next(iter(self._changed.values()), _Behind(time.monotonic(), 0, position))
        commit.upsert(upkeep.snapshots, [{"id": 1, "position": first.position, "fingerprint": saved.mark()}])
        self.saved_time = time.time() - (time.monotonic() - first.since)
