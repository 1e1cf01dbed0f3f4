"""A rank correlation is Spearman's, and a longer look orders drivers better."""

import numpy as np
import pytest

from evaluation.ranks import drawn, interval, spearman


def test_an_order_is_an_order_however_it_is_scaled() -> None:
    a = np.array([3.0, 1.0, 2.0, 5.0])
    assert spearman(a, np.exp(a)) == pytest.approx(1.0)
    assert spearman(a, -a) == pytest.approx(-1.0)
    assert spearman(np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 3, 5])) == pytest.approx(0.8)


def test_more_drivers_make_a_narrower_interval() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=400)
    b = a + rng.normal(size=400)
    widths = [high - low for low, high in (interval(a[:n], b[:n]) for n in (25, 400))]
    assert widths[1] < 0.5 * widths[0]


def test_the_score_learns_with_the_weeks_and_cannot_see_luck() -> None:
    facts = {fact.what: fact.value for fact in drawn(200, (1, 13))}
    assert facts["13 weeks, driving, before the clip"] > facts["1 week, driving, before the clip"] > 0.5
    assert facts["13 weeks, all, before the clip"] < facts["13 weeks, driving, before the clip"]
