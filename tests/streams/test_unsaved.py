"""Unsaved: a few vehicles at a time are told, all are saved, and nobody is forgotten."""

from types import SimpleNamespace

import numpy as np

from streams.chain import STATE
from streams.store import upkeep
from streams.store.store import Commit
from streams.unsaved import Unsaved


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
    behind.moved([5, 3])
    behind.moved([3, 1, 0])
    assert behind.tell(Commit(), 3)
    assert behind.tell(Commit(), 3)
    assert not behind.tell(Commit(), 3)
    assert record.slots == [[1, 3, 5], [0]]


def test_nobody_is_told_too_often_but_at_the_end_everybody_is():
    behind, record = unsaved(after_s=1e9)
    behind.moved([2, 4])
    behind.loaded([4, 6])
    assert not behind.tell(Commit(), 10)
    assert behind.tell_all(Commit())
    assert record.slots == [[2, 4, 6]]


def test_states_are_saved_together_with_their_position():
    behind, _ = unsaved(after_s=1e9, after_samples=10)
    behind.moved([7], 9)
    assert not behind.due()
    behind.moved([2, 7], 1)
    assert behind.due()
    commit = Commit()
    behind.save(commit, 42)
    assert [row["slot"] for row in commit.upserts[upkeep.states]] == [2, 7]
    assert [row["position"] for row in commit.upserts[upkeep.snapshots]] == [42]
    assert not behind.due()


def test_what_was_loaded_is_not_saved_again():
    behind, _ = unsaved()
    behind.loaded([1])
    assert not behind.due()
