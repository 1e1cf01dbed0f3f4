"""Money."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.money import accrual, accrued, cents, decimal


def test_a_float_enters_with_six_places():
    assert decimal(0.1 + 0.2) == Decimal("0.3")
    assert decimal(2 / 3) == Decimal("0.666667")


def test_the_mode_of_rounding_is_the_tariffs():
    assert cents(Decimal("0.125")) == Decimal("0.12")
    assert cents(Decimal("0.125"), ROUND_HALF_UP) == Decimal("0.13")


def test_a_year_of_accruals_sums_to_the_premium():
    premium = Decimal("1234.56")
    assert sum(accrual(premium, day, 365) for day in range(1, 366)) == premium
    assert 365 * cents(premium / 365) == Decimal("1233.70")  # what rounding each day by itself would give


@given(st.decimals(min_value=0, max_value=10**6, places=2), st.integers(1, 400))
def test_accruals_add_up_whatever_the_amount(amount, days):
    earned = [accrual(amount, day, days) for day in range(1, days + 1)]
    assert sum(earned) == amount
    assert min(earned) >= 0
    assert accrued(amount, days, days) == amount
