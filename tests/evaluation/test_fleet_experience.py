"""Two-level credibility on a real fleet portfolio."""

import pytest

from evaluation.fleet_experience import verdict
from pricing.monitoring.actual_expected import ratio


@pytest.fixture(scope="module")
def found(shared_data):
    return verdict(draws=500)


def test_it_improves_on_the_glm_by_less_than_can_be_proved(found):
    """3,183 claims are few: the interval over policies holds 0, and whoever promises more has not looked at it."""
    assert 0.0002 < found.improvement.value < 0.001
    assert -0.002 < found.improvement.low < 0 < found.improvement.high < 0.004


def test_fleets_and_vehicles_differ_in_every_fold(found):
    assert all(effects.fleet > 0.05 and effects.vehicle > 0.05 for effects in found.effects)


def test_who_is_surcharged_has_more_claims(found):
    """Of vehicles with a coefficient of 1.10 or more, by years that did not go into it."""
    high = found.coefficient >= 1.1
    claims = ratio(int(found.claims[high].sum()), found.prior[high].sum())
    own = found.prior[high] @ found.coefficient[high] / found.prior[high].sum()
    assert claims.low > 1
    assert claims.low < own < claims.high


def test_the_portfolio_stays_in_balance(found):
    assert found.prior @ found.coefficient / found.prior.sum() == pytest.approx(1, abs=0.005)
