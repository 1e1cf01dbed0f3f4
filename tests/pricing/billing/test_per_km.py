"""Bills by the km."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.billing.per_km import PerKm, Reading

D = Decimal
RATES = PerKm(per_day=D("1.25"), per_km=D("0.013333"))


def test_two_months_by_hand():
    """31 x 1.25 + 6200.4 x 0.013333 = 38.75 + 82.669933; 59 x 1.25 + 11000 x 0.013333 = 73.75 + 146.663 = 220.413."""
    first, second = RATES.bills([Reading(31, D("6200.4")), Reading(59, D(11000))])
    assert first == (D("121.42"), D("121.42"))
    assert second == (D("98.99"), D("220.41"))


def test_km_put_right_later_are_in_the_next_bill():
    """The first month had 200 km too many: 100 in the second are less than nothing."""
    first, second = RATES.bills([Reading(31, D(6200)), Reading(32, D(6100))])
    assert first.due == D("121.41")
    assert second.due == D("-0.08")  # 1.25 - 1.3333


@given(st.lists(st.tuples(st.integers(0, 40), st.decimals(0, 9000, places=3)), min_size=1, max_size=24))
def test_bills_sum_to_one_bill_over_all(months):
    readings, days, km = [], 0, D(0)
    for more_days, more_km in months:
        days, km = days + more_days, km + more_km
        readings.append(Reading(days, km))
    bills = RATES.bills(readings)
    assert sum(bill.due for bill in bills) == RATES.earned(readings[-1])
    assert all(bill.due >= 0 for bill in bills)
