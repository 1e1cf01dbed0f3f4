"""Cancellation, pro rata and by short rates."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.billing.cancellation import PRO_RATA, parse, short_rate
from pricing.billing.term import Term
from pricing.document import TariffError

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
RULES = pytest.mark.parametrize(
    "rule", [PRO_RATA, short_rate("ninety"), short_rate("illustrative")], ids=lambda rule: rule.name
)


def after(days):
    return YEAR.start + timedelta(days)


def test_pro_rata():
    """500 after 150 days: 500 x 150 / 365 = 205.479, to the cent 205.48; 294.52 is given back."""
    assert PRO_RATA.refund(D("500.00"), after(150), YEAR) == D("294.52")


def test_nine_tenths_of_pro_rata():
    """294.52 x 0.9 = 265.068; and 1500 after 219 days: 1500 x 146 / 365 = 600, x 0.9 = 540. Published examples."""
    assert short_rate("ninety").refund(D("500.00"), after(150), YEAR) == D("265.07")
    assert short_rate("ninety").refund(D("1500.00"), after(219), YEAR) == D("540.00")


def test_by_a_table():
    """After 100 days the fourth month has begun: half of 1,200 is kept."""
    table = short_rate("illustrative")
    assert table.refund(D("1200.00"), after(100), YEAR) == D("600.00")
    assert table.refund(D("1200.00"), after(92), YEAR) == D("720.00")
    assert table.refund(D("1200.00"), after(93), YEAR) == D("600.00")


def test_of_half_a_year_the_same_part_counts():
    """50 of 181 days are as 100.8 of 365."""
    half = Term(date(2026, 1, 1), date(2026, 7, 1))
    assert short_rate("illustrative").refund(D("600.00"), after(50), half) == D("300.00")


@RULES
def test_from_its_start_all_is_given_back_and_at_its_end_nothing(rule):
    assert rule.refund(D("1200.00"), YEAR.start, YEAR) == D("1200.00")
    assert rule.refund(D("1200.00"), YEAR.end, YEAR) == 0


@RULES
@given(st.decimals(0, 10**5, places=2), st.integers(0, 364))
def test_a_day_longer_never_gives_more_back_and_short_rates_never_more_than_pro_rata(rule, premium, days):
    refund = rule.refund(premium, after(days), YEAR)
    assert rule.refund(premium, after(days + 1), YEAR) <= refund <= PRO_RATA.refund(premium, after(days), YEAR)


TABLE = """
name = "n"
source = "s"
rule = "kept"
days = 360
kept = [[90, 0.4], [180, 0.7], [360, 1.0]]
"""


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ("[360, 1.0]", "[360, 0.9]", "x: kept: shares must rise, and end with all of it after 360 days"),
        ("0.7", "0.3", "x: kept: shares must rise"),
        ("0.7", "0.45", "x: kept: after 180 days less would be kept than pro rata"),
        ('"kept"', '"guess"', "x: rule: 'guess' is not known"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_path(was, now, complaint):
    assert parse(TABLE, "x").kept[0] == (90, D("0.4"))
    with pytest.raises(TariffError, match=complaint):
        parse(TABLE.replace(was, now, 1), "x")
