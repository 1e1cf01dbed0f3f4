"""Unsaved: a few vehicles at a time are told and saved, and nobody is forgotten."""

from types import SimpleNamespace

import numpy as np

from streams.pipeline.chain import STATE
from streams.pipeline.saved import unpack
from streams.river.unsaved import Unsaved
from streams.store import upkeep
from streams.store.store import Commit


class Flushed:
    """Stands in for the record: remembers whose open rows it was asked for."""

    def __init__(self):
        self.slots = []

    def flush(self, _state, slots, _commit):
        self.slots.append(slots.tolist())


def unsaved(after_s=0.0, after_samples=1_000):
    record = Flushed()
    return Unsaved(SimpleNamespace(state=np.zeros(8, STATE)), record, after_s, after_samples), record


def test_those_who_have_waited_longest_are_told_first_and_once():
    behind, record = unsaved()
    behind.moved([5, 3], 0)
    behind.moved([3, 1, 0], 0)
    assert behind.tell(Commit(), 3)
    assert behind.tell(Commit(), 3)
    assert not behind.tell(Commit(), 3)
    assert record.slots == [[1, 3, 5], [0]]


def test_nobody_is_told_too_often_but_at_the_end_everybody_is():
    behind, record = unsaved(after_s=1e9)
    behind.moved([2, 4], 0)
    behind.loaded([4, 6])
    assert not behind.tell(Commit(), 10)
    assert behind.tell_all(Commit())
    assert record.slots == [[2, 4, 6]]


def saved(commit):
    return [(row["slot"], row["position"]) for row in commit.upserts.get(upkeep.states, ())]


def mark(commit):
    return commit.upserts[upkeep.snapshots][-1]["position"]


def test_states_are_saved_a_few_at_a_time_and_what_all_have_seen_is_told():
    behind, _ = unsaved()
    behind.moved([7, 2], position=10)
    behind.moved([2, 5], position=20)
    behind.moved([1], position=30)
    first, second, third = Commit(), Commit(), Commit()
    assert behind.save(first, 31, most=1)
    assert (saved(first), mark(first)) == ([(7, 31)], 10)  # of 2 something after 10 is not saved
    assert behind.save(second, 32, most=2)
    assert (saved(second), mark(second)) == ([(2, 32), (5, 32)], 30)
    behind.save_all(third, 33)
    assert (saved(third), mark(third)) == ([(1, 33)], 33)
    assert len(behind) == 0


def test_a_state_waits_for_its_time_or_for_enough_samples_of_anybody():
    behind, _ = unsaved(after_s=1e9, after_samples=10)
    behind.moved([7], 1, samples=9)
    assert not behind.save(Commit(), 2, most=9)
    behind.moved([2], 2, samples=1)
    commit = Commit()
    assert behind.save(commit, 3, most=9)
    assert (saved(commit), mark(commit)) == ([(7, 3)], 2)


def test_what_is_kept_is_the_state_and_less():
    behind, _ = unsaved()
    behind.pipeline.state["watermark"] = np.arange(8)
    behind.moved([3], 0)
    commit = Commit()
    behind.save_all(commit, 1)
    (row,) = commit.upserts[upkeep.states]
    assert unpack(row["body"]) == behind.pipeline.state[3].tobytes()
    assert len(row["body"]) < 100


def test_what_was_loaded_is_not_saved_again():
    behind, _ = unsaved()
    behind.loaded([1])
    assert not behind.save(Commit(), 1, most=9)
