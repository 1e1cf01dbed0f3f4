"""Crash: felt by an accelerometer, or seen as a sudden standstill; and all that is none."""

import numpy as np
import pytest

from streams.detectors.base import CLOSE, OPEN

KMH = 1 / 3.6


def driving(n, hz=100, kmh=57.0, seed=1):
    """Speed that is never twice the same."""
    return kmh * KMH + np.cumsum(np.random.default_rng(seed).normal(0, 0.1 / hz, n))


def felt(blow, before=500, after=9000):
    """Accelerometer at 100 Hz with a blow in it, and the speed."""
    accel = np.r_[np.zeros(before), blow, np.zeros(after)]
    return {"accel_long": accel, "speed": np.maximum(15.8 + np.cumsum(np.minimum(accel, 0)) / 100, 0), "hz": 100}


def test_a_crash_is_one_event_that_closes_a_minute_later(road):
    driven = road.drive(**felt(np.full(9, -180.0)))
    assert driven.changes["crash"]["op"].tolist() == [OPEN, CLOSE]
    (event,) = driven.episodes("crash")
    assert event["start"] == road.start + 5.0
    assert event["end"] == road.start + 5.15
    assert event["level"] == 3
    assert event["peak"] == pytest.approx(9 * 1.8 * 3.6, abs=0.1)
    assert driven.harsh == 0


def test_a_second_blow_within_a_minute_is_the_same_crash(road):
    blows = np.r_[np.full(9, -100.0), np.zeros(1000), np.full(9, 60.0)]
    (event,) = road.drive(**felt(blows)).episodes("crash")
    assert event["end"] - event["start"] > 10


@pytest.mark.parametrize(
    "blow",
    [np.array([-500.0]), np.array([90.0, -90.0] * 5), np.full(200, -9.0), np.array([-60.0, -20.0, 40.0, 25.0])],
    ids=["one sample", "shaking", "full braking", "pothole"],
)
def test_a_shock_without_a_change_of_speed_is_no_crash(road, blow):
    driven = road.drive(**felt(blow))
    assert driven.opened("crash") == 0


def test_a_blow_from_the_side_or_while_waiting_at_a_light_counts(road):
    hit = np.r_[np.zeros(500), np.full(8, 60.0), np.zeros(500)]
    assert road.drive(hz=100, accel_lat=hit, speed=0.0, ignition=1.0).opened("crash") == 1
    assert road.drive(hz=100, accel_long=hit, speed=0.0, ignition=0.0).opened("crash") == 0  # parked: a door


def test_an_accelerometer_slower_than_20_hz_feels_nothing(road):
    accel = np.r_[np.zeros(50), -40.0, -30.0, np.zeros(50)]
    assert road.drive(hz=10, accel_long=accel, speed=15.0).opened("crash") == 0


@pytest.mark.parametrize("hz", [1, 10])
def test_a_sudden_standstill_is_a_crash_at_its_first_moment(road, hz):
    driven = road.drive(hz=hz, speed=np.r_[driving(30 * hz, hz), np.zeros(90 * hz)])
    (event,) = driven.episodes("crash")
    assert event["start"] == road.start + 30
    assert event["peak"] == pytest.approx(57, abs=2)
    assert event["source"] == 2
    assert driven.changes["crash"]["op"].tolist() == [OPEN, CLOSE]


def test_a_standstill_that_does_not_last_is_none(road):
    assert road.drive(speed=np.r_[driving(30, 1), np.zeros(4), driving(60, 1)]).opened("crash") == 0


def test_a_full_braking_is_none(road):
    t = np.arange(0, 60, 0.1)
    speed = np.maximum(np.where(t < 30, 20 + 0.01 * np.sin(t), 20 - 9.5 * (t - 30)), 0)
    driven = road.drive(t, speed=speed)
    assert driven.opened("crash") == 0
    assert [e["level"] for e in driven.episodes("harsh_braking")] == [3]


def test_a_stale_speed_that_drops_to_zero_is_none(road):
    assert road.drive(speed=np.r_[np.full(30, 60 * KMH), np.zeros(60)]).opened("crash") == 0


def test_silence_after_the_fall_is_told_when_the_vehicle_speaks_again(road):
    t = np.r_[np.arange(33.0), 33 + 3600 + np.arange(5.0)]
    driven = road.drive(t, speed=np.r_[driving(31, 1), np.zeros(7)])
    assert driven.opened("crash") == 1
