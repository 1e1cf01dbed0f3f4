"""Billed: bills by the km follow what was driven, seen or not, and are put right with what the registry says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pricing.billing.term import Term
from pricing.exposure import Exposure
from pricing.ledger.charged import again
from pricing.ledger.entry import instead
from pricing.ledger.known import balance, premium
from pricing.ledger.per_km import as_indicated, rates
from pricing.ledger.posting import Contract
from pricing.ledger.rated import made_from
from pricing.ledger.words import explain
from pricing.rating import rate
from pricing.stated import scored

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
PER_KM = Contract("P", "EUR", "per_km", YEAR)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
APRIL = date(2026, 4, 11)


def charged(chain):
    return balance(chain, LATER, ["charged"])


@pytest.mark.parametrize("end", [YEAR.end, APRIL])
def test_km_that_come_after_the_last_bill_are_billed(insured, posted, tariff, end):
    """A device that sends its last week a week late."""
    ended = replace(PER_KM, cancelled=end)
    days = [end, end + timedelta(days=3), end + timedelta(days=4)]
    chain = posted(*[(day, ended, [insured(daily=km)]) for day, km in zip(days, (D(100), D(110), D(110)), strict=True)])
    agreed, covered = rates(chain[0], tariff), (end - YEAR.start).days
    assert charged(chain) == (covered * agreed.per_day + covered * D(110) * agreed.per_km).quantize(D("0.01"))
    assert [entry["reason"] for entry in chain[-2:]] == ["other days or km", "billed"]
    assert chain[-2]["reverses"] == chain[-3].hash
    assert premium(chain, "V", end - timedelta(days=1), LATER, "charged") == {"tpl_property": chain[-1]}


def test_a_risk_put_right_from_its_start_is_billed_anew(insured, posted):
    months = [date(2026, 2, 1), date(2026, 3, 1)]
    mine, dear = insured(daily=D(100), use="own"), insured(daily=D(100), use="hazmat")
    chain = posted((months[0], PER_KM, [mine]), (months[1], PER_KM, [dear]), (months[1], PER_KM, [dear]))
    right = posted(*[(day, PER_KM, [dear]) for day in months])
    assert charged(chain) == charged(right) > charged(posted(*[(day, PER_KM, [mine]) for day in months]))
    assert [entry["reason"] for entry in chain if entry["kind"] == "charged"] == [
        "billed",
        "another risk",
        "billed",
        "billed",
    ]


def test_another_use_from_a_day_on_leaves_the_bills_before_it(insured, posted):
    both = [insured(end=APRIL, daily=D(100)), insured(start=APRIL, daily=D(100), use="hazmat")]
    chain = posted((date(2026, 4, 1), PER_KM, [insured(daily=D(100))]), (date(2026, 5, 1), PER_KM, both))
    bills = [entry for entry in chain if entry["kind"] == "charged"]
    assert [(bill["valid_from"], bill["reverses"]) for bill in bills[3:]] == [
        ("2026-04-01", None),
        ("2026-04-11", None),
    ]


@pytest.mark.parametrize("still", [[], ["from March"]])
def test_bills_of_what_was_not_insured_after_all_are_taken_back(insured, posted, still):
    march = date(2026, 3, 1)
    pieces = [insured(start=march, daily=D(100)) for _ in still]
    chain = posted((date(2026, 2, 1), PER_KM, [insured(daily=D(100))]), (march, PER_KM, pieces))
    assert (chain[-1]["reason"], charged(chain)) == ("not insured", D(0))


def test_km_of_a_gap_are_billed_as_rated_with_no_credit_for_driving_nobody_saw(insured, posted, tariff):
    """A calm truck whose box was out of its socket all January pays what a truck of its class pays."""
    owed = {}
    for how, column in (("daily", "km_measured"), ("gap", "km_gap")):
        chain = posted((date(2026, 2, 1), PER_KM, [insured(brakes=0, **{how: D(200)})]))
        said, _, own = made_from(chain[0]["made"])
        january = replace(said, valid_to=date(2026, 2, 1))
        right = rate(january, Exposure({column: 6200.0}), tariff, scored(own, tariff)).amount
        owed[how] = charged(chain)
        assert abs(owed[how] - right) < D("0.02")
    assert owed["gap"] > owed["daily"]
    assert "6200.000000 km of gaps at" in explain(chain[-1])


def test_bills_written_before_gaps_had_a_rate_go_on_at_their_own(insured, posted, tariff):
    first = posted((date(2026, 2, 1), PER_KM, [insured(gap=D(100))]))
    old = {
        "rates": {name: value for name, value in first[1]["made"]["rates"].items() if name != "per_gap_km"},
        "reading": {"days": 31, "km": "3100.000000"},
    }
    draft = again(replace(first[1].draft, made=first[1]["made"] | old))
    chain = posted((date(2026, 3, 1), PER_KM, [insured(gap=D(100))]), chain=[first[0], instead(first[1], draft)])
    assert chain[2]["made"]["rates"]["per_gap_km"] is None
    assert charged(chain) == charged(posted((date(2026, 3, 1), PER_KM, [insured(daily=D(100))])))
    assert all(as_indicated(bill, chain, {tariff.digest: tariff}) for bill in chain[1:])
