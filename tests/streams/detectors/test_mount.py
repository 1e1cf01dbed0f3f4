"""A device in any position: gravity, level, forward, remounts; and that it tells what an aligned one tells."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

G = 9.80665
HZ = 20.0
DEG = np.pi / 180
CALM = (0.0, 0.0, 4.0)
LESSON = ((1.5, 0.0, 3.0), CALM, (-1.5, 0.0, 3.0), CALM)  # a little driving: forward is learned from it
BENDS = ((0.0, 2.0, 4.0), CALM, (0.0, -2.0, 4.0), CALM)
BRAKE = (-4.5, 0.0, 2.0)
CORNER = (0.0, 4.6, 3.0)
LANES = ((0.0, 4.5, 1.2), (0.0, -4.5, 1.2))
ROTATIONS = st.tuples(*[st.floats(-1, 1)] * 4)


def pushes(*legs):
    """(2, n) along and to the left, of legs of (m/s², m/s², s), as a driver steers: half a sine each."""
    shapes = [np.sin(np.pi * (np.arange(round(s * HZ)) + 0.5) / round(s * HZ)) ** 0.5 for *_, s in legs]
    return np.concatenate([np.outer(leg[:2], shape) for leg, shape in zip(legs, shapes, strict=True)], axis=1)


def spin(quaternion):
    """(3, 3) a rotation."""
    w, x, y, z = np.array(quaternion) / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


LEVEL = spin((1, 0, 0, 0))
SIDE = spin((0.5, 0.5, -0.5, 0.5))


def felt(push, mount=LEVEL, noise=0.2):
    """What a device in a ``mount`` (one rotation, or one a sample) reads."""
    whole = np.vstack([push, np.full(push.shape[1], G)]) + np.random.default_rng(5).normal(0, noise, (3, push.shape[1]))
    read = mount @ whole if mount.ndim == 2 else np.einsum("nij,jn->in", mount, whole)
    return dict(zip(("imu_x", "imu_y", "imu_z"), read, strict=True))


def said(push, start=20.0):
    """Speed (never twice the same) and yaw rate that go with the pushes."""
    speed = np.maximum(start + np.cumsum(push[0]) / HZ, 1.0) + np.random.default_rng(6).normal(0, 0.01, push.shape[1])
    return {"speed": speed, "yaw_rate": np.degrees(push[1] / speed)}


def yaw_only(push, start=15.0):
    return {"yaw_rate": said(push, start)["yaw_rate"]}


def kinds(driven):
    return {kind: [e["level"] for e in driven.episodes(kind)] for kind in driven.changes if driven.opened(kind)}


DAY = pushes(CALM, *LESSON, *BENDS, BRAKE, CALM, CORNER, CALM, (4.0, 0.0, 2.0), CALM, *LANES, CALM, CALM)


@given(ROTATIONS, st.booleans())
@settings(max_examples=25, deadline=None)
def test_however_it_lies_it_tells_what_an_aligned_one_tells(road, turned, with_speed):
    assume(np.linalg.norm(turned) > 0.1)
    voice = said(DAY) if with_speed else yaw_only(DAY)
    mounted = road.drive(hz=HZ, **felt(DAY, spin(turned)), **voice)
    aligned = road.drive(hz=HZ, accel_long=DAY[0], accel_lat=DAY[1], **said(DAY))
    assert set(kinds(aligned)) == {"harsh_braking", "harsh_acceleration", "harsh_cornering", "lane_change"}
    for kind in aligned.changes:
        for mine, right in zip(mounted.episodes(kind), aligned.episodes(kind), strict=True):
            assert mine["source"] == 3
            assert mine["level"] == right["level"]
            assert mine["start"] == pytest.approx(right["start"], abs=0.3)
            assert mine["end"] == pytest.approx(right["end"], abs=0.3)
            assert mine["peak"] == pytest.approx(right["peak"], rel=0.1)


def test_the_position_of_the_device_makes_no_difference_beyond_rounding(road):
    one, other = (road.drive(hz=HZ, **felt(DAY, mount), **said(DAY)).batch for mount in (LEVEL, SIDE))
    for name in ("horizontal", "accel", "lateral"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9, nan_ok=True)


def test_gravity_is_known_after_5_s_and_forward_once_it_was_driven(road):
    drive = np.concatenate([pushes(CALM, CALM), DAY], axis=1)
    batch = road.drive(hz=HZ, **felt(drive, SIDE), **said(drive)).batch
    assert np.flatnonzero(np.isfinite(batch.horizontal))[0] == pytest.approx(5 * HZ, abs=2)
    first = np.flatnonzero(batch.accel_source == 3)[0] / HZ
    assert 8 < first < 25
    late = slice(int(40 * HZ), None)
    assert np.abs(batch.accel[late] - drive[0, late]).mean() < 0.25
    assert np.abs(batch.lateral[late] - drive[1, late]).mean() < 0.25


def test_a_brake_told_by_speed_and_by_the_device_is_one_event(road):
    early = pushes(CALM, CALM, BRAKE, CALM, CALM)  # forward is not known yet
    driven = road.drive(hz=HZ, **felt(early, SIDE), **said(early))
    assert kinds(driven) == {"harsh_braking": [2]}
    assert driven.episodes("harsh_braking")[0]["source"] == 2
    late = pushes(CALM, *LESSON, *LESSON, BRAKE, CALM, CALM)
    driven = road.drive(hz=HZ, **felt(late, SIDE), **said(late))
    assert kinds(driven) == {"harsh_braking": [2]}
    assert driven.episodes("harsh_braking")[0]["source"] == 3


def test_without_speed_and_yaw_rate_all_is_a_harsh_manoeuvre(road):
    drive = pushes(CALM, CALM, BRAKE, CALM, CORNER, CALM, (4.0, 0.0, 2.0), CALM)
    assert kinds(road.drive(hz=HZ, **felt(drive, SIDE))) == {"harsh_manoeuvre": [2, 2, 2]}


def test_a_yaw_rate_tells_corners_and_lane_changes_from_the_rest(road):
    drive = pushes(CALM, CALM, BRAKE, CALM, CORNER, CALM)
    driven = road.drive(hz=HZ, **felt(drive, SIDE), **yaw_only(drive))
    assert kinds(driven) == {"harsh_manoeuvre": [2], "harsh_cornering": [2]}
    drive = pushes(CALM, CALM, *LANES, CALM)
    assert kinds(road.drive(hz=HZ, **felt(drive, SIDE), **yaw_only(drive))) == {"lane_change": [2]}


def test_forward_is_learned_from_turns_alone(road):
    drive = pushes(CALM, *BENDS, BRAKE, CALM, (4.0, 0.0, 2.0), CALM)
    driven = road.drive(hz=HZ, **felt(drive, SIDE), **yaw_only(drive))
    assert kinds(driven) == {"harsh_braking": [2], "harsh_acceleration": [2]}
    assert all(e["source"] == 3 for kind in kinds(driven) for e in driven.episodes(kind))


def test_a_slope_leaks_no_more_than_its_sine_and_half_a_metre_less_after_30_s(road):
    grade = np.r_[np.zeros(int(40 * HZ)), np.full(int(60 * HZ), 0.1), np.zeros(int(60 * HZ))]
    tilt = np.arctan(grade)
    whole = np.vstack([G * np.sin(tilt), np.zeros(tilt.size), G * np.cos(tilt)])
    x, y, z = SIDE @ whole
    driven = road.drive(hz=HZ, imu_x=x, imu_y=y, imu_z=z, speed=20.0)
    flat = driven.batch.horizontal
    assert np.nanmax(flat) <= G * np.sin(np.arctan(0.1)) + 1e-9
    assert flat[int(70 * HZ)] < 0.5
    assert flat[int(99 * HZ)] < 0.25
    assert kinds(driven) == {}


def test_a_long_brake_is_not_taken_for_a_slope(road):
    drive = pushes(*[CALM] * 10, (-3.0, 0.0, 5.0), CALM)
    batch = road.drive(hz=HZ, **felt(drive, SIDE, noise=0.0)).batch
    assert batch.horizontal[-1] < 0.15


@given(ROTATIONS, st.booleans())
@example((0.9, 0.4, 0.0, 0.0), True)
@example((0.0, 0.0, 1.0, 0.0), True)
@settings(max_examples=25, deadline=None)
def test_a_remount_in_the_middle_of_a_trip_is_no_manoeuvre_and_is_learned_anew(road, turned, with_speed):
    assume(np.linalg.norm(turned) > 0.1)
    calm, again = pushes(CALM, *LESSON, *BENDS, *[CALM] * 2), pushes(*[CALM] * 5, *LESSON, *BENDS, BRAKE, CALM)
    other = spin(turned)
    assume(other[2, 2] < np.cos(35 * DEG))
    drive = np.concatenate([calm, again], axis=1)
    share = np.clip((np.arange(drive.shape[1]) - calm.shape[1]) / HZ, 0, 1)  # turned over within a second
    path = np.array([spin((1 - s) * np.array([1.0, 0, 0, 0]) + s * np.array(turned) * _near(turned)) for s in share])
    voice = said(drive) if with_speed else yaw_only(drive)
    driven = road.drive(hz=HZ, **felt(drive, path), **voice)
    assert {kind: len(levels) for kind, levels in kinds(driven).items()} == {"harsh_braking": 1}
    (brake,) = driven.episodes("harsh_braking")
    assert brake["start"] - road.start > again.shape[1] / HZ
    assert brake["source"] == 3


def _near(turned):
    return 1.0 if turned[0] >= 0 else -1.0


def test_a_device_turned_on_the_spot_is_learned_anew(road):
    half = spin((0, 0, 0, 1))  # about the vertical: gravity does not move
    lesson = pushes(CALM, *LESSON * 20)
    path = np.repeat(np.array([LEVEL, half]), lesson.shape[1], axis=0)
    drive = np.concatenate([lesson, lesson], axis=1)
    batch = road.drive(hz=HZ, **felt(drive, path), **said(drive)).batch
    for part in (slice(int(60 * HZ), lesson.shape[1]), slice(-int(20 * HZ), None)):
        assert np.corrcoef(batch.accel[part], drive[0, part])[0, 1] > 0.95
        assert (batch.accel_source[part] == 3).all()


def test_an_aligned_accelerometer_is_preferred(road):
    drive = pushes(CALM, *LESSON, BRAKE, CALM)
    driven = road.drive(hz=HZ, **felt(drive, SIDE), **said(drive), accel_long=drive[0] * 0.1, accel_lat=0.0)
    assert kinds(driven) == {}
    assert set(driven.batch.accel_source[1:]) == {1}


@pytest.mark.parametrize("wrong", [0.0, 0.1, 1.5])
def test_a_device_that_does_not_feel_gravity_is_not_used(road, wrong):
    drive = pushes(CALM, CALM, BRAKE, CALM)
    readings = {name: values * wrong for name, values in felt(drive, SIDE).items()}
    driven = road.drive(hz=HZ, **readings)
    assert kinds(driven) == {}
    assert np.isnan(driven.batch.horizontal).all()


def test_potholes_are_no_manoeuvres(road):
    drive = pushes(*[CALM] * 8)
    readings = felt(drive, SIDE)
    readings["imu_x"][300::60] += 40.0
    readings["imu_y"][301::60] -= 30.0
    assert kinds(road.drive(hz=HZ, **readings, **yaw_only(drive))) == {}


def test_a_device_slower_than_every_2_s_is_not_used(road):
    drive = pushes(*[BRAKE, CALM] * 40)[:, ::60]
    driven = road.drive(3.0 * np.arange(drive.shape[1]), **felt(drive, SIDE))
    assert np.isnan(driven.batch.horizontal).all()
