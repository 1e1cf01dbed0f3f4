"""Stability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.monitoring.stability import binned, index, verdict

shares = st.lists(st.floats(0.0, 100.0), min_size=5, max_size=5).filter(lambda x: sum(x) > 1).map(np.array)


def test_five_even_bins_that_tilt():
    assert index(np.full(5, 0.2), np.array([0.16, 0.18, 0.20, 0.22, 0.24])) == pytest.approx(0.0202, abs=5e-5)


@given(shares, shares)
def test_it_is_never_below_nothing_and_the_same_both_ways(one, other):
    assert index(one, other) >= 0
    assert index(one, other) == pytest.approx(index(other, one))
    assert index(one, one * 3) == pytest.approx(0, abs=1e-12)


def test_bins_stand_where_the_reference_put_them():
    """Bins up to 10, up to 20, above, and what is missing."""
    x = np.array([5.0, 10.0, 10.5, 20.0, 99.0, np.nan])
    assert binned(x, np.ones(6), np.array([10.0, 20.0])).tolist() == [2.0, 2.0, 1.0, 1.0]


def test_a_sensor_that_falls_silent_moves_the_portfolio():
    reference, now = (binned(x, np.ones(100), np.array([0.5])) for x in (np.full(100, 0.2), np.full(100, np.nan)))
    assert verdict(index(reference, now)) == "moved"


@pytest.mark.parametrize(("psi", "said"), [(0.02, "stable"), (0.10, "watch"), (0.25, "moved")])
def test_what_it_means(psi, said):
    assert verdict(psi) == said
