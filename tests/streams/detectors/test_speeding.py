"""Speeding: tolerance, hold, levels, and a limit nobody knows."""

import numpy as np
import pytest

from streams.kernels.params import CLOSE, OPEN, RAISE

KMH = 1 / 3.6


def at(*legs, limit=50.0):
    """Speed at 1 Hz by (km/h, seconds) and the posted limit."""
    return {"speed": np.concatenate([np.full(n, float(v)) for v, n in legs]) * KMH, "speed_limit": limit * KMH}


def test_ten_over_is_tolerated_and_more_is_told_after_3_s(road):
    assert road.drive(**at((60, 60))).opened("speeding") == 0
    assert road.drive(**at((50, 10), (61, 3), (50, 20))).opened("speeding") == 0
    (event,) = road.drive(**at((50, 10), (61, 4), (50, 20))).episodes("speeding")
    assert (event["start"] - road.start, event["end"] - road.start) == (10, 13)
    assert event["peak"] == pytest.approx(11)
    assert event["threshold"] == pytest.approx(60)
    assert event["source"] == 1


def test_levels_need_kmh_and_per_cent(road):
    course = at((50, 5), (62, 6), (67, 5), (79, 5), (82, 5), (50, 10))
    driven = road.drive(**course)
    assert driven.changes["speeding"]["op"].tolist() == [OPEN, RAISE, RAISE, CLOSE]
    assert driven.changes["speeding"]["threshold"] == pytest.approx([60, 66, 80, 80])
    assert road.drive(**at((120, 5), (145, 20), (120, 10), limit=120)).episodes("speeding")[0]["level"] == 1


def test_a_dip_of_5_s_is_bridged_and_one_of_6_is_not(road):
    assert road.drive(**at((65, 9), (50, 4), (65, 9), (50, 20))).opened("speeding") == 1
    assert road.drive(**at((65, 9), (50, 6), (65, 9), (50, 20))).opened("speeding") == 2


def test_flickering_at_the_threshold_is_one_event(road):
    speed = np.r_[np.full(5, 50.0), np.tile([60.5, 59.5], 300), np.full(20, 50.0)] * KMH
    assert road.drive(speed=speed, speed_limit=50 * KMH).opened("speeding") == 1


def test_no_limit_is_no_speeding_unless_the_class_has_one(road):
    speed = np.full(30, 130 * KMH)
    assert road.drive(speed=speed).opened("speeding") == 0
    driven = road.drive(speed=speed, settings={"condition": {"limit_kmh": 100 * KMH}})
    assert [e["source"] for e in driven.episodes("speeding")] == [3]


def test_reports_every_30_s_are_seen_as_speeding_after_the_second(road):
    late = {"t": 30.0 * np.arange(10)}
    assert road.drive(**late, **at((80, 1), (50, 9))).opened("speeding") == 0
    (event,) = road.drive(**late, **at((80, 4), (50, 6))).episodes("speeding")
    assert event["end"] - event["start"] == 90


def test_two_reports_far_apart_say_nothing_of_the_way_between(road):
    assert road.drive(90.0 * np.arange(10), **at((80, 10))).opened("speeding") == 0


def test_the_driver_sees_the_event_end_where_the_limit_rises(road):
    limit = np.r_[np.full(20, 50.0), np.full(20, 80.0)] * KMH
    (event,) = road.drive(speed=np.full(40, 70 * KMH), speed_limit=limit).episodes("speeding")
    assert event["end"] - road.start == 19


def test_each_level_is_held_for_itself(road):
    """At 61 in a zone of 50, one sample of 83: that it was 33 over for a second is no level 3, nor is it the peak."""
    (event,) = road.drive(**at((61, 30), (83, 1), (61, 30))).episodes("speeding")
    assert (event["level"], event["peak"]) == (1, pytest.approx(11))
    (event,) = road.drive(**at((61, 30), (83, 3), (61, 30))).episodes("speeding")
    assert event["level"] == 1
    driven = road.drive(**at((61, 30), (83, 4), (61, 30)))
    (event,) = driven.episodes("speeding")
    assert (event["level"], event["peak"]) == (3, pytest.approx(33))
    assert driven.changes["speeding"]["op"].tolist() == [OPEN, RAISE]


def test_one_outlier_of_a_slow_feed_is_no_level_and_no_peak(road):
    late = {"t": 30.0 * np.arange(20)}
    (event,) = road.drive(**late, **at((62, 10), (140, 1), (62, 9))).episodes("speeding")
    assert (event["level"], event["peak"]) == (1, pytest.approx(12))
    (event,) = road.drive(**late, **at((62, 10), (140, 2), (62, 8))).episodes("speeding")
    assert (event["level"], event["peak"]) == (3, pytest.approx(90))


def test_a_level_flickers_by_no_more_than_the_hysteresis(road):
    speed = np.r_[np.full(9, 62.0), np.tile([81.0, 79.0], 5), np.full(20, 62.0)] * KMH
    assert road.drive(speed=speed, speed_limit=50 * KMH).episodes("speeding")[0]["level"] == 3
    speed[10:19:2] = 76 * KMH  # more than 3 km/h below 80
    assert road.drive(speed=speed, speed_limit=50 * KMH).episodes("speeding")[0]["level"] == 2


def test_what_was_held_before_a_dip_or_a_silence_is_not_held_after_it(road):
    (event,) = road.drive(**at((62, 5), (83, 3), (50, 2), (83, 3), (50, 20))).episodes("speeding")
    assert event["level"] == 1
    t = 30.0 * np.arange(20)
    t[10:] += 60.0
    (event,) = road.drive(t=t, **at((62, 9), (83, 1), (83, 1), (62, 9))).episodes("speeding")[:1]
    assert event["level"] == 1
