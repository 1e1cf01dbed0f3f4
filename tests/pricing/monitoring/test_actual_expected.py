"""Actual against expected."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.monitoring.actual_expected import by_level, ratio
from pricing.monitoring.gamma import lower, quantile


def test_84_claims_where_71_point_3_were_expected():
    found = ratio(84, 71.3)
    assert [round(x, 3) for x in found] == [1.178, 0.940, 1.459]


@pytest.mark.parametrize(
    ("freedom", "p", "published"),
    [(2, 0.95, 5.991465), (10, 0.05, 3.940299), (10, 0.975, 20.483177), (100, 0.025, 74.221927), (1, 0.95, 3.841459)],
)
def test_chi_square_quantiles_of_the_tables(freedom, p, published):
    assert 2 * quantile(freedom / 2, p) == pytest.approx(published, abs=5e-7)


@given(st.integers(1, 60), st.floats(0.01, 120.0))
def test_it_is_the_tail_of_the_poisson_distribution(count, mean):
    tail = 1 - math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count))
    assert lower(count, mean) == pytest.approx(tail, abs=1e-12)


@given(st.floats(0.5, 1e6), st.floats(0.001, 0.999))
def test_the_quantile_undoes_the_distribution(shape, p):
    assert lower(shape, quantile(shape, p)) == pytest.approx(p, abs=1e-8)


def test_without_a_claim_there_is_an_upper_limit():
    assert ratio(0, 10.0) == pytest.approx((0.0, 0.0, -math.log(0.025) / 10))


@given(st.integers(0, 500), st.floats(0.1, 500.0))
def test_a_surer_interval_is_wider(claims, expected):
    sure, less = ratio(claims, expected, 0.99), ratio(claims, expected, 0.8)
    assert sure.low <= less.low <= less.value <= less.high <= sure.high


def test_by_level_says_which_levels_are_off():
    rows = pl.DataFrame(
        {
            "area": ["town", "town", "land"],
            "exposure": [500.0, 500.0, 800.0],
            "claims": [70, 60, 81],
            "expected": [50.0, 50.0, 80.0],
        }
    )
    found = by_level(rows, "area")
    assert found["area"].to_list() == ["land", "town"]
    assert found["off"].to_list() == [False, True]
    assert found["claims"].to_list() == [81, 130]
    assert found["ratio"].to_list() == pytest.approx([81 / 80, 1.3])
