"""Calibration: deciles, Murphy's parts, and whether a model is calibrated at all orders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.monitoring.bins import equal
from pricing.monitoring.calibration import auto_calibration, deciles, murphy
from pricing.monitoring.isotonic import recalibrated


def test_bins_of_equal_exposure():
    """Four rows of exposure 1, 1, 1 and 3 in two bins: half of it is reached within the third."""
    assert equal(np.array([4.0, 1.0, 2.0, 3.0]), np.array([3.0, 1.0, 1.0, 1.0]), 2).tolist() == [1, 0, 0, 0]
    assert equal(np.full(7, 0.3), np.ones(7), 10).tolist() == [5] * 7


def test_neighbours_out_of_order_are_pooled():
    """1, 3, 2 becomes 1, 2.5, 2.5; by weight 1 and 3: 2.25. Of one prediction there is one rate."""
    predicted = np.array([0.1, 0.2, 0.3])
    assert recalibrated(predicted, np.array([1.0, 3.0, 2.0]), np.ones(3)).tolist() == [1.0, 2.5, 2.5]
    assert recalibrated(predicted, np.array([1.0, 3.0, 2.0]), np.array([1.0, 1.0, 3.0])).tolist() == [1.0, 2.25, 2.25]
    assert recalibrated(np.array([0.2, 0.2]), np.array([0.0, 1.0]), np.ones(2)).tolist() == [0.5, 0.5]


books = st.lists(st.tuples(st.floats(0.01, 2), st.integers(0, 4), st.floats(0.1, 3)), min_size=2, max_size=25)


@given(books)
def test_recalibrated_rates_rise_and_sum_to_the_claims(book):
    predicted, claims, weight = np.array(book, np.float64).T
    best = recalibrated(predicted, claims / weight, weight)
    assert np.all(np.diff(best[np.argsort(predicted, kind="stable")]) >= -1e-12)
    assert best @ weight == pytest.approx(claims.sum())


@given(books.filter(lambda book: any(claims for _, claims, _ in book)))
def test_the_parts_sum_to_the_deviance_and_none_is_below_nothing(book):
    rate, claims, exposure = np.array(book, np.float64).T
    found = murphy(claims, rate * exposure, exposure)
    parts = found.uncertainty - found.discrimination + found.miscalibration
    assert found.deviance == pytest.approx(parts)
    assert min(found.discrimination, found.miscalibration) > -1e-12


def test_a_bin_without_a_claim_has_the_limit():
    """The best rate of the first is 0, of deviance 0: all that is left is told by the order."""
    found = murphy(np.array([0.0, 2.0]), np.array([0.5, 1.5]), np.ones(2))
    assert found.discrimination == pytest.approx(found.uncertainty) == pytest.approx(2 * np.log(2))
    assert np.isfinite(found.miscalibration)


def test_only_the_order_counts_for_discrimination_and_only_the_level_for_the_rest(portfolio):
    p = portfolio
    expected = p.truth * p.exposure
    right, doubled = murphy(p.claims, expected, p.exposure), murphy(p.claims, expected * 2, p.exposure)
    assert doubled.discrimination == pytest.approx(right.discrimination)
    assert doubled.miscalibration > right.miscalibration + 0.1
    assert right.miscalibration < 0.01


def test_deciles_of_the_truth_are_flat_and_of_too_steep_a_model_are_not(portfolio):
    p = portfolio
    flat = deciles(p.claims, p.truth * p.exposure, p.exposure)
    assert flat["bin"].to_list() == list(range(1, 11))
    assert flat["exposure"].to_numpy() == pytest.approx(p.exposure.sum() / 10, rel=0.01)
    assert flat["off"].sum() <= 2  # of ten intervals of 95 %
    steep = p.truth**2 * p.exposure
    table = deciles(p.claims, steep * p.claims.sum() / steep.sum(), p.exposure)
    assert table["off"].sum() >= 8
    assert table["ratio"][0] > 1.5 > 0.8 > table["ratio"][9]


def test_a_true_model_is_not_accused_and_a_steep_one_is(portfolio):
    p, chance = portfolio, np.random.default_rng(9)
    claims, truth, exposure = p.claims[:4000], p.truth[:4000], p.exposure[:4000]
    assert auto_calibration(claims, truth * exposure, exposure, chance, 60) > 0.05
    steep = truth**2 * exposure
    assert auto_calibration(claims, steep * claims.sum() / steep.sum(), exposure, chance, 60) < 0.05
