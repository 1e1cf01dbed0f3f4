"""Swerves are driven, told to a device that knows the yaw rate, and found by the product."""

import pytest

from evaluation.swerves import found


@pytest.mark.slow
def test_swerves_are_found_by_a_device_that_sees_both_pushes_and_not_by_a_slow_one() -> None:
    marks = {one.rate: one for one in found(3, 3.0, (0.2, 0.6, 1.0))}
    fast, slow = marks["0.1 s"], marks["1 s"]
    assert fast.truths >= 3 and fast.recall is not None and fast.recall > 0.6
    assert fast.right == fast.events and slow.found == 0
