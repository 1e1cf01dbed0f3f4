"""Bonus-malus scales."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.document import Table, TariffError
from pricing.scales import read, standard

SCALES = pytest.mark.parametrize("rules", [standard("french"), standard("illustrative")], ids=lambda rules: rules.name)


def test_thirteen_claim_free_years_in_france():
    published = "1 .95 .90 .85 .80 .76 .72 .68 .64 .60 .57 .54 .51 .50"
    assert standard("french").path([0] * 13) == [Decimal(x) for x in published.split()]


def test_claims_in_france():
    """x 1.25 = 1.5625, cut to 1.56; a claim-free year: 1.482, cut to 1.48; three claims: 1.85, 2.31, 2.88."""
    assert standard("french").path([1, 1, 0, 3]) == [Decimal(x) for x in ("1", "1.25", "1.56", "1.48", "2.88")]


def test_classes():
    assert standard("illustrative").path([0, 0, 1, 3, 0]) == [Decimal(x) for x in ("1", ".85", ".7", "1", "2", "1.75")]


@SCALES
@given(st.lists(st.integers(0, 5), max_size=30))
def test_a_coefficient_stays_within_the_scale(rules, years):
    assert all(rules.lowest <= found <= rules.highest for found in rules.path(years))


@SCALES
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(0, 11))
def test_one_claim_more_never_pays(rules, years, which):
    more = list(years)
    more[which % len(years)] += 1
    assert rules.path(more)[-1] >= rules.path(years)[-1]


STEPS = """
name = "n"
source = "s"
rule = "steps"
start = 1.0
classes = [[1, 0.5], [2, 1.0], [3, 2.0]]
claim_free = 1
claim = 2
least_days = 270
"""


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ("start = 1.0", "start = 0.9", "x: start: 0.9 is no coefficient of a class"),
        ("claim = 2", "claim = 1.5", "x: claim: claim_free and claim are whole numbers"),
        ("[2, 1.0]", "[2, 0.4]", "x: classes: coefficients must rise"),
        ('rule = "steps"', 'rule = "dice"', "x: rule: 'dice' is not known; use one of multiply, steps"),
        ("claim = 2", "claim = 2\nfloor = 1", "x: floor: unknown key"),
    ],
)
def test_a_scale_that_cannot_be_is_refused_with_its_path(was, now, complaint):
    assert read(Table.read(STEPS, "x")).path([0]) == [Decimal("1.0"), Decimal("0.5")]
    with pytest.raises(TariffError, match=complaint):
        read(Table.read(STEPS.replace(was, now), "x"))
