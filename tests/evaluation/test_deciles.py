"""Tenths add up to the whole, and telematics takes some of what the tenths would pay for each other."""

import pytest

from evaluation.deciles import Rated, facts, portfolio_rated
from evaluation.measure import Fact

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> list[Rated]:
    return portfolio_rated(200, seed=9)


def test_the_expected_brought_to_the_total_is_the_total(found: list[Rated]) -> None:
    rows = list(facts(found))
    assert len(rows) == 2 + 3 * 10
    ordered = sorted(found, key=lambda one: one.relativity)
    level = rows[0].value
    tenths = [ordered[k * 20 : (k + 1) * 20] for k in range(10)]
    true = [
        value * level * sum(one.indicated for one in tenth) for value, tenth in zip(_values(rows), tenths, strict=True)
    ]
    assert sum(true) == pytest.approx(sum(one.true for one in found))


def _values(rows: list[Fact]) -> list[float]:
    return [row.value for row in rows if row.what == "true cost"]


def test_telematics_brings_the_tenths_closer_to_their_cost(found: list[Rated]) -> None:
    rows = list(facts(found))
    without = [row.value for row in rows if row.what == "without telematics"]
    assert max(_values(rows)) - min(_values(rows)) < max(without) - min(without)


def test_the_same_seed_rates_the_same(found: list[Rated]) -> None:
    assert portfolio_rated(60, seed=9) == portfolio_rated(60, seed=9)
