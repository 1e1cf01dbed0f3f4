"""Declared: what was paid for declared km is adjusted on those driven, also where the policy was ended early."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.billing.cancellation import PRO_RATA, short_rate
from pricing.billing.declaration import Declaration
from pricing.billing.term import Term
from pricing.ledger.chain import verify
from pricing.ledger.charged import adjusted, cancelled
from pricing.ledger.entry import follow
from pricing.ledger.known import balance
from pricing.ledger.posting import Contract
from pricing.money import cents

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
HALF, FEBRUARY = date(2026, 7, 2), date(2026, 2, 1)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
DECLARED = Contract("P", "EUR", "declaration", YEAR, estimate=D(365_000))
DEPOSIT = replace(DECLARED, deposit=D("100000.00"), estimate=D(1_825_000), minimum=D("0.8"))


def charged(chain):
    return balance(chain, LATER, ["charged", "adjustment"])


@pytest.mark.parametrize("share", [D(1), D("0.5"), D("1.2")])
def test_without_a_deposit_km_are_held_against_those_of_the_days_insured(insured, posted, share):
    """Half the term is given back once: km just as declared, 1,000 a day, keep half the premium."""
    over = replace(DECLARED, cancelled=HALF, actual=182_000 * share)
    chain = posted((YEAR.start, DECLARED, [insured()]), (HALF, over, [insured()]), (HALF, over, [insured()]))
    assert charged(chain) == cents(YEAR.share(chain[0].amount, YEAR.start, HALF) * share)


@pytest.mark.parametrize(("km", "kept"), [(D(166_000), "9095.89"), (D(10_000), "6794.52")])
def test_a_deposit_is_given_back_by_the_day_where_the_insurer_ends_it(insured, posted, km, kept):
    """A month of the year: its 31 days bear 8,493.15, for 155,000 km; 80 % of it is kept in any case."""
    over = replace(DEPOSIT, cancelled=FEBRUARY, actual=km)
    chain = posted((YEAR.start, DEPOSIT, [insured()]), (FEBRUARY, over, [insured()]), (FEBRUARY, over, [insured()]))
    assert [entry["reason"] for entry in chain] == ["", "deposit", "cancelled", "adjusted"]
    assert (str(chain[2].amount), str(charged(chain))) == ("-91506.85", kept)


def test_a_deposit_is_given_back_by_the_short_rate_where_who_is_insured_ends_it(insured, posted):
    over = replace(DEPOSIT, cancelled=FEBRUARY, rule=short_rate("ninety"), actual=D(155_000))
    chain = posted((YEAR.start, DEPOSIT, [insured()]), (FEBRUARY, over, [insured()]))
    assert charged(chain) == D("100000.00") - cents(D("91506.85") * D("0.9"))


@pytest.mark.parametrize("contract", [DECLARED, DEPOSIT])
def test_an_end_taken_back_takes_its_adjustment_back(insured, posted, contract):
    over = replace(contract, cancelled=FEBRUARY, actual=D(166_000))
    start = posted((YEAR.start, contract, [insured()]))
    assert charged(posted((FEBRUARY, over, [insured()]), (HALF, contract, [insured()]), chain=start)) == charged(start)


@pytest.mark.parametrize("contract", [DECLARED, DEPOSIT])
def test_ended_from_its_start_all_is_given_back(insured, posted, contract):
    flat = replace(contract, cancelled=YEAR.start, actual=D(0))
    chain = posted((YEAR.start, contract, [insured()]), (FEBRUARY, flat, [insured()]))
    assert charged(chain) == 0


def test_no_more_of_a_deposit_is_given_back_than_was_paid(insured, posted):
    chain = posted((YEAR.start, DEPOSIT, [insured()]))
    more = cancelled(DEPOSIT.account(), D("900000.00"), FEBRUARY, YEAR, PRO_RATA)
    (fault,) = verify([*chain, follow(chain[-1], more, LATER)])
    assert fault.what == "it gives back of 900000.00, which is not what was paid"


def test_an_adjustment_is_of_what_was_charged(insured, posted):
    """A forged one whose arithmetic is right and whose hashes fit; one after an endorsement holds."""
    over = replace(DEPOSIT, actual=D(2_000_000))
    chain = posted((YEAR.start, DEPOSIT, [insured()]), (YEAR.end, over, [insured()]))
    other = Declaration(D("50000.00"), D(1_825_000), D("0.8"))
    forged = adjusted(DEPOSIT.account(), other, D(2_000_000), YEAR)
    (fault,) = verify([*chain[:-1], follow(chain[-2], forged, LATER)])
    assert fault.what == "it adjusts a deposit of 50000.00, where 100000.00 was charged"
    pieces = [insured(), insured("W", HALF)]
    added = replace(DECLARED, actual=D(500_000))
    assert charged(posted((YEAR.start, DECLARED, pieces[:1]), (HALF, DECLARED, pieces), (YEAR.end, added, pieces))) > 0
