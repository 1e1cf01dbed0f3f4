"""Harsh braking, acceleration and cornering: how hard, how long, how fast, and what else bears it out."""

import numpy as np
import pytest

from streams.kernels.params import CLOSE, OPEN, RAISE

G = 9.80665
KMH = 1 / 3.6


def braking(*legs, start=25.0, hz=10.0):
    """Accelerometer and speed of a drive: 5 s calm, then (m/s², seconds) legs, then 8 s calm."""
    accel = np.concatenate([np.full(round(seconds * hz), a) for a, seconds in [(0.0, 5), *legs, (0.0, 8)]])
    return {"accel_long": accel, "speed": np.maximum(start + np.cumsum(accel) / hz, 0.0), "hz": hz}


def test_a_hard_brake_is_told_once_with_its_course(road):
    driven = road.drive(**braking((-3.0, 1.0), (-4.0, 1.5), (-5.0, 1.5), (-1.0, 1.0)))
    assert driven.changes["harsh_braking"]["op"].tolist() == [OPEN, RAISE, RAISE, CLOSE]
    assert driven.changes["harsh_braking"]["level"].tolist() == [1, 2, 3, 3]
    (event,) = driven.episodes("harsh_braking")
    assert event["start"] - road.start == pytest.approx(5.5, abs=0.5)
    assert event["end"] - road.start == pytest.approx(9.2, abs=0.3)
    assert event["peak"] == pytest.approx(5.0, abs=0.01)
    assert event["threshold"] == pytest.approx(0.46 * G)
    assert event["source"] == 1
    assert 20 < event["speed"] < 25


@pytest.mark.parametrize(("seconds", "found"), [(0.5, 0), (1.2, 1)])
def test_a_moment_is_not_enough(road, seconds, found):
    assert road.drive(**braking((-3.2, seconds))).opened("harsh_braking") == found


def test_below_10_kmh_nothing_begins(road):
    assert road.drive(**braking((-4.0, 0.9), start=2.7)).opened("harsh_braking") == 0


def setting_off(gain, lasting, **also):
    """Speed at 10 Hz of a vehicle that stands for 5 s, sets off, and cruises for 5 s."""
    speed = np.r_[np.zeros(50), np.cumsum(np.full(round(lasting * 10), gain / 10))]
    return {"hz": 10, "speed": np.r_[speed, speed[-1] + np.random.default_rng(1).normal(0, 0.05, 50)]} | also


def test_a_hard_start_is_told_from_the_standstill_on(road):
    (event,) = road.drive(**setting_off(3.2, 1.3, ignition=1.0)).episodes("harsh_acceleration")
    assert event["level"] == 2
    assert event["speed"] < 10 * KMH
    (felt,) = road.drive(**braking((3.2, 1.5), start=0.0)).episodes("harsh_acceleration")
    assert felt["level"] == 2
    assert felt["speed"] < 1


def test_a_start_that_never_comes_to_10_kmh_is_none(road):
    assert road.drive(**setting_off(1.8, 1.5, ignition=1.0), settings={"klass": "bus"}).harsh == 0
    assert road.drive(**braking((3.2, 0.8), start=0.0)).harsh == 0


@pytest.mark.parametrize("said", [{}, {"ignition": 0.0}])
def test_a_start_that_only_the_speed_tells_of_is_judged_from_10_kmh_on(road, said):
    assert road.drive(**setting_off(3.2, 1.3, **said)).harsh == 0
    assert road.drive(**setting_off(3.2, 2.5, **said)).opened("harsh_acceleration") == 1


def test_a_parked_receivers_noise_is_no_start(road):
    rng = np.random.default_rng(7)
    drift = np.abs(rng.normal(0, 1.0, 20_000)) + 2 * (rng.random(20_000) < 0.02)
    for said in ({}, {"ignition": 0.0}, {"ignition": 1.0}, {"accel_long": rng.normal(0, 0.05, 20_000)}):
        assert road.drive(speed=drift, **said).harsh == 0


def brake_by_speed(strength, lasting, hz, step=0.0, noise=0.0, seed=1):
    """Speed at ``hz``: a minute's cruise at 72 km/h, one brake, cruising on; rounded to ``step`` m/s."""
    t = np.arange(0, 90, 1 / hz) + np.random.default_rng(seed).uniform(0, 1 / hz)
    speed = 20 - strength * np.clip(t - 60, 0, lasting) + np.random.default_rng(seed).normal(0, noise, t.size)
    return {"hz": hz, "speed": np.round(speed / step) * step if step else speed}


@pytest.mark.parametrize("hz", [5, 10, 20])
def test_a_brake_of_a_second_is_seen_by_a_fine_speed(road, hz):
    for seed in range(20):
        driven = road.drive(**brake_by_speed(0.45 * G, 1.0, hz, step=0.1 * KMH, noise=0.05, seed=seed))
        assert driven.opened("harsh_braking") == 1
        assert driven.opened("harsh_acceleration") == 0


def test_a_coarse_or_noisy_speed_is_judged_over_more_than_half_a_second(road):
    for rough in ({"step": KMH}, {"step": 1.0}, {"noise": 0.3}):
        driven = road.drive(**brake_by_speed(0.0, 0.0, 10, **rough))
        assert driven.harsh == 0
        driven = road.drive(**brake_by_speed(0.20 * G, 3.0, 10, **{"noise": 0.02} | rough))
        assert driven.harsh == 0
        t = driven.batch.t[np.isfinite(driven.batch.accel)]
        assert np.diff(t).min() > 0.59


def test_two_brakes_within_3_s_are_one(road):
    assert road.drive(**braking((-4.0, 1.0), (0.0, 2.0), (-4.0, 1.0))).opened("harsh_braking") == 1
    assert road.drive(**braking((-4.0, 1.0), (0.0, 4.0), (-4.0, 1.0))).opened("harsh_braking") == 2


def test_what_happens_again_within_3_s_reopens_the_same_event(road):
    driven = road.drive(**braking((-3.5, 1.2), (0.0, 2.5), (-5.0, 1.5)))
    changes = driven.changes["harsh_braking"]
    assert changes["op"].tolist() == [OPEN, RAISE, RAISE, CLOSE]
    assert len(set(changes["start"].tolist())) == 1  # the start names the event
    assert changes["end"][-1] - changes["start"][0] == pytest.approx(4.5, abs=0.5)


def test_a_wobble_above_83_percent_does_not_end_it(road):
    legs = [(-4.0 if k % 2 else -3.0, 0.3) for k in range(10)]
    (event,) = road.drive(**braking(*legs)).episodes("harsh_braking")
    assert event["end"] - event["start"] > 2.0


@pytest.mark.parametrize(("klass", "level"), [("car", 0), ("van", 1), ("truck", 1), ("bus", 2)])
def test_what_is_harsh_depends_on_the_class(road, klass, level):
    driven = road.drive(**braking((-2.6, 2.0)), settings={"klass": klass})
    assert [e["level"] for e in driven.episodes("harsh_braking")] == ([level] if level else [])


def at_1_hz(*steps, start=25.0):
    """Speed at 1 Hz, never twice the same, with so many m/s lost from second to second after ten."""
    calm = start + np.random.default_rng(1).normal(0, 0.05, 10)
    return np.r_[
        calm, calm[-1] - np.cumsum(steps), calm[-1] - sum(steps) + np.random.default_rng(2).normal(0, 0.05, 10)
    ]


def test_at_1_hz_it_takes_two_samples_in_a_row(road):
    assert road.drive(speed=at_1_hz(4.0)).harsh == 0
    (event,) = road.drive(speed=at_1_hz(4.0, 4.0)).episodes("harsh_braking")
    assert event["level"] == 2
    assert event["source"] == 2
    assert road.drive(speed=at_1_hz(4.0, 1.0, 4.0)).harsh == 0


@pytest.mark.parametrize("digit", [0.1, 1.0])
@pytest.mark.parametrize(("g", "levels"), [(0.2, []), (0.45, [2]), (0.6, [3])])
def test_a_brake_of_two_seconds_out_of_a_steady_speed_is_seen_at_1_hz(road, digit, g, levels):
    """The tracker has said 80 for a minute; the first second of the brake counts."""
    kmh = np.r_[np.full(60, 80.0), 80.0 - g * G / KMH * np.minimum(np.arange(1, 11), 2)]
    driven = road.drive(speed=np.round(kmh / digit) * digit * KMH)
    assert [event["level"] for event in driven.episodes("harsh_braking")] == levels


@pytest.mark.parametrize("witness", [{"brake_pedal": 60.0}, {"abs_active": 1.0}])
def test_at_1_hz_one_sample_is_enough_with_a_witness(road, witness):
    driven = road.drive(speed=at_1_hz(4.0), **witness)
    assert [e["level"] for e in driven.episodes("harsh_braking")] == [2]
    assert road.drive(speed=at_1_hz(-4.0), **witness).harsh == 0  # an acceleration has no witness


@pytest.mark.parametrize("renewed", [2, 3, 4, 6])
def test_a_witness_does_not_help_a_speed_that_is_renewed_now_and_then(road, renewed):
    """Gentle braking between speeds rounded to 1 km/h: every few seconds one leaps, and the pedal is pressed."""
    rng, v, pedal = np.random.default_rng(renewed), [10.0], [0.0]
    for _ in range(60):
        level, gently = rng.uniform(8, 18), rng.uniform(1.2, 2.0)
        while v[-1] != level:
            v.append(max(v[-1] - gently, level) if v[-1] > level else min(v[-1] + 1.2, level))
            pedal.append(60.0 if v[-1] < v[-2] else 0.0)
        stay = int(rng.integers(3, 20))
        v, pedal = v + [level] * stay, pedal + [0.0] * stay
    shown = np.round(np.repeat(v[::renewed], renewed)[: len(v)] / KMH) * KMH
    assert road.drive(speed=shown, brake_pedal=np.array(pedal)).harsh == 0


def test_a_witness_does_not_help_a_spike_at_100_hz(road):
    accel = np.zeros(1000)
    accel[500] = -9.0
    assert road.drive(hz=100, accel_long=accel, speed=20.0, brake_pedal=80.0).harsh == 0


@pytest.mark.parametrize("period", [2.5, 10.0, 30.0])
def test_a_sparse_reporter_is_not_judged(road, period):
    t = period * np.arange(200)
    speed = 15 + 14 * np.sin(np.arange(200) * 2.0)
    driven = road.drive(t, speed=speed, accel_long=-5.0, accel_lat=6.0)
    assert driven.harsh == 0


def test_a_brake_in_a_gap_is_not_seen_and_an_open_one_ends_before_it(road):
    drive = braking((-4.0, 2.0))
    t = np.arange(drive["accel_long"].size) / 10
    t[65:] += 500  # silence in the middle of the brake
    driven = road.drive(t, accel_long=drive["accel_long"], speed=drive["speed"])
    (event,) = driven.episodes("harsh_braking")
    assert event["end"] == road.start + 6.4


def test_acceleration_is_not_braking(road):
    driven = road.drive(**braking((3.5, 2.0), start=5.0))
    assert driven.opened("harsh_acceleration") == 1
    assert driven.opened("harsh_braking") == driven.opened("harsh_cornering") == 0
    assert driven.episodes("harsh_acceleration")[0]["level"] == 2


@pytest.mark.parametrize("side", [1, -1])
def test_corners_count_to_both_sides(road, side):
    lateral = np.r_[np.zeros(50), np.full(30, side * 4.5), np.zeros(80)]
    (event,) = road.drive(hz=10, accel_lat=lateral, speed=15.0).episodes("harsh_cornering")
    assert event["level"] == 2
    assert event["peak"] == pytest.approx(4.5, abs=0.01)
    assert road.drive(hz=10, accel_lat=lateral, speed=8.0).harsh == 0  # below 30 km/h


def test_with_a_yaw_rate_a_push_that_does_not_turn_the_vehicle_is_no_corner(road):
    lateral = np.r_[np.zeros(50), np.full(12, 4.5), np.zeros(80)]
    drive = {"hz": 10, "accel_lat": lateral, "speed": 15.0}
    assert road.drive(**drive).opened("harsh_cornering") == 1
    assert road.drive(**drive, yaw_rate=np.where(lateral > 0, 5.0, 0.0)).opened("harsh_cornering") == 0
    (event,) = road.drive(**drive, yaw_rate=np.where(lateral > 0, 28.0, 0.0)).episodes("harsh_cornering")
    assert event["level"] == 2
    long = drive | {"accel_lat": np.r_[np.zeros(50), np.full(25, 4.5), np.zeros(80)]}
    assert road.drive(**long, yaw_rate=2.0).opened("harsh_cornering") == 1  # a fast, wide bend


def test_a_corner_is_felt_by_yaw_rate_too(road):
    yaw = np.r_[np.zeros(50), np.full(30, 18.0), np.zeros(80)]
    (event,) = road.drive(hz=10, yaw_rate=yaw, speed=15.0).episodes("harsh_cornering")
    assert event["source"] == 2
    assert event["level"] == 2
