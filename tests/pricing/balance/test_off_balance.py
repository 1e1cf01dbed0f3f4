"""Off-balance with the caps inside the sum."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pricing.balance.book import Caps, book
from pricing.balance.off_balance import BalanceError, naive, solve
from pricing.money import ROUNDING, cents, decimal, micro

D = Decimal
TEN = Caps(D("0.10"), D("0.10"))
BASE = np.array([1000.0, 1200.0, 800.0, 1500.0, 900.0])
TELEMATICS = np.clip([0.70, 1.45, 1.0, 0.90, 1.25], 0.65, 1.35)
PREVIOUS = [D(980), D(1150), D(820), D(1480), D(860)]
TARGET = D("5448.70")  # 5290 + 3 %


@pytest.fixture(scope="module")
def five():
    return book(BASE * TELEMATICS, PREVIOUS, TEN)


def test_five_vehicles_by_known_numbers(five):
    found = solve(five, TARGET)
    assert found.factor == D("1.095674")
    assert [str(amount) for amount in found.premiums] == ["882.00", "1265.00", "876.54", "1479.16", "946.00"]
    assert found.total == TARGET
    assert found.bound == 3


def test_the_factor_that_forgets_the_caps_misses_by_4_and_a_half_percent(five):
    k = naive(five, TARGET)
    assert k == pytest.approx(0.973852, abs=5e-7)
    assert five.total(k) == pytest.approx(5204.08, abs=0.005)
    assert five.total(k) / float(TARGET) - 1 == pytest.approx(-0.045, abs=5e-4)
    assert solve(five, TARGET).factor != D("0.973852")


def test_who_pays_for_the_caps_is_told(five):
    """The first is held up to 882 by its cap on falling; the second and fifth are held down; two pay their own rate."""
    subsidy = solve(five, TARGET).subsidy
    assert subsidy[0] == pytest.approx(882 - 1.095674 * 700)
    assert subsidy[1] == pytest.approx(1265 - 1.095674 * 1620)
    assert subsidy[4] == pytest.approx(946 - 1.095674 * 1125)
    assert subsidy[2:4].tolist() == [0.0, 0.0]


def test_expenses_and_loads_are_inside_too():
    """(k 700 + 30) / 0.75 = 1000 for k = 720 / 700."""
    found = solve(book(np.array([700.0]), [None], TEN, fixed=30.0, loads=0.25), D(1000))
    assert found.factor == D("1.028571")
    assert found.total == D("1000.00")


def test_a_target_beyond_the_caps_is_refused_with_what_can_be_had(five):
    with pytest.raises(BalanceError, match=r"target 5900.00 cannot be reached .* 4761.00 to 5819.00"):
        solve(five, D(5900))


def test_all_caps_together_can_be_reached(five):
    assert solve(five, D(5819)).total == D("5819.00")
    assert solve(five, D(4761)).total == D("4761.00")


def test_a_premium_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"pure premium 0.0 is not above 0"):
        book(np.array([1.0, 0.0]), [None, None], TEN)


vehicles = st.lists(
    st.tuples(st.floats(10, 10_000), st.none() | st.decimals(10, 10_000, places=2)), min_size=1, max_size=30
)


@given(vehicles, st.floats(0.5, 2.0))
def test_the_total_is_the_target_to_half_a_cent_a_vehicle(fleet, wanted):
    pure, previous = np.array([p for p, _ in fleet]), [q for _, q in fleet]
    portfolio = book(pure, previous, TEN)
    target = D(round(portfolio.total(wanted), 2)).quantize(D("0.01"))
    assume(portfolio.total(0) <= float(target) <= portfolio.high.sum())
    found = solve(portfolio, target)
    slack = D("0.01") + sum((D(x) for x in pure), D(0)) * D("0.000001") + len(fleet) * D("0.005")
    assert abs(found.total - target) <= slack


@given(vehicles, st.floats(0.1, 3.0), st.floats(0.1, 3.0))
def test_premiums_never_fall_with_the_factor_and_keep_their_caps(fleet, one, other):
    portfolio = book(np.array([p for p, _ in fleet]), [q for _, q in fleet], TEN)
    low, high = (portfolio.premium(k) for k in sorted((one, other)))
    assert np.all(low <= high)
    for amount, (_, previous) in zip(portfolio.charged(D(str(round(one, 6)))), fleet, strict=True):
        if previous is not None:
            assert abs(amount - previous) <= previous / 10 + D("0.01")


@given(vehicles, st.floats(0.1, 3.0), st.sampled_from(ROUNDING), st.floats(0.0, 50.0))
def test_all_at_once_pay_what_each_pays_by_itself_in_decimals(fleet, factor, rounding, fixed):
    portfolio = book(np.array([p for p, _ in fleet]), [q for _, q in fleet], TEN, fixed, 0.27)
    k = decimal(factor)
    rows = zip(portfolio.varying, portfolio.fixed, portfolio.low, portfolio.high, strict=True)
    for amount, (varying, fee, low, high) in zip(portfolio.charged(k, rounding), rows, strict=True):
        uncapped = micro(k * decimal(varying)) + decimal(fee)
        most = D("Infinity") if np.isinf(high) else decimal(high)
        assert amount == cents(min(max(uncapped, decimal(low)), most), rounding)
