"""Hysteresis."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.balance.hysteresis import Hysteresis

D = Decimal
RULE = Hysteresis(band=D("0.03"), step=D("0.10"))


def test_small_moves_are_kept_back_and_large_ones_go_by_steps():
    found = [D(100), D(102), D(103), D("103.01"), D(101), D(150), D(150), D(150), D(150), D(150)]
    shown = ["100", "100", "100", "103.01", "103.01", "113.311000", "124.642100", "137.106310", "150", "150"]
    assert [str(amount) for amount in RULE.path(found)] == shown


def test_down_is_as_far_as_up():
    assert RULE.publish(D(103), D(100)) == D(103)
    assert RULE.publish(D("103.01"), D(100)) == D(100)
    assert RULE.publish(D(110), D(50)) == D(100)


def test_nothing_is_left_at_once():
    assert RULE.path([D("0.00"), D(500), D(510)]) == [0, D(500), D(500)]


@given(st.lists(st.decimals(D("100"), D("103"), places=4), min_size=1, max_size=50))
def test_what_wavers_within_the_band_is_published_once(found):
    assert len(set(RULE.path(found))) == 1


@given(st.decimals(1, 1000, places=2), st.decimals(1, 1000, places=2))
def test_it_arrives_within_the_band_of_where_it_should_be_and_stays(shown, wanted):
    path = RULE.path([shown] + [wanted] * 80)
    assert path[-1] == path[-2]
    assert max(path[-1], wanted) <= min(path[-1], wanted) * D("1.03")
