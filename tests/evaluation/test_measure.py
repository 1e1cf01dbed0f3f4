"""Measure: what counts as found and as right, and intervals that hold what they should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.measure import Finding, Span, marked, per_100_km, poisson, wilson
from evaluation.page import findings


def span(start, end, vehicle="v"):
    return Span(vehicle, start, end)


def test_a_truth_is_found_by_any_event_that_meets_it_and_an_event_is_right_if_it_meets_any():
    truths = [span(0, 10), span(20, 30), span(40, 50)]
    events = [span(9, 21), span(30, 30), span(33, 35), span(45, 46, "other")]
    found = marked("d", "k", "1 s", truths, events)
    assert (found.truths, found.found, found.events, found.right) == (3, 2, 4, 2)
    assert (found.recall, found.precision) == (2 / 3, 1 / 2)
    assert found.f1 == pytest.approx(4 / 7)
    assert marked("d", "k", "1 s", truths, events, slack=5.0).right == 3


def test_onset_is_that_of_the_event_that_begins_closest():
    truths = [span(0, 10), span(20, 30), span(40, 50), span(60, 70)]
    events = [span(1, 3), span(8, 9), span(18, 22), span(43, 50)]
    found = marked("d", "k", "1 s", truths, events)
    assert (found.onset, found.within) == (1.0, pytest.approx(2.8))
    assert "| onset, s |" in findings([found]) and "| +1.0 (2.8) |" in findings([found])
    assert "onset" not in findings([marked("d", "k", "1 s", truths, [])])


def test_what_cannot_be_said_is_not_said():
    nothing = marked("d", "k", "1 s", [], [])
    assert (nothing.recall, nothing.precision, nothing.f1) == (None, None, None)
    assert marked("d", "k", "1 s", [span(0, 1)], [span(5, 6)]).f1 == 0.0


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366)],
)
def test_wilson_has_the_published_values(hits, of, low, high):
    """Source: Newcombe 1998, Statistics in Medicine 17, table I (81 of 263); the others by hand."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-3)


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(hits, misses):
    low, high = wilson(hits, hits + misses)
    share = hits / (hits + misses) if hits + misses else 0.5
    assert 0.0 <= low <= share <= high <= 1.0


def test_a_table_says_counts_with_shares():
    text = findings([Finding("KIT", "harsh_braking", "1 s", 4, 2, 0, 0)])
    assert "| KIT | `harsh_braking` | 1 s | 4 | 0.50 (0.15-0.85) | 0 |  |  |  |" in text


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.39)])
def test_the_interval_of_a_count_is_near_the_exact_one(count, low, high):
    assert poisson(count) == pytest.approx((low, high), abs=0.03)


def test_none_in_few_km_may_still_be_many():
    fact = per_100_km("RSK", "harsh", 0, 225.0)
    assert (fact.value, fact.note) == (0.0, "0 in 225 km; 0.00-1.63")
