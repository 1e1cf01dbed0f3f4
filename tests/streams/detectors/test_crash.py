"""Crash: felt by an accelerometer, or seen as a sudden standstill; and all that is none."""

import numpy as np
import pytest

from streams.kernels.params import CLOSE, OPEN, RAISE

KMH = 1 / 3.6
G = 9.80665
SPEED, CONFIRMED, UNCONFIRMED = 2, 3, 4  # source


def driving(n, hz=100, kmh=57.0, seed=1):
    """Speed that is never twice the same."""
    return kmh * KMH + np.cumsum(np.random.default_rng(seed).normal(0, 0.1 / hz, n))


def felt(blow, before=500, after=9000):
    """Accelerometer at 100 Hz with a blow in it, and the speed."""
    accel = np.r_[np.zeros(before), blow, np.zeros(after)]
    return {"accel_long": accel, "speed": np.maximum(15.8 + np.cumsum(np.minimum(accel, 0)) / 100, 0), "hz": 100}


def test_a_crash_is_one_event_that_closes_a_minute_later(road):
    driven = road.drive(**felt(np.full(9, -180.0)))
    assert driven.changes["crash"]["op"].tolist() == [OPEN, RAISE, CLOSE]
    (event,) = driven.episodes("crash")
    assert event["start"] == road.start + 5.0
    assert event["end"] == road.start + 5.15
    assert (event["level"], event["source"]) == (3, CONFIRMED)
    assert event["peak"] == pytest.approx(9 * 1.8 * 3.6, abs=0.1)
    assert driven.harsh == 0


def test_a_second_blow_within_a_minute_is_the_same_crash(road):
    blows = np.r_[np.full(9, -100.0), np.zeros(1000), np.full(9, 60.0)]
    (event,) = road.drive(**felt(blows)).episodes("crash")
    assert event["end"] - event["start"] > 10


def haversine(kmh, ms, hz=100):
    """A pulse that takes this much speed away in this time."""
    shape = np.sin(np.linspace(0, np.pi, round(ms / 1000 * hz) + 1)) ** 2
    return -shape / shape.sum() * kmh * KMH * hz


def after_blow(blow, speed_after, hz=100, seconds=90):
    accel = np.r_[np.zeros(5 * hz), blow, np.zeros(seconds * hz)]
    speed = np.r_[np.full(5 * hz + blow.size, 15.0), speed_after(np.arange(seconds * hz) / hz)]
    return {"hz": hz, "accel_long": accel, "speed": speed + np.random.default_rng(3).uniform(0, 0.1, speed.size)}


@pytest.mark.parametrize(
    ("kmh", "speed_after", "level", "source"),
    [
        (20.0, lambda t: np.maximum(9.4 - 6 * t, 0), 3, CONFIRMED),
        (10.0, lambda t: np.maximum(12.2 - 4 * t, 0), 2, CONFIRMED),
        (20.0, lambda t: np.full(t.size, 12.0), 2, UNCONFIRMED),
        (20.0, lambda t: np.clip(12 - 3 * (t - 65), 0, 12), 2, UNCONFIRMED),
        (20.0, lambda t: np.full(t.size, np.nan), 3, 1),
        (10.0, lambda t: np.full(t.size, np.nan), 2, 1),
    ],
    ids=["stops", "minor, stops", "drives on", "drives on for a minute", "speed unknown", "minor, speed unknown"],
)
def test_a_blow_is_told_at_once_and_judged_by_what_follows(road, kmh, speed_after, level, source):
    driven = road.drive(**after_blow(haversine(kmh, 100), speed_after))
    changes = driven.changes["crash"]
    assert (changes[0]["op"], changes[0]["level"]) == (OPEN, 2)
    assert (changes[-1]["op"], changes[-1]["level"], changes[-1]["source"]) == (CLOSE, level, source)
    assert changes[-1]["peak"] == pytest.approx(kmh, rel=0.2)


def test_silence_after_a_blow_confirms_it(road):
    before = after_blow(haversine(20.0, 100), lambda t: np.full(t.size, 9.0), seconds=3)
    t = np.r_[np.arange(before["speed"].size) / 100, 3600.0]
    blow = np.r_[before["accel_long"], 0.0]
    (event,) = road.drive(t, accel_long=blow, speed=np.r_[before["speed"], 9.0]).episodes("crash")
    assert (event["level"], event["source"]) == (3, CONFIRMED)


MOUNT = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]  # device axes of forward, left, up


def device(forward, up=0.0, left=0.0, before=2000, after=9000, hz=200, rail=np.inf, seed=2):
    """What a device of unknown mount reads, gravity included, at most ``rail`` an axis."""
    n = before + max(np.size(one) for one in (forward, up, left)) + after
    axes = np.zeros((n, 3))
    for axis, one in enumerate((forward, left, up)):
        axes[before : before + np.size(one), axis] = one
    axes += np.random.default_rng(seed).normal(0, 0.3, axes.shape)
    axes[:, 2] += G
    read = np.clip(axes @ MOUNT.T, -rail, rail)
    return dict(zip(("imu_x", "imu_y", "imu_z"), read.T, strict=True)) | {"hz": hz}


def test_a_device_of_unknown_mount_feels_the_same(road):
    pulse = haversine(40.0, 100, hz=200)
    (event,) = road.drive(**device(pulse)).episodes("crash")
    assert event["start"] - road.start == pytest.approx(10.0, abs=0.03)
    assert event["peak"] == pytest.approx(40, rel=0.1)
    (clipped,) = road.drive(**device(pulse, rail=8 * G)).episodes("crash")
    assert 25 < clipped["peak"] < 41


@pytest.mark.parametrize(
    "ride",
    [
        {"forward": 0.0, "up": np.tile([60.0, 80.0, -70.0, -60.0], 3)},
        {"forward": -1.5 * G * np.sin(np.linspace(0, np.pi, 12)), "up": 4 * G * np.sin(np.linspace(0, 6 * np.pi, 60))},
        {"forward": np.full(20, -0.5 * G), "up": 1.5 * G * np.sin(np.linspace(0, 2 * np.pi, 50))},
        {"forward": 6 * G * np.cos(2 * np.pi * 8 * np.arange(2000) / 200), "left": 20.0},
        {"forward": 10 * G * np.cos(2 * np.pi * 8 * np.arange(2000) / 200), "up": 20.0},
    ],
    ids=["pothole", "kerb", "speed bump", "shaking", "shaking into the rails"],
)
def test_shocks_of_a_device_of_unknown_mount_are_none(road, ride):
    assert road.drive(**device(**ride, rail=5 * G)).opened("crash") == 0


def test_a_sensor_stuck_at_its_rail_is_none(road):
    read = device(0.0, after=4000)
    for name in ("imu_x", "imu_y", "imu_z"):
        read[name][3000:5000] = 8 * G if name == "imu_x" else 0.0
    assert road.drive(**read).opened("crash") == 0
    assert road.drive(hz=100, accel_long=np.r_[np.zeros(500), np.full(500, -80.0), np.zeros(50)]).opened("crash") == 0


def test_before_gravity_is_known_a_raw_accelerometer_proves_nothing(road):
    assert road.drive(**device(haversine(40.0, 100, hz=200), before=100, after=20)).opened("crash") == 0


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
    assert event["source"] == SPEED
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
