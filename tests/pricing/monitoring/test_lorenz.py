"""Lorenz and Gini."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.monitoring.lorenz import POLICIES, gain, gini, order


def test_two_risks_by_hand():
    """Half the exposure has a quarter of the claims: area 1/2 (1/2 1/4 + 1/2 5/4) = 0.375, so 1 - 0.75."""
    curve = order(np.array([0.3, 0.1]), np.ones(2), np.array([3.0, 1.0])).curve()
    assert curve.x.tolist() == [0.0, 0.5, 1.0]
    assert curve.claims.tolist() == [0.0, 0.25, 1.0]
    assert curve.gini == pytest.approx(0.25)


def test_the_x_axis_matters_and_is_told():
    rate, claims, exposure = np.array([0.1, 0.3]), np.array([1.0, 3.0]), np.array([3.0, 1.0])
    by_exposure, by_policies = order(rate, exposure, claims), order(rate, np.ones(2), claims, POLICIES)
    assert by_exposure.curve().gini == pytest.approx(0.5)
    assert by_policies.curve().gini == pytest.approx(0.25)
    with pytest.raises(ValueError, match="one x-axis is exposure, the other policies"):
        gain(by_exposure, by_policies, np.arange(2), np.random.default_rng(1))
    with pytest.raises(ValueError, match="'km' is no x-axis; use one of exposure, policies, premium"):
        order(rate, exposure, claims, "km")


rows = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.floats(0.1, 5), st.integers(0, 3)), min_size=2)


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_of_one_rate_does_not_matter(book, chance):
    mixed = list(book)
    chance.shuffle(mixed)
    one, two = (order(*np.array(each, np.float64).T).curve().gini for each in (book, mixed))
    assert one == pytest.approx(two)


@given(rows)
def test_upside_down_it_is_as_far_below_nothing(book):
    rate, weight, claims = np.array(book, np.float64).T
    assert order(rate, weight, claims).curve().gini == pytest.approx(-order(-rate, weight, claims).curve().gini)


def test_the_truth_is_told_from_noise_and_the_interval_says_so(portfolio):
    p, chance = portfolio, np.random.default_rng(8)
    truth, noise = (order(rate, p.exposure, p.claims) for rate in (p.truth, p.noise))
    own = gini(truth, p.policy, chance, 100)
    assert 0.25 < own.low < own.value < own.high < 0.4
    nothing = gini(noise, p.policy, chance, 100)
    assert nothing.low < 0 < nothing.high
    better = gain(noise, truth, p.policy, chance, 100)
    assert better.value == pytest.approx(own.value - nothing.value)
    assert better.low > 0.25
