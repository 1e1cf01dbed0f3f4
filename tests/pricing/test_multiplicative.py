"""Relativities multiply: the one published telematics score that is fitted to claims, on our ladder.

Source: Tesla Safety Score, coefficients as read in public re-implementations. A frequency is
``base * product of factor ** count``; added up instead, 1.4 % of hard braking would cost 20 points in place of 3.
"""

from decimal import Decimal

import pytest

from pricing.ladder import Ladder
from pricing.money import decimal

VERSION_1 = (0.682854, (1.014495, 1.127294, 1.019630, 1.001444, 1.317958), 115.382324, 22.526504)
VERSION_2 = (
    0.57198191,
    (1.23599110, 1.01219290, 1.00271921, 1.32343362, 1.03231810, 1.02439511, 1.01151237),
    122.15240383,
    38.72920381,
)


def frequency(version, counts):
    """Predicted collisions per million miles, a relativity a rung."""
    base, factors, *_ = version
    ladder = Ladder()
    ladder.add("telematics", "base", "start", decimal(base), value="1")
    for i, (factor, count) in enumerate(zip(factors, counts, strict=True)):
        ladder.add("telematics", f"factor {i}", "times", decimal(factor**count))
    return ladder.steps[-1].amount


def score(version, counts):
    *_, top, slope = version
    return top - slope * float(frequency(version, counts))


@pytest.mark.parametrize(
    ("version", "counts", "published"),
    [
        (VERSION_1, (0, 1.4, 0, 0, 0), 97.1906),
        (VERSION_1, (10, 1.4, 2, 5, 0), 93.3839),
        (VERSION_2, (0, 0, 0, 0, 0, 0, 0), 100.0000),
        (VERSION_2, (1.2, 3, 10, 0, 4, 2, 0), 85.8771),
    ],
)
def test_check_values(version, counts, published):
    assert score(version, counts) == pytest.approx(published, abs=2e-4)


def test_the_frequencies_themselves():
    assert frequency(VERSION_1, (10, 1.4, 2, 5, 0)) == pytest.approx(Decimal("0.976557"), abs=Decimal("0.000002"))
    assert frequency(VERSION_2, (1.2, 3, 10, 0, 4, 2, 0)) == pytest.approx(Decimal("0.936641"), abs=Decimal("0.000002"))


def test_added_up_it_would_be_another_score():
    """Factor times count, as the two re-implementations have it: 1.4 * 1.127294 in place of a power."""
    _, (_, braking, *_), top, slope = VERSION_1
    assert top - slope * 1.4 * braking == pytest.approx(79.8, abs=0.05)
    assert score(VERSION_1, (0, 1.4, 0, 0, 0)) > 97
