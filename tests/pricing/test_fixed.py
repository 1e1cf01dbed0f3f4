"""Whole millionths in arrays round as decimals do."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import fixed
from pricing.money import ROUNDING, cents, decimal, micro

AMOUNTS = st.integers(-(10**13), 10**13)  # millionths: up to ten million
EFFECTS = st.decimals("0.0001", "9.9999", places=4)


def of(x):
    return Decimal(x).scaleb(-6)


@given(st.lists(st.floats(-1e7, 1e7) | st.integers(-(10**13), 10**13).map(lambda n: n / 2e6), min_size=1, max_size=20))
def test_floats_enter_as_through_the_one_door(values):
    found = fixed.millionths(np.array(values, np.float64))
    assert [of(int(x)) for x in found] == [decimal(x) for x in values]


@given(st.lists(st.floats(0, 1) | st.integers(0, 20_000).map(lambda n: n / 20_000), min_size=1, max_size=20))
def test_credibilities_have_four_places_as_scores_round_them(values):
    found = fixed.parts(np.array(values, np.float64), 1e4)
    assert [int(x) / 10_000 for x in found] == [round(x, 4) for x in values]


@given(AMOUNTS, EFFECTS)
def test_products_are_those_of_decimals(amount, effect):
    found = fixed.times(np.array([amount]), *fixed.fraction(effect))
    assert of(int(found[0])) == micro(of(amount) * effect)


@given(AMOUNTS, st.decimals("0.1", "1", places=4))
def test_quotients_are_those_of_decimals(amount, share):
    assert of(int(fixed.divide(np.array([amount]), *fixed.fraction(share))[0])) == micro(of(amount) / share)


@given(AMOUNTS | st.integers(-500, 500).map(lambda n: n * 5000), st.sampled_from(ROUNDING))
def test_cents_round_in_the_tariffs_mode(amount, mode):
    assert fixed.decimals(fixed.cents(np.array([amount]), fixed.LEAST[mode])) == [cents(of(amount), mode)]


def test_ties_go_to_the_even_side():
    assert fixed.times(np.array([5, 15, -5, -15]), 1, 10).tolist() == [0, 2, 0, -2]


def test_more_than_six_places_are_refused():
    assert fixed.whole(Decimal("1.25")) == 1_250_000
    with pytest.raises(ValueError, match="more than six places"):
        fixed.whole(Decimal("0.0000001"))
