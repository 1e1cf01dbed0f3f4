"""Years of a bonus-malus scale: of days insured, through policies that follow each other; gaps are no part of one."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pricing.exposure import SCHEMA
from pricing.tariffs import parse, standard_text
from streams.ledger.book import Book
from streams.ledger.experienced import experienced, years
from streams.registry.contracts import Policy
from streams.registry.roster import RISKS

FRENCH = '\n[[bonus_malus]]\nscale = "french"\ncovers = ["own_damage"]\n'
TARIFF = parse(standard_text() + FRENCH, "french")
CLAIMS = {**dict.fromkeys(("policy_id", "fleet_id", "vehicle_id", "cover", "at_fault"), pl.String), "loss_at": pl.Date}
DRIVEN = pl.DataFrame(schema=SCHEMA)
KEY = ("f", "V", "own_damage")
JAN, JULY, NEXT = date(2025, 1, 1), date(2025, 7, 1), date(2026, 1, 1)


def policy(first, last, name="P", renews="", cancelled=None):
    said = {"policyholder_id": "h", "basis": "fixed", "currency": "EUR", "cancelled": cancelled}
    return Policy(policy_id=name, from_=first, to=last, renews=renews, **said)


def row(first, last, name="P", experience=None):
    same = {"fleet_id": "f", "vehicle_id": "V", "cover": "own_damage", "class": "truck", "currency": "EUR"}
    return same | {"policy_id": name, "valid_from": first, "valid_to": last, "experience": experience}


def moved(policies, rows, lost=()):
    """The coefficient at the renewal of the last policy, and the claims of each year that it is made from."""
    claims = [("P" if len(one) < 2 else one[1], "f", "V", "own_damage", None, one[0]) for one in lost]
    told = pl.DataFrame(claims, schema=CLAIMS, orient="row")
    book = Book(policies, pl.DataFrame(rows, schema=RISKS), DRIVEN, policies[-1].to - timedelta(days=30))
    found = experienced(book, policies[-1], told, TARIFF)[KEY]
    return found.coefficient, found.claims


def test_two_days_insured_are_no_year_however_far_they_lie_apart():
    days = [row(JAN, date(2025, 1, 2)), row(date(2025, 12, 31), NEXT)]
    assert moved([policy(JAN, NEXT)], days) == (1.0, ())


def test_a_year_with_a_gap_of_a_week_is_one():
    pieces = [row(JAN, JULY), row(date(2025, 7, 8), NEXT)]
    assert moved([policy(JAN, NEXT)], pieces) == (0.95, (0,))


def test_two_halves_are_a_year():
    halves = [policy(JAN, JULY), policy(JULY, NEXT, "Q", "P")]
    both = [row(JAN, JULY), row(JULY, NEXT, "Q")]
    assert moved(halves[:1], both) == (1.0, ())
    assert moved(halves, both) == (0.95, (0,))
    assert moved(halves, both, [(date(2025, 3, 1),), (date(2025, 9, 1), "Q")]) == (1.56, (2,))
    assert moved(halves[:1], both, [(date(2025, 3, 1),)]) == (1.25, (1,))


def test_seasons_are_years_of_the_days_insured():
    seasons = [(date(year, 4, 1), date(year, 10, 1)) for year in (2022, 2023, 2024, 2025)]
    names = ["A", "B", "C", "D"]
    policies = [policy(*one, name, before) for one, name, before in zip(seasons, names, ["", *names], strict=False)]
    rows = [row(*one, name) for one, name in zip(seasons, names, strict=True)]
    assert moved(policies, rows) == (0.9, (0, 0))
    assert moved(policies, rows, [(date(2025, 9, 29), "D")]) == (1.18, (0, 1))


def test_what_was_cancelled_is_not_insured():
    assert moved([policy(JAN, NEXT, cancelled=JULY)], [row(JAN, NEXT)]) == (1.0, ())


def test_what_the_underwriter_says_in_the_course_of_a_year_is_for_all_of_it():
    corrected = [row(JAN, JULY, experience=1.25), row(JULY, NEXT, experience=1.56)]
    assert moved([policy(JAN, NEXT)], corrected) == (1.48, (0,))
    assert moved([policy(JAN, NEXT)], corrected[::-1]) == (1.48, (0,))
    assert moved([policy(JAN, NEXT)], [corrected[0], row(JULY, NEXT)]) == (1.18, (0,))


def test_years_before_the_last_word_are_in_it():
    three = [policy(date(2023, 1, 1), NEXT)]
    each = [row(date(y, 1, 1), date(y + 1, 1, 1), experience=x) for y, x in ((2023, 1.0), (2024, 0.95), (2025, 0.9))]
    assert moved(three, each, [(date(2023, 5, 1),)]) == (0.85, (0,))
    following = [*three, policy(NEXT, date(2027, 1, 1), "Q", "P")]
    assert moved(following, [*each, row(NEXT, date(2027, 1, 1), "Q")], [(date(2026, 2, 1), "Q")]) == (1.06, (0, 1))
    said = row(NEXT, date(2027, 1, 1), "Q", 0.5)
    assert moved(following, [*each, said]) == (0.5, (0,))


def test_a_year_is_one_of_the_calendar_moved_by_its_gaps():
    assert list(years([(date(2023, 3, 1), date(2025, 3, 1))], [])) == [
        (date(2024, 3, 1), 366, 0),
        (date(2025, 3, 1), 365, 0),
    ]
    gap = [(JAN, JULY), (date(2025, 7, 11), date(2026, 1, 12))]
    assert list(years(gap, [])) == [(date(2026, 1, 11), 365, 0), (date(2026, 1, 12), 1, 0)]


SPANS = st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 500)), min_size=1, max_size=6)


@given(SPANS, st.lists(st.integers(0, 2_600), max_size=5), st.integers(1, 499))
def test_every_day_and_claim_counts_once_wherever_it_is_cut(spans, lost, cut):
    at = date(2020, 1, 1)
    insured = [(at + timedelta(days=a), at + timedelta(days=a + n)) for a, n in spans]
    claims = [at + timedelta(days=n) for n in lost]
    found = list(years(insured, claims))
    days = {first + timedelta(days=n) for first, last in insured for n in range((last - first).days)}
    assert sum(year[1] for year in found) == len(days)
    assert sum(year[2] for year in found) == sum(day in days for day in claims)
    assert all(365 <= year[1] <= 366 for year in found[:-1])
    first, last = insured[0]
    middle = min(first + timedelta(days=cut), last)
    assert list(years([(first, middle), (middle, last), *insured[1:]], claims)) == found
