"""Decay: published memories, and what may not matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.credibility.decay import Memory, Week, decayed

K = 8.5  # 850 km, in 100 km


@pytest.mark.parametrize(("half_life", "steady_z"), [(4, 0.747), (8, 0.850), (13, 0.901), (26, 0.947)])
def test_full_credibility_is_never_reached(half_life, steady_z):
    """400 km a week for ever."""
    weeks = [Week(i, 1.0, 4.0) for i in range(1500)]
    assert decayed(weeks, 1499, Memory(half_life)).credibility(K) == pytest.approx(steady_z, abs=5e-4)


def test_what_half_after_eight_weeks_means():
    assert Memory(weeks=8).keep == pytest.approx(0.917004, abs=5e-7)
    assert Memory(weeks=8).steady == pytest.approx(12.05, abs=0.005)
    assert decayed([Week(0, 8.0, 4.0)], 8, Memory(weeks=8)) == (4.0, 2.0)


def test_the_sums_are_those_of_the_recursion():
    """A = delta A + events, W = delta W + exposure, week by week."""
    memory, a, w = Memory(weeks=8), 0.0, 0.0
    weeks = [Week(i, i % 3, 4.0 + i % 2) for i in range(30)]
    for _, events, exposure in weeks:
        a, w = memory.keep * a + events, memory.keep * w + exposure
    assert decayed(weeks, 29, memory) == pytest.approx((a, w), rel=1e-12)


parts = st.lists(st.builds(Week, st.integers(0, 60), st.integers(0, 9), st.floats(0.01, 30.0)), min_size=1, max_size=40)
memories = st.builds(Memory, st.floats(1, 60), st.floats(1, 500))


@given(parts, memories, st.randoms(use_true_random=False))
def test_late_trips_give_the_same_bits(weeks, memory, chance):
    mixed = list(weeks)
    chance.shuffle(mixed)
    assert decayed(mixed, 60, memory) == decayed(weeks, 60, memory)


@given(parts, memories, st.integers(1, 100))
def test_standing_still_lowers_credibility_and_not_the_rate(weeks, memory, later):
    now, then = decayed(weeks, 60, memory), decayed(weeks, 60 + later, memory)
    assert then.rate == pytest.approx(now.rate, rel=1e-9)
    assert then.credibility(K) < now.credibility(K)


@given(parts, st.floats(0.05, 0.95))
def test_a_gap_in_the_data_lowers_credibility_and_not_the_rate(weeks, seen):
    """A device that saw every second kilometre saw every second event."""
    memory = Memory(weeks=8)
    half = [Week(week, events * seen, exposure * seen) for week, events, exposure in weeks]
    whole, part = decayed(weeks, 60, memory), decayed(half, 60, memory)
    assert part.rate == pytest.approx(whole.rate, rel=1e-9)
    assert part.credibility(K) < whole.credibility(K)


@given(parts)
def test_by_kilometres_a_parked_vehicle_forgets_nothing(weeks):
    memory = Memory(exposure=20.0)
    assert decayed(weeks, 60, memory) == decayed(weeks, 500, memory)


def test_by_kilometres_what_was_driven_since_counts():
    assert decayed([Week(0, 8.0, 4.0), Week(1, 0.0, 20.0)], 1, Memory(exposure=20.0)) == (4.0, 22.0)


def test_nothing_seen_is_the_class():
    nothing = decayed([], 10, Memory(weeks=8))
    assert nothing.rate is None
    assert nothing.credibility(K) == 0.0
    assert nothing.credible(K, 1.7) == pytest.approx(1.7)


def test_weeks_to_come_do_not_count():
    assert decayed([Week(11, 5.0, 5.0)], 10, Memory(weeks=8)) == (0.0, 0.0)
