"""Words: each kind of charge says how its amount comes about."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.billing.cancellation import short_rate
from pricing.billing.declaration import Declaration
from pricing.billing.per_km import PerKm, Reading
from pricing.billing.term import Term
from pricing.ledger.charged import AMOUNTS, Account, adjusted, billed, cancelled, part
from pricing.ledger.entry import follow, reversal
from pricing.ledger.offered import MAKERS
from pricing.ledger.replay import replay
from pricing.ledger.words import WORDS, explain

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
APRIL, MAY = date(2026, 4, 11), date(2026, 5, 1)
OURS = Account("P", "V", "tpl_property", "EUR")
WHOLE = Account("P", "", "", "EUR")
NOW = datetime(2026, 12, 31, tzinfo=UTC)
DEPOSIT = Declaration(D("100000.00"), estimate=D(2_000_000), minimum=D("0.80"))
CASES = {
    "part": (
        part(OURS, D("1200.00"), APRIL, YEAR.end, YEAR, "added"),
        "871.23 EUR charged, added: V tpl_property, 2026-04-11 to 2027-01-01, end excluded",
        "1200.00 for the term of 365 days, 2026-01-01 to 2027-01-01, end excluded",
        "1200.00 to 2027-01-01, less 328.77 to 2026-04-11, is 871.23",
    ),
    "cancelled": (
        cancelled(OURS, D("1200.00"), APRIL, YEAR, short_rate("ninety")),
        "-784.11 EUR charged, cancelled: V tpl_property, 2026-04-11 to 2027-01-01, end excluded",
        "1200.00 was charged for 365 days, 2026-01-01 to 2027-01-01, end excluded; 100 of them are over",
        "415.89 is kept by ninety: ",
    ),
    "adjusted": (
        adjusted(WHOLE, DEPOSIT, D(1_400_000), YEAR),
        "-20000.00 EUR adjustment, adjusted: the whole policy, 2026-01-01 to 2027-01-01, end excluded",
        "100000.00 was paid for 2000000 km, of which 80000.00 is kept in any case",
        "1400000 km earn 70000.00: 80000.00 less what was paid is -20000.00",
    ),
    "billed": (
        billed(OURS, PerKm(D("1.25"), D("0.013333")), Reading(31, D("6200.4")), D("21.42"), APRIL, MAY),
        "100.00 EUR charged, billed: V tpl_property, 2026-04-11 to 2026-05-01, end excluded",
        "31 days at 1.25 and 6200.4 km at 0.013333 since 2026-04-11: 121.42",
        "less 21.42 billed before, is 100.00",
    ),
}


def test_every_kind_of_charge_has_its_words():
    assert set(CASES) == set(WORDS) - set(MAKERS) == set(AMOUNTS)


@pytest.mark.parametrize("by", CASES)
def test_a_charge_says_how_it_comes_about_and_is_made_again(by):
    draft, *lines = CASES[by]
    entry = follow(None, draft, NOW)
    head, *told = explain(entry).splitlines()
    assert head == f"P:1, recorded 2026-12-31T00:00:00 UTC, {entry.hash}"
    assert all(said.strip().startswith(line) for said, line in zip(told, lines, strict=True))
    assert replay(entry, {}) == entry


def test_an_adjustment_says_which_km_are_of_silence_and_is_made_again():
    entry = follow(None, adjusted(WHOLE, DEPOSIT, D(1_900_000), YEAR, silent=D(400_000)), NOW)
    told = "1900000 km, 400000 of them as declared for days of which nothing is known, earn 95000.00"
    assert told in explain(entry)
    assert replay(entry, {}) == entry


def test_a_reversing_entry_names_what_it_takes_back():
    first = follow(None, CASES["part"][0], NOW)
    back = follow(first, reversal(first, "never insured"), NOW)
    assert explain(back).endswith(f"-871.23 EUR: takes back {first.hash}, never insured")
