"""Conditioning, which every detector reads: what is believed of speed, acceleration, position, limit and driver."""

from math import cos, pi, radians

import numpy as np
import pytest

from devices.samples import Samples
from streams.conditioning.condition import PARAMS, STATE, condition
from streams.fleets.batch import assemble
from streams.kernels.params import thresholds
from streams.kernels.quality import BAD_FIX, FALL, FROM_POSITION, GAP, HELD, JUMP, NO_FIX, RELOCATED, SPARSE, STALE

KMH = 1 / 3.6
DEGREE = 6_371_008.8 * pi / 180


def north(metres, lat=48.0):
    """Positions so many metres north of a place."""
    return {"lat": lat + np.asarray(metres, float) / DEGREE, "lon": 11.0}


def has(batch, bit):
    return np.flatnonzero(batch.quality & bit).tolist()


def uneven(n, kmh=60.0, seed=1):
    """A speed around ``kmh`` that is never twice the same."""
    return (kmh + np.random.default_rng(seed).normal(0, 0.5, n)) * KMH


@pytest.mark.parametrize("speed", [np.full(100, 60 * KMH), uneven(100)], ids=["cruise", "uneven"])
@pytest.mark.parametrize("wrong", [255.0, 0.0, 130.0])
def test_one_wrong_speed_is_no_event_and_costs_no_distance(road, speed, wrong):
    right = road.drive(speed=speed, speed_limit=50 * KMH)
    spiked = speed.copy()
    spiked[50] = wrong * KMH
    driven = road.drive(speed=spiked, speed_limit=50 * KMH)
    assert has(driven.batch, JUMP) == [50]
    assert np.isnan(driven.batch.v[50])
    assert driven.batch.moving[50] == 1
    assert driven.km == pytest.approx(right.km, rel=1e-3)
    assert driven.harsh == driven.opened("crash") == 0
    assert all(e["peak"] < 15 for e in driven.episodes("speeding"))


def test_a_speed_that_stays_is_believed_when_time_has_made_it_possible(road):
    driven = road.drive(speed=np.r_[uneven(50), np.full(20, 200 * KMH)])
    refused = has(driven.batch, JUMP)
    assert refused[0] == 50
    assert 3 <= len(refused) <= 4  # 39 m/s at 10 m/s²
    assert driven.harsh == 0


def test_a_polled_speed_is_judged_by_its_changes(road):
    t = np.arange(0, 30, 0.09)
    polled = np.floor(t / 0.9) * 0.9
    driven = road.drive(t, speed=np.maximum(20 - 3 * polled, 0))
    evidence = driven.batch.accel[np.isfinite(driven.batch.accel)]
    assert evidence.size == 8
    assert evidence[:-1] == pytest.approx(-3.0, abs=0.35)
    assert set(driven.batch.accel_source[np.isfinite(driven.batch.accel)]) == {2}


def test_integer_speed_at_10_hz_makes_no_spikes(road):
    t = np.arange(0, 20, 0.1)
    driven = road.drive(t, speed=np.floor(60 - 3.6 * t) * KMH)
    evidence = driven.batch.accel[np.isfinite(driven.batch.accel)]
    assert evidence == pytest.approx(-1.0, abs=0.5)


def test_a_speed_said_again_every_second_is_evidence_of_the_last_second(road):
    driven = road.drive(speed=np.r_[uneven(20), np.full(10, 16.0), [12.0, 10.0]])
    assert np.isnan(driven.batch.accel[21:30]).all()
    assert driven.batch.accel[30:] == pytest.approx([-4.0, -2.0])
    assert has(driven.batch, HELD) == [23, 24, 25, 26, 27, 28, 29, 30]


@pytest.mark.parametrize("rows", [np.arange(20.0, 25.0, 0.1), [20.0, 22.9]], ids=["polled", "sparse"])
def test_a_long_hold_that_hides_when_the_speed_changed_is_no_evidence(road, rows):
    """In fast rows a value may be old, and after a pause it is."""
    t = np.r_[np.arange(20.0), rows, [25.0, 26.0]]
    driven = road.drive(t, speed=np.r_[uneven(20), np.full(len(rows), 16.0), [12.0, 10.0]])
    assert np.isnan(driven.batch.accel[21:-1]).all()
    assert driven.batch.accel[-1] == pytest.approx(-2.0)


def test_a_gap_is_not_a_brake(road):
    driven = road.drive([0, 1, 2, 62, 63], speed=[30.0, 30.5, 31.0, 0.0, 0.5])
    assert not np.isfinite(driven.batch.accel[3])
    assert has(driven.batch, SPARSE) == [3]
    driven = road.drive([0, 1, 202, 203], speed=[30.0, 30.5, 30.0, 30.2])
    assert has(driven.batch, GAP) == [2]
    assert driven.batch.step[2] == 0


def test_a_device_whose_held_speeds_step_is_not_believed(road):
    true = 15 + 5 * np.sin(np.arange(600) / 9)
    polled = road.drive(speed=true)
    late = road.drive(speed=np.repeat(true[::6], 6))
    assert not has(polled.batch, STALE)
    assert len(has(late.batch, STALE)) > 400
    assert np.isnan(late.batch.accel[300:]).all()


def test_an_accelerometer_is_preferred_and_its_shocks_are_left_out(road):
    accel = np.full(500, -1.0)
    accel[250:253] = -90.0
    driven = road.drive(hz=100, speed=uneven(500), accel_long=accel)
    assert driven.batch.accel[1:] == pytest.approx(np.where(np.abs(accel[1:]) > 11, np.nan, -1.0), nan_ok=True)
    assert np.isnan(driven.batch.accel[0])
    assert set(driven.batch.accel_source[254:]) == {1}


def test_an_accelerometer_is_smoothed_over_a_quarter_of_a_second(road):
    driven = road.drive(hz=100, accel_long=np.r_[np.zeros(100), np.full(100, -4.0)])
    step = driven.batch.accel[100:]
    assert step[0] == pytest.approx(-0.16)
    assert -2.6 < step[24] < -2.4  # 1 - 1/e
    assert step[99] == pytest.approx(-4.0, abs=0.1)


def test_lateral_is_speed_times_yaw_rate_without_an_accelerometer(road):
    driven = road.drive(hz=10, speed=15.0, yaw_rate=np.full(50, 10.0))
    assert driven.batch.lateral[1:] == pytest.approx(15 * radians(10))


def test_speed_is_carried_over_samples_that_do_not_tell_it(road):
    speed = np.full(20, np.nan)
    speed[0] = 15.0
    driven = road.drive(speed=speed)
    assert np.isfinite(driven.batch.v).tolist() == [True] * 6 + [False] * 14


def test_positions_alone_give_speed_and_distance(road):
    driven = road.drive(**north(10.0 * np.arange(600)))
    assert driven.batch.v[20:] == pytest.approx(10.0, rel=0.01)
    assert driven.km == pytest.approx(5.99, rel=0.01)
    assert len(has(driven.batch, FROM_POSITION)) > 590


def test_from_positions_a_stop_is_seen_within_a_minute(road):
    driven = road.drive(**north(np.minimum(10.0 * np.arange(400), 2000)))
    assert driven.batch.moving[190:200].tolist() == [1] * 10
    assert driven.batch.moving[255:].tolist() == [0] * 145
    assert driven.km == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize("period", [1, 10, 60])
@pytest.mark.parametrize("speed", [None, 0.0], ids=["positions only", "with speed"])
def test_12_hours_parked_with_15_m_of_wander_are_0_km(road, period, speed):
    n, rng = 43_200 // period, np.random.default_rng(period)
    angle, radius = rng.uniform(0, 2 * pi, n), 15 * np.sqrt(rng.uniform(0, 1, n))
    where = north(radius * np.sin(angle)) | {"lon": 11 + radius * np.cos(angle) / DEGREE / cos(radians(48))}
    driven = road.drive(period * np.arange(n), **where, **({} if speed is None else {"speed": speed}))
    assert driven.km == 0
    assert not (driven.batch.moving == 1).any()


@pytest.mark.parametrize("period", [1.0, 30.0])
@pytest.mark.parametrize("with_speed", [True, False])
@pytest.mark.parametrize("wrong", [(0.0, 0.0), (-48.1, 11.0), (48.3, 11.0)], ids=["null", "sign", "20 km"])
def test_a_leap_and_back_changes_no_distance(road, period, with_speed, wrong):
    where = north(15 * period * np.arange(700))
    where["lon"] = np.full(700, 11.0)
    said = {"speed": np.full(700, 15.0)} if with_speed else {}
    right = road.drive(period * np.arange(700), **where, **said)
    where["lat"][350], where["lon"][350] = wrong
    driven = road.drive(period * np.arange(700), **where, **said)
    assert driven.km == pytest.approx(right.km, abs=0.0005 if with_speed else 0.04)  # a place is 40 m wide
    assert driven.km == pytest.approx(0.015 * period * 699, rel=0.01)
    assert has(driven.batch, BAD_FIX | NO_FIX) == [350]


def test_a_place_far_away_is_believed_the_third_time(road):
    driven = road.drive(speed=0.0, **north(np.r_[np.zeros(10), np.full(10, 500_000.0)]))
    assert has(driven.batch, BAD_FIX) == [10, 11]
    assert has(driven.batch, RELOCATED) == [12]
    assert driven.km == 0


def test_a_receiver_stuck_for_20_s_is_not_refused_when_it_moves_on(road):
    true = 16.0 * np.arange(300)
    driven = road.drive(speed=16.0, **north(np.repeat(true[::20], 20)))
    assert not has(driven.batch, BAD_FIX)
    assert driven.km == pytest.approx(16 * 299 / 1000)


def test_a_bus_that_stands_at_every_report_still_moves(road):
    driven = road.drive(120.0 * np.arange(30), speed=0.0, **north(800.0 * np.arange(30)))
    assert driven.km == pytest.approx(29 * 0.8, rel=0.001)
    assert driven.batch.moving[1:].tolist() == [1] * 29


def test_moving_has_hysteresis(road):
    driven = road.drive(speed=np.array([0, 5, 8, 5, 3.1, 2.9, 5, 9]) * KMH)
    assert driven.batch.moving.tolist() == [0, 0, 1, 1, 1, 0, 0, 1]


def test_the_posted_limit_goes_before_the_class_limit(road):
    settings = {"condition": {"limit_kmh": 80 * KMH}}
    driven = road.drive(speed=20.0, speed_limit=[np.nan, 50 * KMH, np.nan], settings=settings)
    assert driven.batch.limit == pytest.approx([80 * KMH, 50 * KMH, 80 * KMH])
    assert driven.batch.limit_source.tolist() == [3, 1, 3]
    assert np.isnan(road.drive(speed=[20.0, 20.0]).batch.limit).all()


def persons(road, said, ignition=None, first=0.0):
    """Driver and night of samples a minute apart; the rough fleet plans driver 7 from 10 s to 300 s."""
    t = road.start + first + 60.0 * np.arange(len(said))
    columns = {} if ignition is None else {"ignition": np.array(ignition, float)}
    samples = Samples([("f", "v")], np.zeros(t.size, np.int64), t, columns, ["a", "b"], np.array(said))
    batch, _ = assemble(samples, np.zeros(1, np.int64), np.array([3, 4]))
    condition(batch, road.rough["fleet"](1), road.rough["states"](STATE, 1), thresholds(PARAMS))
    return batch


def test_a_driver_holds_until_the_next_or_ignition_off(road):
    assert persons(road, [-1] * 7).driver.tolist() == [-1, 7, 7, 7, 7, -1, -1]
    assert persons(road, [0, -1, 1, -1, -1]).driver.tolist() == [3, 3, 4, 4, 4]
    assert persons(road, [0, -1, -1, -1], [1, 0, 1, 1]).driver.tolist() == [3, 3, 7, 7]
    assert persons(road, [-1, -2, -1, 0]).driver.tolist() == [-1, -1, -1, 3]


def test_night_is_22_to_5_and_the_day_has_four_parts_in_the_fleets_time_zone(road):
    # the fleet is 8 h ahead of UTC, after ten minutes 9 h; the start is 15:06:40 UTC, so 23:06:40 and then 00:16
    day = persons(road, [-1] * 1440, first=0.0)
    local = (day.t + np.where(day.t < road.start + 600, 8, 9) * 3600) % 86_400
    begun = np.searchsorted(np.array([5, 9, 16, 19, 22]) * 3600, local, "right")
    assert day.daypart.tolist() == (1 + begun % 5).tolist()
    assert set(day.daypart) == {1, 2, 3, 4, 5}


def test_an_impossible_fall_is_marked_and_believed_the_second_time(road):
    driven = road.drive(speed=np.r_[uneven(30), np.zeros(10)])
    assert has(driven.batch, FALL) == [30]
    assert np.isnan(driven.batch.v[30])
    assert driven.batch.v[31] == 0
    assert driven.harsh == 0
