"""Deviance, its improvement and the bootstrap by group."""

import numpy as np
import pytest

from pricing.monitoring.bootstrap import by_group
from pricing.monitoring.deviance import improvement, poisson


def test_unit_deviance_by_hand():
    """2 (3 ln 3/2 - 3 + 2) and 2 (0 - 0 + 2)."""
    found = poisson(np.array([3.0, 0.0, 2.0]), np.array([2.0, 2.0, 2.0]))
    assert found == pytest.approx([2 * (3 * np.log(1.5) - 1), 4.0, 0.0])


def test_a_better_model_improves_and_the_interval_says_so():
    chance = np.random.default_rng(3)
    truth = chance.gamma(1.0, 1.0, 3000)
    claims = chance.poisson(truth).astype(np.float64)
    found = improvement(claims, np.ones(3000), truth, np.arange(3000), np.random.default_rng(4))
    assert 0.2 < found.low < found.value < found.high < 0.6


def test_the_same_seed_gives_the_same_interval():
    claims, mean = np.array([0.0, 1.0, 3.0, 0.0]), np.array([1.0, 1.5, 2.0, 0.5])
    one, two = (
        improvement(claims, np.ones(4), mean, np.array([0, 0, 1, 1]), np.random.default_rng(5)) for _ in range(2)
    )
    assert one == two


def test_rows_of_one_policy_are_one_witness():
    """A hundred copies of a row say no more than the row: drawn by row the interval would be ten times too narrow."""
    x = np.repeat(np.random.default_rng(6).normal(size=50), 100)
    policy = np.repeat(np.arange(50), 100)
    by_policy, by_row = (
        by_group(lambda w: float(w @ x / w.sum()), group, np.random.default_rng(7), 400)
        for group in (policy, np.arange(5000))
    )
    assert (by_policy.high - by_policy.low) / (by_row.high - by_row.low) == pytest.approx(10, rel=0.25)
