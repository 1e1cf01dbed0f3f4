"""Charges in the ledger: made, and made again to the bit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.billing.declaration import Declaration
from pricing.billing.per_km import PerKm, Reading
from pricing.billing.term import Term
from pricing.ledger.chain import verify
from pricing.ledger.charged import Account, adjusted, billed, part
from pricing.ledger.entry import follow, reversal
from pricing.ledger.known import balance
from pricing.ledger.replay import replay

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
APRIL, MAY = date(2026, 4, 11), date(2026, 5, 1)
OURS = Account("P", "", "", "EUR")  # the policy's: it is of no indication
NOW = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def chain():
    deposit = Declaration(D("187.17"), estimate=D(2_000_000), minimum=D("0.80"))  # all that was charged
    drafts = [
        part(OURS, D("1200.00"), APRIL, YEAR.end, YEAR, "added"),
        part(OURS, D("-1200.00"), MAY, YEAR.end, YEAR, "removed"),
        billed(OURS, PerKm(D("1.25"), D("0.013333")), Reading(31, D("6200.4")), D("0.00"), APRIL, MAY),
        adjusted(OURS, deposit, D(1_400_000), YEAR),
    ]
    entries = []
    for draft in drafts:
        entries.append(follow(entries[-1] if entries else None, draft, NOW))
    return [*entries, follow(entries[-1], reversal(entries[2], "km put right"), NOW)]


def test_amounts_are_those_of_billing(chain):
    """871.23 for 265 days; 1200 - 394.52 = 805.48 for 245; 80 % of 187.17 is kept."""
    amounts = [D("871.23"), D("-805.48"), D("121.42"), D("-37.43"), D("-121.42")]
    assert [entry.amount for entry in chain] == amounts
    assert balance(chain, NOW, ["charged", "adjustment"]) == sum(amounts)


def test_every_charge_is_made_again_to_the_bit(chain):
    assert verify(chain) == []
    assert [replay(entry, {}) for entry in chain] == chain


@pytest.mark.parametrize("place", range(4))
def test_another_amount_is_not_made_again(chain, place):
    forged = follow(None, replace(chain[place].draft, amount=D("0.01")), NOW)
    assert replay(forged, {}) != forged
