"""Lane changes: pushed to one side and back, heading as before; no corner, no bend, no swing of the road."""

import numpy as np
import pytest


def swerves(*legs, hz=20.0, speed=15.0):
    """Lateral pushes as half sines of (m/s², seconds) with 5 s of calm around, and the yaw rate that goes with them."""
    pushes = [a * np.sin(np.pi * (np.arange(round(s * hz)) + 0.5) / round(s * hz)) if s else [] for a, s in legs]
    lateral = np.concatenate([np.zeros(round(5 * hz)), *pushes, np.zeros(round(5 * hz))])
    return {"accel_lat": lateral, "yaw_rate": np.degrees(lateral / speed), "speed": speed, "hz": hz}


SHARP = ((4.5, 1.2), (-4.5, 1.2))


def test_a_lane_change_is_told_once_and_is_no_corner(road):
    driven = road.drive(**swerves(*SHARP))
    (event,) = driven.episodes("lane_change")
    assert driven.harsh == 0
    assert event["level"] == 2
    assert event["peak"] == pytest.approx(4.0, abs=0.1)  # smoothed
    assert event["threshold"] == pytest.approx(0.4 * 9.80665)
    assert event["start"] - road.start == pytest.approx(5.2, abs=0.2)
    assert event["end"] - road.start == pytest.approx(7.4, abs=0.2)


def test_a_lane_change_without_an_accelerometer_is_felt_by_speed_and_yaw_rate(road):
    drive = swerves(*SHARP)
    del drive["accel_lat"]
    (event,) = road.drive(**drive).episodes("lane_change")
    assert event["source"] == 2


@pytest.mark.parametrize(("klass", "level"), [("car", 0), ("van", 1), ("truck", 1), ("bus", 2)])
def test_what_is_harsh_depends_on_the_class(road, klass, level):
    driven = road.drive(**swerves((3.1, 1.4), (-3.1, 1.4)), settings={"klass": klass})
    assert [e["level"] for e in driven.episodes("lane_change")] == ([level] if level else [])


def test_overtaking_is_two(road):
    assert road.drive(**swerves(*SHARP, (0, 3), (-4.5, 1.2), (4.5, 1.2))).opened("lane_change") == 2


@pytest.mark.parametrize(
    "legs",
    [
        pytest.param(((4.5, 1.2),), id="one push"),
        pytest.param(((4.5, 1.2), (4.5, 1.2)), id="both to the same side"),
        pytest.param(((4.5, 4.0), (-4.5, 4.0)), id="an S of the road"),
        pytest.param(((4.5, 1.2), (0, 2.0), (-4.5, 1.2)), id="a pause between"),
        pytest.param(((4.5, 1.5), (-2.0, 0.8)), id="only half back"),
        pytest.param(((9.0, 0.1), (-9.0, 0.1)), id="a pothole"),
        pytest.param(((2.0, 1.8), (-2.0, 1.8)), id="an easy one"),
        pytest.param(((4.5, 6.0), (-4.5, 1.2)), id="out of a roundabout"),
    ],
)
def test_what_is_no_lane_change(road, legs):
    calm = [leg if leg[0] else (0.0001, leg[1]) for leg in legs]
    assert road.drive(**swerves(*calm)).opened("lane_change") == 0


def test_without_a_yaw_rate_nothing_is_told(road):
    drive = swerves(*SHARP)
    del drive["yaw_rate"]
    assert road.drive(**drive).opened("lane_change") == 0


def test_below_30_kmh_nothing_begins(road):
    assert road.drive(**swerves(*SHARP) | {"speed": 8.0}).opened("lane_change") == 0


def test_at_1_hz_a_lane_change_cannot_be_seen(road):
    assert road.drive(**swerves((4.5, 3.0), (-4.5, 3.0), hz=1.0)).opened("lane_change") == 0


def test_a_hole_in_the_middle_ends_it(road):
    drive = swerves(*SHARP)
    hz = drive.pop("hz")
    keep = np.ones(drive["accel_lat"].size, bool)
    keep[int(6.0 * hz) : int(6.8 * hz)] = False
    t = np.arange(keep.size)[keep] / hz
    driven = road.drive(t, accel_lat=drive["accel_lat"][keep], yaw_rate=drive["yaw_rate"][keep], speed=15.0)
    assert driven.opened("lane_change") == 0
