"""Declaration: a deposit of 100,000 for 2,000,000 km, of which 80 % are kept in any case."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.billing.declaration import Declaration

D = Decimal
DEPOSIT = Declaration(D("100000.00"), estimate=D(2_000_000), minimum=D("0.80"))


def test_at_70_percent_of_the_declared_km_the_minimum_binds():
    """1,400,000 km at 0.05 a km earn 70,000; 80,000 are kept, 20,000 given back."""
    found = DEPOSIT.adjusted(D(1_400_000))
    assert found == (D("70000.00"), D("80000.00"), D("80000.00"), D("-20000.00"), True)


def test_at_120_percent_the_rest_is_charged():
    """2,400,000 km at 0.05 a km earn 120,000; 20,000 more are due."""
    found = DEPOSIT.adjusted(D(2_400_000))
    assert found == (D("120000.00"), D("80000.00"), D("120000.00"), D("20000.00"), False)


def test_by_vehicle_days():
    """Ten vehicles for a year are declared, 3,650 days; 3,500 were insured: 100000 x 3500 / 3650 = 95,890.41."""
    found = Declaration(D("100000.00"), D(3650), D("0.80")).adjusted(D(3500))
    assert (found.final, found.due) == (D("95890.41"), D("-4109.59"))


def test_as_declared_nothing_is_due():
    assert DEPOSIT.adjusted(D(2_000_000)).due == 0


@given(st.decimals(0, 10**7, places=1), st.decimals(0, 10**7, places=1))
def test_more_km_never_cost_less_and_the_minimum_stands(one, other):
    less, more = (DEPOSIT.adjusted(km) for km in sorted((one, other)))
    assert D("80000.00") <= less.final <= more.final
    assert less.final == DEPOSIT.deposit + less.due
