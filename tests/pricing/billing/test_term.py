"""A term and its parts."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.billing.term import Term

D = Decimal
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))


def test_the_days_of_a_year_sum_to_its_premium_to_the_cent():
    days = [YEAR.start + timedelta(i) for i in range(366)]
    daily = [YEAR.share(D("1234.56"), a, b) for a, b in pairwise(days)]
    assert len(daily) == 365
    assert sum(daily) == D("1234.56")
    assert set(daily) == {D("3.38"), D("3.39")}
    assert 365 * round(D("1234.56") / 365, 2) == D("1233.70")  # each day rounded by itself loses 0.86


def test_the_mode_of_rounding_is_the_terms():
    """Half of 0.25 is 0.125."""
    two_days = (date(2026, 1, 1), date(2026, 1, 3))
    middle = date(2026, 1, 2)
    assert Term(*two_days).earned(D("0.25"), middle) == D("0.12")
    assert Term(*two_days, ROUND_HALF_UP).earned(D("0.25"), middle) == D("0.13")


@given(st.decimals(0, 10**6, places=2), st.lists(st.integers(0, 365), max_size=12))
def test_however_it_is_cut_the_parts_sum_to_the_whole(premium, cuts):
    days = [YEAR.start + timedelta(i) for i in (0, *sorted(cuts), 365)]
    assert sum(YEAR.share(premium, a, b) for a, b in pairwise(days)) == premium


def test_what_is_no_term_or_not_within_it_is_refused():
    with pytest.raises(ValueError, match="not after its start"):
        Term(YEAR.start, YEAR.start)
    with pytest.raises(ValueError, match="2027-01-02 is not within 2026-01-01 to 2027-01-01"):
        YEAR.earned(D(1), date(2027, 1, 2))
