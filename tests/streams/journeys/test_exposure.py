"""Exposure segments: whose they are, where they are cut, and that nothing is lost between them."""

import numpy as np
import pytest
from hypothesis import given, settings

from streams.journeys import exposure
from streams.journeys.exposure import SUMS

from .drawn import EXPOSURE

KMH = 1 / 3.6
DAY = 86_400.0


@pytest.fixture(scope="session")
def run(kit):
    """Every segment, closed or open, in order."""

    def run(*batches):
        rows, state = kit.run(exposure, exposure.SEGMENT, *batches)
        return np.concatenate([rows, exposure.open_rows(state, np.arange(state.size))]).view(exposure.NAMED)

    return run


def midnight_after(t):
    return (np.floor(t / DAY) + 1) * DAY


def test_one_driver_and_one_day_is_one_segment(kit, run):
    t = kit.start + np.r_[np.arange(600.0), 9000 + np.arange(600.0)]
    (segment,) = run(kit.conditioned(t, 10.0))
    assert (segment["start"], segment["end"], segment["samples"]) == (t[0], t[-1], 1200)
    assert segment["day"] == kit.start // DAY
    assert segment["metres"] == pytest.approx(2 * 599 * 10)
    assert segment["moving_s"] == pytest.approx(2 * 599)
    assert np.isnan(segment["odometer_m"])


def test_a_step_across_midnight_is_shared_by_time(kit, run):
    t = midnight_after(kit.start) + np.array([-40.0, -10.0, 20.0, 50.0])
    before, after = run(kit.conditioned(t, 15.0))
    assert before["metres"] == pytest.approx(40 * 15)
    assert after["metres"] == pytest.approx(50 * 15)
    assert (before["moving_s"], after["moving_s"]) == pytest.approx((40, 50))
    assert before["end"] == after["start"] == midnight_after(kit.start)
    assert (before["samples"], after["samples"]) == (2, 2)
    assert after["day"] == before["day"] + 1


def test_a_sample_on_the_stroke_of_midnight_belongs_to_the_new_day(kit, run):
    t = midnight_after(kit.start) + np.array([-30.0, 0.0])
    before, after = run(kit.conditioned(t, 15.0))
    assert (before["metres"], after["metres"]) == (450, 0)
    assert (before["samples"], after["samples"]) == (1, 1)


def test_the_stretch_before_a_driver_first_speaks_is_already_theirs(kit, run):
    t = kit.start + np.arange(0.0, 100.0, 10.0)
    driver = [1, 1, 1, 2, 2, 2, 1, 1, 1, 1]
    found = run(kit.conditioned(t, 10.0, driver=driver))
    assert found["driver"].tolist() == [1, 2, 1]
    assert (found["start"] - kit.start).tolist() == [0, 20, 50]
    assert (found["end"] - kit.start).tolist() == [20, 50, 90]
    assert found["metres"].tolist() == pytest.approx([200, 300, 400])


def test_an_unknown_driver_is_a_segment_of_its_own(kit, run):
    found = run(kit.conditioned(kit.start + np.arange(4.0), 10.0, driver=[-1, -1, 5, 5]))
    assert found["driver"].tolist() == [-1, 5]


def test_kilometres_driven_in_a_silence_show_on_the_odometer(kit, run):
    t = kit.start + np.r_[np.arange(100.0), 99 + 3600 + np.arange(100.0)]
    odometer = 1e6 + 10.0 * (t - t[0])
    (segment,) = run(kit.conditioned(t, 10.0, odometer=odometer))
    assert segment["metres"] == pytest.approx(198 * 10)
    assert segment["odometer_m"] == pytest.approx(odometer[-1] - odometer[0])
    assert segment["gap_m"] == pytest.approx(36_000)


def test_a_silence_over_several_days_is_shared_by_time(kit, run):
    first = midnight_after(kit.start) - 3600
    t = np.array([first, first + 2 * DAY])
    found = run(kit.conditioned(t, 0.0, odometer=[0.0, 480_000.0]))
    assert found["gap_m"].tolist() == pytest.approx([10_000, 240_000, 230_000])
    assert found["odometer_m"].tolist() == pytest.approx([10_000, 240_000, 230_000])


def test_a_silence_in_which_the_odometer_stood_leaves_no_segments(kit, run):
    t = np.array([kit.start, kit.start + 10 * DAY])
    found = run(kit.conditioned(t, 0.0, odometer=5.0))
    assert (found["day"] - kit.start // DAY).tolist() == [0, 10]


def test_a_new_odometer_adds_nothing(kit, run):
    t = kit.start + np.arange(0.0, 50.0, 10.0)
    (segment,) = run(kit.conditioned(t, 10.0, odometer=[900_000, 900_100, 12, 112, 800_000]))
    assert segment["odometer_m"] == 200
    assert segment["gap_m"] == 0


def test_an_odometer_that_runs_ahead_without_a_silence_shows_no_gap(kit, run):
    odometer = np.r_[[0.0], np.full(98, np.nan), [1980.0]]
    (segment,) = run(kit.conditioned(kit.start + np.arange(100.0), 10.0, odometer=odometer))
    assert segment["odometer_m"] == 1980
    assert segment["gap_m"] == 0


def test_metres_over_the_limit_are_kept_by_band(kit, run):
    over = np.array([-5, 0, 5, 10, 10.5, 20, 20.5, 30, 30.5, 80, np.nan])  # the limit is 0, to compare exactly
    (segment,) = run(kit.conditioned(kit.start + np.arange(11.0), over * KMH, step=10.0, limit=0.0, limit_source=1))
    assert [segment[name] for name in ("over_0_10_m", "over_10_20_m", "over_20_30_m", "over_30_m")] == [20] * 4
    assert segment["limit_known_m"] == 100


def test_metres_are_kept_by_band_of_the_speed(kit, run):
    kmh = np.array([0, 20, 20.5, 50, 50.5, 80, 80.5, 100, 100.5, 130, 130.5, 250, np.nan])
    (segment,) = run(kit.conditioned(kit.start + np.arange(13.0), kmh * KMH, step=10.0))
    assert [segment[name] for name in SUMS if name.startswith("speed_")] == [20] * 6
    assert segment["metres"] == 130  # of the last ten nobody knows the speed


def test_metres_are_kept_by_part_of_the_day(kit, run):
    (segment,) = run(kit.conditioned(kit.start + np.arange(6.0), 10.0, step=10.0, daypart=[1, 2, 3, 4, 5, 0]))
    names = ("night_m", "hour_5_9_m", "hour_9_16_m", "hour_16_19_m", "hour_19_22_m")
    assert [segment[name] for name in names] == [10] * 5
    assert segment["metres"] == 60


def test_a_limit_of_the_class_is_not_a_posted_one(kit, run):
    (segment,) = run(kit.conditioned(kit.start + np.arange(5.0), 30.0, limit=20.0, limit_source=3))
    assert segment["limit_known_m"] == segment["over_30_m"] == 0


@pytest.mark.parametrize(("dt", "observed"), [(0.5, 4.5), (1.0, 9.0), (2.0, 0.0), (5.0, 0.0), (30.0, 0.0)])
def test_what_reports_too_seldom_for_a_brake_is_not_observed(kit, run, dt, observed):
    (segment,) = run(kit.conditioned(kit.start + dt * np.arange(10.0), 10.0, lateral=0.1))
    assert segment["observed_s"] == segment["observed_corner_s"] == observed
    assert segment["observed_m"] == segment["observed_corner_m"] == observed * 10


def test_a_speed_every_2_s_is_not_dense_because_the_door_is_told_in_between(kit, run):
    seldom = np.where(np.arange(100) % 2, np.nan, 10.0)
    known = {"speed": seldom, "accel": seldom * 0, "lateral": seldom * 0}
    (segment,) = run(kit.conditioned(kit.start + np.arange(100.0), 10.0, **known))
    assert segment["observed_s"] == segment["observed_corner_s"] == 0


def test_what_is_told_between_two_speeds_takes_no_sight(kit, run):
    every = np.where(np.arange(100) % 2, np.nan, 10.0)
    known = {"speed": every, "accel": every * 0, "lateral": every * 0}
    (segment,) = run(kit.conditioned(kit.start + 0.5 * np.arange(100.0), 10.0, **known))
    assert segment["observed_s"] == segment["observed_corner_s"] == 49


def test_a_frozen_speed_is_observed_only_a_while(kit, run):
    accel = np.r_[[0.1] * 10, [np.nan] * 90]
    (segment,) = run(kit.conditioned(kit.start + np.arange(100.0), 10.0, accel=accel, speed=10.0))
    assert segment["observed_s"] == 9 + 30


def test_corners_are_observed_with_a_lateral_acceleration(kit, run):
    (segment,) = run(kit.conditioned(kit.start + np.arange(10.0), 10.0, lateral=0.1))
    assert segment["observed_corner_s"] == 9
    assert segment["observed_corner_m"] == 90


def test_tyres_are_observed_for_half_an_hour_after_a_reading(kit, run):
    t = kit.start + 10 * np.arange(400.0)
    (segment,) = run(kit.conditioned(t, 10.0, tyre_t=[t[100]]))
    assert segment["observed_tyre_m"] == pytest.approx(181 * 100)


def test_idling_needs_the_ignition(kit, run):
    t = kit.start + np.arange(100.0)
    ignition = np.r_[[1.0], [np.nan] * 49, [0.0], [np.nan] * 49]
    (segment,) = run(kit.conditioned(t, 0.0, ignition=ignition))
    assert segment["idle_s"] == 49
    assert segment["moving_s"] == 0


def test_a_parked_vehicle_has_no_kilometres(kit, run):
    (segment,) = run(kit.conditioned(kit.start + 60 * np.arange(400.0), 0.0))
    assert segment["metres"] == segment["moving_s"] == segment["night_m"] == 0


@given(EXPOSURE.drives)
@settings(max_examples=60)
def test_nothing_is_lost_and_nothing_counts_twice(kit, run, legs):
    batch = EXPOSURE.batch(kit, legs)
    found = run(batch)
    moving = (batch.moving == 1) & (batch.quality == 0) & ~np.isnan(batch.dt)
    assert found["metres"].sum() == pytest.approx(batch.step.sum(), rel=1e-9)
    assert found["moving_s"].sum() == pytest.approx(batch.dt[moving].sum(), rel=1e-9)
    assert found["samples"].sum() == batch.t.size
    assert (found["day"] == found["start"] // DAY).all()
    assert (found["end"] <= (found["day"] + 1) * DAY).all()
    assert (np.diff(np.column_stack([found["start"], found["end"]]).ravel()) >= 0).all()
    assert len({(int(s["driver"]), float(s["start"])) for s in found}) == found.size
    assert all((found[name] >= 0).all() for name in SUMS if name != "odometer_m")
    assert not (found["odometer_m"] < 0).any()


@given(EXPOSURE.drives)
@settings(max_examples=30)
def test_the_odometer_is_shared_out_whole(kit, run, legs):
    batch = EXPOSURE.batch(kit, [(*leg[:3], abs(leg[3]) / 100, leg[4]) for leg in legs])
    readings = batch.odometer[~np.isnan(batch.odometer)]
    advance = readings[-1] - readings[0] if readings.size else 0
    assert np.nansum(run(batch)["odometer_m"]) == pytest.approx(advance, rel=1e-9, abs=1e-6)
