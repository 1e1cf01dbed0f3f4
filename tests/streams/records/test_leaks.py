"""Leaks: a few percent a day are found, a night's cold, a step and a filling are not."""

from math import nan

import numpy as np
import pytest

from streams.records.leaks import DAY_S, LeakRule, Point, Watch

RULE = LeakRule((2.0, 4.0, 8.0), 1.0, 4 * DAY_S, DAY_S, 4 * 3600.0, 4.0, 3.0, 1.0, 20.0)
H = 3600.0


def points(cold, hours, full=800.0, slot=0):
    """A point every few hours; ``cold`` kPa as a function of days."""
    return [Point(h * H, float(cold(h / 24)), full, slot, 0) for h in hours]


def follow(some, rule=RULE):
    """Each episode as it last stood."""
    watch, found = Watch(), {}
    for point in some:
        leak = watch.take(point, rule)
        if leak is not None:
            found[leak.first] = leak
    return list(found.values())


ROUND_THE_CLOCK = np.arange(0, 96, 4)
DAYS_ONLY = np.concatenate([24 * day + np.arange(7, 17, 4) for day in range(5)])


@pytest.mark.parametrize("hours", [ROUND_THE_CLOCK, DAYS_ONLY])
def test_three_percent_a_day_is_a_leak_after_a_day_and_says_how_long_it_lasts(hours):
    (leak,) = follow(points(lambda d: 800 * (1 - 0.03 * d), hours))
    assert leak.level == 1
    assert leak.peak == pytest.approx(3.0)
    assert 24 * H <= leak.first.start - hours[0] * H <= 36 * H
    assert leak.hours == pytest.approx((0.20 / 0.03) * 24 - hours[-1], abs=1)


def test_a_faster_leak_is_a_higher_level():
    assert [
        follow(points(lambda d, r=r: 800 * (1 - r * d), ROUND_THE_CLOCK))[0].level for r in (0.021, 0.05, 0.09)
    ] == [
        1,
        2,
        3,
    ]


@pytest.mark.parametrize("hours", [ROUND_THE_CLOCK, DAYS_ONLY])
@pytest.mark.parametrize("swing", [0.01, 0.03])
def test_what_the_day_brings_is_no_leak(hours, swing):
    assert follow(points(lambda d: 800 * (1 + swing * np.sin(2 * np.pi * d)), hours)) == []
    assert follow(points(lambda d: 800 * (1 + swing * np.sin(2 * np.pi * d) - 0.005 * d), hours)) == []


@pytest.mark.parametrize("hours", [ROUND_THE_CLOCK, DAYS_ONLY])
def test_a_leak_is_seen_through_the_day(hours):
    assert len(follow(points(lambda d: 800 * (1 + 0.01 * np.sin(2 * np.pi * d) - 0.03 * d), hours))) == 1


def test_noise_is_no_leak():
    rng = np.random.default_rng(1)
    for _ in range(100):
        assert follow(points(lambda d: 800 + rng.normal(0, 4), np.arange(0, 240, 4))) == []


def test_a_step_is_another_tyre_or_a_repaired_one():
    for day in (0.5, 1.0, 1.7):
        assert follow(points(lambda d, day=day: 800.0 if d < day else 740.0, ROUND_THE_CLOCK)) == []
        assert follow(points(lambda d, day=day: 800.0 if d < day else 300.0, ROUND_THE_CLOCK)) == []


def test_one_wild_point_is_silent():
    assert follow(points(lambda d: 500.0 if d == 2 else 800.0, ROUND_THE_CLOCK)) == []
    assert follow(points(lambda d: 1200.0 if d == 2 else 800.0, ROUND_THE_CLOCK)) == []


def test_filling_ends_the_leak_and_a_new_day_is_needed_to_see_it_again():
    def cold(d):
        return 800 * (1 - 0.03 * (d if d < 3 else d - 3))

    first, second = follow(points(cold, np.arange(0, 144, 4)))
    assert first.end == 3 * DAY_S
    assert second.end is None
    assert 4 * DAY_S <= second.first.start <= 4.5 * DAY_S


def test_a_leak_that_stops_is_over():
    (leak,) = follow(points(lambda d: 800 * (1 - 0.03 * min(d, 2)), np.arange(0, 192, 4)))
    assert leak.end is not None


def test_a_silence_neither_ends_nor_makes_a_leak():
    hours = [*range(0, 48, 4), *range(192, 240, 4)]
    (leak,) = follow(points(lambda d: 800 * (1 - 0.03 * d), hours))
    assert leak.end is None


def test_without_a_placard_the_first_pressure_is_full():
    (leak,) = follow(points(lambda d: 400 * (1 - 0.03 * d), ROUND_THE_CLOCK, full=nan))
    assert leak.peak == pytest.approx(3.0, rel=0.2)
