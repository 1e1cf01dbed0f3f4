"""Endorsed: a policy ended early is ended as the registry says now, whatever it said before, posted early or late."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.billing.cancellation import short_rate
from pricing.billing.term import Term
from pricing.ledger.known import balance, premium
from pricing.ledger.posting import Contract
from pricing.ledger.words import explain

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
CONTRACT = Contract("P", "EUR", "fixed", YEAR)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
APRIL, JULY = date(2026, 4, 11), date(2026, 7, 11)
RULES = ["ninety", "illustrative"]
OTHER = {"sum_insured": 1.0}  # which the tariff knows nothing of for this cover: another risk at the same premium


def charged(chain):
    return balance(chain, LATER, ["charged", "adjustment"])


def ended(name, on=APRIL):
    return replace(CONTRACT, cancelled=on, rule=short_rate(name))


def kept(amount, name, on=APRIL, term=YEAR):
    return amount - short_rate(name).refund(amount, on, term)


@pytest.fixture
def year(insured, posted):
    """Charged for the whole term."""
    return posted((YEAR.start, CONTRACT, [insured()]))


@pytest.mark.parametrize("name", RULES)
def test_a_cancellation_taken_back_leaves_the_premium(insured, posted, year, name):
    chain = posted((APRIL, ended(name), [insured()]), (date(2026, 4, 13), CONTRACT, [insured()]), chain=year)
    assert charged(chain) == chain[0].amount
    assert [entry["reason"] for entry in chain[2:]] == ["cancelled", "ended otherwise"]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("right", [date(2026, 4, 1), date(2026, 6, 1)])
def test_a_cancellation_put_right_is_the_one_of_the_right_day(insured, posted, year, name, right):
    steps = [(APRIL, ended(name), [insured()])] + 2 * [(date(2026, 6, 2), ended(name, right), [insured()])]
    chain = posted(*steps, chain=year)
    assert charged(chain) == kept(chain[0].amount, name, right)
    assert len(chain) == 5


def test_a_cancellation_put_off_waits_for_its_day(insured, posted, year):
    august = ended("ninety", date(2026, 8, 1))
    chain = posted((APRIL, ended("ninety"), [insured()]), (JULY, august, [insured()]), chain=year)
    assert charged(chain) == chain[0].amount


def test_another_rule_takes_the_place_of_the_first(insured, posted, year):
    chain = posted((APRIL, ended("ninety"), [insured()]), (APRIL, ended("illustrative"), [insured()]), chain=year)
    assert charged(chain) == kept(chain[0].amount, "illustrative")


@pytest.mark.parametrize("name", RULES)
def test_an_endorsement_does_not_turn_the_clock_back(insured, posted, year, name):
    """What is kept counts from the first day of the vehicle, not from the day it was rated anew."""
    mid, on = date(2026, 7, 1), ended(name, JULY)
    two = [insured(end=mid), insured(start=mid, **OTHER)]
    chain = posted((mid, CONTRACT, two), (JULY, on, two), chain=year)
    assert [entry["reason"] for entry in chain if entry["kind"] == "charged"][1:] == [
        "rerated back",
        "rerated",
        "cancelled",
    ]
    assert charged(chain) == charged(posted((JULY, on, [insured()]), chain=year)) == kept(year[0].amount, name, JULY)


def test_days_at_two_premiums_are_given_back_each_at_its_own(insured, posted, year):
    """Cancelled in April as is heard in July, when another cover sum was charged for ten days."""
    mid = date(2026, 7, 1)
    two = [insured(end=mid), insured(start=mid, use="hire")]
    chain = posted((mid, CONTRACT, two), (JULY, ended("ninety", date(2026, 7, 5)), two), chain=year)
    dear = next(entry.amount for entry in chain if entry["reason"] == "rerated") / D(184) * 365
    assert chain[-1].draft.valid_from == date(2026, 7, 5)
    assert abs(chain[-1].amount + D("0.9") * dear * 180 / 365) < D("0.02")


@pytest.mark.parametrize("name", RULES)
def test_it_is_the_same_posted_in_time_or_late(insured, posted, year, name):
    in_time = posted((APRIL, ended(name), [insured()]), chain=year)
    assert charged(posted((JULY, ended(name), [insured()]))) == charged(in_time)


@pytest.mark.parametrize("name", RULES)
def test_a_risk_put_right_after_the_end_is_kept_at_its_own_premium(insured, posted, year, name):
    dear = insured(use="hazmat")
    chain = posted((APRIL, ended(name), [insured()]), (JULY, ended(name), [dear]), chain=year)
    assert charged(chain) == charged(posted((JULY, ended(name), [dear]))) > charged(chain[:4])


@pytest.mark.parametrize("name", RULES)
def test_an_end_heard_of_after_an_endorsement_is_given_back_in_parts_that_sum(insured, posted, year, name):
    mid = date(2026, 7, 1)
    two = [insured(end=mid), insured(start=mid, **OTHER)]
    chain = posted((mid, CONTRACT, two), (JULY, ended(name), two), chain=year)
    assert charged(chain) == kept(chain[0].amount, name)
    assert [entry["reason"] for entry in chain[-2:]] == ["cancelled"] * 2
    assert f"given back {-chain[-1].amount} is for the days of this entry" in explain(chain[-1])


def test_what_was_to_happen_after_the_end_never_does(insured, posted, year):
    rest = [insured(end=date(2026, 7, 1)), insured("W", start=date(2026, 7, 1))]
    chain = posted((APRIL, ended("ninety"), rest), (JULY, ended("ninety"), rest), chain=year)
    assert charged(chain) == kept(chain[0].amount, "ninety")


def test_no_premium_holds_on_a_day_that_was_given_back(insured, posted, year):
    removed = posted((APRIL, CONTRACT, [insured(end=APRIL)]), chain=year)
    cancelled = posted((APRIL, ended("ninety"), [insured()]), chain=year)
    for chain in (removed, cancelled):
        assert premium(chain, "V", date(2026, 5, 1), LATER, "charged") == {}
        assert premium(chain, "V", date(2026, 4, 10), LATER, "charged") == {"tpl_property": chain[1]}
        assert premium(chain, "V", date(2026, 5, 1), datetime(2026, 3, 1, tzinfo=UTC), "charged") != {}
