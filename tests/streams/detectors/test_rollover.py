"""Rollover: a vehicle on its side after a drive; and all that only seems to lean."""

import numpy as np
import pytest

from streams.kernels.params import CLOSE, OPEN

G = 9.80665
MOUNT = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
HZ = 10


def ride(roll, speed, forward=0.0, shock=None):
    """Raw accelerometer and speed at 10 Hz; ``roll`` in degrees, ``forward`` in m/s²."""
    roll = np.radians(np.asarray(roll, float))
    axes = np.stack([np.broadcast_to(forward, roll.shape), G * np.sin(roll), G * np.cos(roll)], 1)
    axes = axes + np.random.default_rng(4).normal(0, 0.2, axes.shape)
    if shock is not None:
        axes[shock] += 8 * G
    read = axes @ MOUNT.T
    return dict(zip(("imu_x", "imu_y", "imu_z"), read.T, strict=True)) | {"hz": HZ, "speed": speed}


def seconds(*parts):
    """(value, s) after another at 10 Hz."""
    return np.concatenate([np.full(s * HZ, float(value)) for value, s in parts])


def test_a_vehicle_on_its_side_is_severe_until_it_is_upright(road):
    roll = seconds((0, 60), (90, 120), (0, 20))
    driven = road.drive(**ride(roll, seconds((20, 60), (0, 140))))
    assert driven.changes["rollover"]["op"][[0, -1]].tolist() == [OPEN, CLOSE]
    (event,) = driven.episodes("rollover")
    assert event["level"] == 3
    assert event["start"] - road.start == pytest.approx(60.5, abs=1)
    assert event["end"] - road.start == pytest.approx(180.5, abs=1)
    assert event["peak"] == pytest.approx(90, abs=3)


def test_a_slide_is_told_once_it_stands(road):
    driven = road.drive(
        **ride(seconds((0, 60), (100, 20)), np.r_[seconds((20, 60)), np.linspace(20, 0, 50), np.zeros(150)])
    )
    (event,) = driven.episodes("rollover")
    assert event["level"] == 3
    assert event["start"] - road.start == pytest.approx(64.3, abs=1)


def test_a_device_that_falls_off_its_holder_while_the_vehicle_drives_on_is_none(road):
    roll = seconds((0, 60), (90, 600))
    for stop_s in (20, 60, 300):
        speed = seconds((20, 60 + stop_s), (0, 600 - stop_s))
        assert not road.drive(**ride(roll, speed)).changes["rollover"].size


def test_where_the_speed_is_lost_with_the_fall_nothing_gainsays_it(road):
    driven = road.drive(**ride(seconds((0, 60), (90, 20)), np.r_[seconds((20, 62)), np.full(180, np.nan)]))
    assert [e["level"] for e in driven.episodes("rollover")] == [3]


def test_a_lean_in_the_ditch_is_not_severe(road):
    driven = road.drive(**ride(seconds((0, 60), (40, 60)), seconds((20, 60), (0, 60))))
    assert [e["level"] for e in driven.episodes("rollover")] == [2]


@pytest.mark.parametrize(
    "drive",
    [
        ride(seconds((0, 120)), seconds((20, 120)), forward=np.where(seconds((0, 80), (1, 3), (0, 37)) > 0, -9.0, 0.0)),
        ride(seconds((0, 60), (26, 30), (0, 30)), 20.0),
        ride(seconds((0, 60), (9, 300)), seconds((20, 60), (0, 300))),
        ride(seconds((0, 120)), seconds((20, 120)), shock=slice(700, 703)),
        ride(seconds((0, 60), (0, 60), (90, 60)), seconds((20, 60), (0, 120))),
        ride(seconds((0, 60), (0, 5), (90, 60)), seconds((20, 60), (0, 65))),
        ride(seconds((0, 60), (90, 600)), seconds((20, 60), (15, 600))) | {"imu_x": np.nan},
    ],
    ids=[
        "full braking",
        "roundabout",
        "parked across a hill",
        "shock",
        "device taken down",
        "device taken down at once",
        "no accelerometer",
    ],
)
def test_what_only_seems_to_lean_is_none(road, drive):
    assert not road.drive(**drive).changes["rollover"].size


def test_a_device_mounted_anew_is_learned(road):
    roll = seconds((0, 60), (90, 1800))
    speed = seconds((20, 50), (0, 60), (20, 1750))
    driven = road.drive(**ride(roll, speed))
    assert [e["level"] for e in driven.episodes("rollover")] == []


def test_without_speed_a_blow_stands_for_having_driven(road):
    roll = seconds((0, 60), (90, 20))
    assert road.drive(**ride(roll, np.nan)).opened("rollover") == 0
    assert road.drive(**ride(roll, np.nan, shock=slice(600, 602))).opened("rollover") == 1
