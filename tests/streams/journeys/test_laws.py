"""Laws every fold keeps: cuts and neighbours change nothing, compiled is as plain."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .drawn import ACTIVITY, EXPOSURE, TRIPS

FOLDS = pytest.mark.parametrize("fold", [ACTIVITY, TRIPS, EXPOSURE], ids=lambda fold: fold.room.__name__.split(".")[-1])


def same(one, other):
    assert one.rows.tobytes() == other.rows.tobytes()
    assert one.state.tobytes() == other.state.tobytes()


@FOLDS
@given(st.data(), st.integers(0, 400))
@settings(max_examples=80)
def test_cutting_a_batch_anywhere_changes_nothing(kit, fold, data, cut):
    batch = fold.batch(kit, data.draw(fold.drives))
    cut = min(cut, batch.t.size)
    halves = kit.part(batch, 0, cut), kit.part(batch, cut, batch.t.size)
    same(kit.run(fold.room, fold.row, batch), kit.run(fold.room, fold.row, *halves))


@FOLDS
@given(st.data())
@settings(max_examples=50)
def test_compiled_and_plain_agree_to_the_bit(kit, fold, data):
    batch = fold.batch(kit, data.draw(fold.drives))
    same(*(kit.run(fold.room, fold.row, batch, compiled=compiled) for compiled in (True, False)))


@FOLDS
@given(st.data())
@settings(max_examples=40)
def test_vehicles_do_not_disturb_each_other(kit, fold, data):
    batches = [fold.batch(kit, data.draw(fold.drives), slot=slot) for slot in (2, 0)]
    both = kit.run(fold.room, fold.row, kit.together(batches))
    alone = [kit.run(fold.room, fold.row, batch) for batch in batches]
    assert both.rows.tobytes() == b"".join(found.rows.tobytes() for found in alone)
    assert [both.state[slot].tobytes() for slot in (2, 0)] == [
        found.state[slot].tobytes() for slot, found in zip((2, 0), alone, strict=True)
    ]
