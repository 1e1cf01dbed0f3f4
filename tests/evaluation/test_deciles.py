"""Tenths add up to the whole, and telematics takes some of what the tenths would pay for each other."""

import pytest

from evaluation.deciles import Rated, Year, facts, own_tariff, rated, year
from evaluation.measure import Fact
from pricing.tariffs import standard

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def some() -> Year:
    return year(200, seed=9)


@pytest.fixture(scope="module")
def found(some: Year) -> list[Rated]:
    return rated(some, standard())


def test_the_expected_brought_to_the_total_is_the_total(found: list[Rated]) -> None:
    rows = list(facts(found, "standard"))
    assert len(rows) == 2 + 3 * 10 + 2
    ordered = sorted(found, key=lambda one: one.relativity)
    level = rows[0].value
    tenths = [ordered[k * 20 : (k + 1) * 20] for k in range(10)]
    true = [
        value * level * sum(one.indicated for one in tenth) for value, tenth in zip(_values(rows), tenths, strict=True)
    ]
    assert sum(true) == pytest.approx(sum(one.true for one in found))


def _values(rows: list[Fact]) -> list[float]:
    return [row.value for row in rows if row.what == "true cost"]


def test_an_interval_holds_its_ratio_and_those_that_leave_1_out_are_counted(found: list[Rated]) -> None:
    rows = list(facts(found, "standard"))
    ends = {row: tuple(map(float, row.note.split("-"))) for row in rows if row.what in ("true cost", "claims")}
    assert all(low - 0.01 <= row.value <= high + 0.01 for row, (low, high) in ends.items())
    out = sum(not low <= 1 <= high for row, (low, high) in ends.items() if row.what == "claims")
    assert abs(rows[-1].value - out) <= 1  # the ends are shown to two places


def test_telematics_brings_the_tenths_closer_to_their_cost(found: list[Rated]) -> None:
    rows = list(facts(found, "standard"))
    without = [row.value for row in rows if row.what == "without telematics"]
    assert max(_values(rows)) - min(_values(rows)) < max(without) - min(without)


def test_the_same_seed_rates_the_same() -> None:
    few = year(60, seed=9)
    assert rated(few, standard()) == rated(year(60, seed=9), standard())


def test_elasticities_are_those_that_claims_show(some: Year) -> None:
    tariff, fit = own_tariff(some)
    assert fit.claims == sum(one.claims for one in some.seen)
    assert [name for name, *_ in fit.terms] == [one.name for one in tariff.behaviours]
    assert all(beta > 0 and error > 0 for _, beta, error in fit.terms)
    assert "telematics" not in tariff.caps
