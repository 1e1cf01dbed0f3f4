"""Whether there are more or fewer events than before, and when nothing can be said."""

import numpy as np
import pytest

from pricing.monitoring.rates import FEWER, MORE, UNCLEAR, Seen, change, rate, word


def test_a_rate_has_garwoods_interval():
    found = rate(Seen(10, 2.0))
    assert found.value == 5.0
    assert (found.low, found.high) == pytest.approx((4.795389 / 2, 18.390356 / 2), rel=1e-6)


def test_nothing_driven_says_nothing():
    assert rate(Seen(0, 0.0)) is None
    assert change(Seen(3, 1.0), Seen(0, 0.0)) is None
    assert word(None) == UNCLEAR


@pytest.mark.parametrize(
    "before, now, said",
    [
        (Seen(40, 10.0), Seen(10, 10.0), FEWER),
        (Seen(10, 10.0), Seen(40, 10.0), MORE),
        (Seen(10, 10.0), Seen(12, 10.0), UNCLEAR),
        (Seen(0, 10.0), Seen(0, 10.0), UNCLEAR),
        (Seen(0, 0.5), Seen(2, 0.5), UNCLEAR),
    ],
)
def test_a_change_is_said_only_where_chance_would_seldom_make_it(before, now, said):
    found = change(before, now)
    assert found.low <= found.value <= found.high
    assert word(found) == said


def test_before_and_after_are_each_others_mirror():
    there, back = change(Seen(3, 2.0), Seen(9, 3.0)), change(Seen(9, 3.0), Seen(3, 2.0))
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    chance = np.random.default_rng(7)
    draws = [(int(chance.poisson(6.0)), int(chance.poisson(9.0))) for _ in range(600)]
    found = {pair: change(Seen(pair[0], 2.0), Seen(pair[1], 4.0)) for pair in set(draws)}
    held = [found[pair].low <= 9.0 / 4 - 6.0 / 2 <= found[pair].high for pair in draws]
    assert np.mean(held) >= 0.95
