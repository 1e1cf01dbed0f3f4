"""Endorsements in mid-term, worked by hand. The term is 2026, 365 days; 11 April is its day 101, so 100 are over."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.billing.endorsement import added, removed, rerated, substituted
from pricing.billing.term import Term

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
APRIL = date(2026, 4, 11)


def test_a_vehicle_added():
    """1,200 a year: 1200 x 100 / 365 = 328.767 is over, to the cent 328.77; 1200 - 328.77 = 871.23 for 265 days."""
    assert added("v", D("1200.00"), APRIL, YEAR) == ("v", "added", APRIL, YEAR.end, D("871.23"))


def test_a_vehicle_removed():
    """The 265 days not used: the same 871.23, given back."""
    assert removed("v", D("1200.00"), APRIL, YEAR).amount == D("-871.23")


def test_a_vehicle_substituted():
    """The new one at 1,500: 1500 x 100 / 365 = 410.959, to the cent 410.96; 1500 - 410.96 = 1089.04; net 217.81."""
    old, new = substituted(("old", D("1200.00")), ("new", D("1500.00")), APRIL, YEAR)
    assert (old.vehicle_id, old.amount) == ("old", D("-871.23"))
    assert (new.vehicle_id, new.amount) == ("new", D("1089.04"))
    assert old.amount + new.amount == D("217.81")


def test_a_vehicle_rated_anew():
    """The same difference on one line."""
    assert rerated("v", D("1200.00"), D("1500.00"), APRIL, YEAR).amount == D("217.81")


premiums = st.decimals(0, 10**5, places=2)
days = st.integers(0, 365).map(lambda i: YEAR.start + timedelta(i))


@given(premiums, days, days)
def test_added_and_removed_costs_the_days_between(premium, one, other):
    came, went = sorted((one, other))
    net = added("v", premium, came, YEAR).amount + removed("v", premium, went, YEAR).amount
    assert net == YEAR.share(premium, came, went)
    assert net >= 0


@given(premiums, days)
def test_substituted_by_its_like_nothing_is_due(premium, on):
    assert sum(line.amount for line in substituted(("a", premium), ("b", premium), on, YEAR)) == 0


@given(premiums, premiums, days)
def test_insured_throughout_at_two_premiums(was, now, on):
    """What was paid at the start and the change later are the days at each."""
    paid = was + rerated("v", was, now, on, YEAR).amount
    assert paid == YEAR.share(was, YEAR.start, on) + YEAR.share(now, on, YEAR.end)
