"""Tow and rolling away: a vehicle that is switched off and moves all the same; one of the two, never both."""

import numpy as np
import pytest

from streams.fleets.geometry import EARTH

DEGREE = EARTH * np.pi / 180
KINDS = ("tow", "ignition_off_movement")


def parked(road, metres, period=1.0, speed=0.0, ignition=0.0, east=0.0, **columns):
    """Ten samples with the ignition on, then parked for 10 min; then ``metres`` from there at each sample."""
    before = 10 + int(600 / period)
    metres = np.concatenate([np.zeros(before), np.asarray(metres, float)])
    n = metres.size
    said = np.concatenate([np.zeros(before), np.broadcast_to(speed, n - before)])
    on = np.where(np.arange(n) < 10, 1.0, ignition)
    east = np.concatenate([np.zeros(before), np.broadcast_to(east, n - before)])
    return road.drive(
        t=np.arange(n) * period,
        lat=48 + metres / DEGREE,
        lon=11 + east / DEGREE / np.cos(np.radians(48)),
        speed=said,
        ignition=on,
        **columns,
    ), road.start + before * period


@pytest.mark.parametrize("period", [1.0, 10.0, 30.0])
def test_a_vehicle_on_a_hook_is_towed(road, period):
    away = np.minimum(np.arange(0, 1800, period) * 10.0, 9000.0)
    driven, since = parked(road, away, period)
    (event,) = driven.episodes("tow")
    assert since + 28 <= event["start"] <= since + 30 + 2 * period
    assert event["level"] == 3
    assert event["peak"] == pytest.approx(9000, rel=0.01)
    assert event["lat"] == pytest.approx(48.0, abs=1e-4)
    assert event["end"] == pytest.approx(since + 900, abs=15 + period)
    assert driven.episodes("ignition_off_movement") == []


def test_by_positions_alone_it_is_a_tow_too(road):
    driven, _ = parked(road, np.arange(0, 1800, 30) * 10.0, 30.0, speed=np.nan)
    assert [driven.opened(kind) for kind in KINDS] == [1, 0]


def test_a_vehicle_that_rolls_by_its_own_wheels_rolls_away(road):
    speed = np.r_[np.linspace(0, 10, 60), np.full(60, 10.0), np.zeros(120)]
    driven, since = parked(road, np.cumsum(speed), speed=speed)
    (event,) = driven.episodes("ignition_off_movement")
    assert event["level"] == 3
    assert event["peak"] == pytest.approx(36)
    assert event["start"] == pytest.approx(since + 13, abs=2)
    assert driven.episodes("tow") == []


@pytest.mark.parametrize("period", [1.0, 5.0, 30.0])
def test_stolen_with_the_ignition_off_is_one_event(road, period):
    away = np.arange(0, 1800, period) * 12.0
    driven, _ = parked(road, away, period, speed=12.0)
    assert [driven.opened(kind) for kind in KINDS] == [0, 1]


@pytest.mark.parametrize("speed", [0.0, np.nan])
@pytest.mark.parametrize("period", [1.0, 30.0])
def test_a_night_of_wander_moves_nobody(road, speed, period):
    """Pitfall 10: 12 h parked with 15 m of wander, and fixes 200 m off among them."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        n = int(12 * 3600 / period)
        walk = rng.normal(0, 10, (2, n)) + 15 * np.sin(np.arange(n) * period / 900 + rng.uniform(0, 6, (2, 1)))
        walk += np.where(rng.random(n) < 0.03, rng.normal(0, 200, (2, n)), 0)
        driven, _ = parked(road, walk[0], period, speed=speed, east=walk[1])
        assert [driven.opened(kind) for kind in KINDS] == [0, 0]


def test_who_switches_off_while_rolling_out_or_pushes_by_hand_is_no_thief(road):
    speed = np.r_[np.full(60, 12.0), np.linspace(12, 0, 10), np.zeros(300)]
    ignition = np.where(np.arange(370) < 55, 1.0, 0.0)
    driven = road.drive(speed=speed, ignition=ignition, lat=48 + np.cumsum(speed) / DEGREE, lon=11.0)
    assert [driven.opened(kind) for kind in KINDS] == [0, 0]
    push = np.r_[np.full(40, 1.2), np.zeros(200)]
    driven, _ = parked(road, np.cumsum(push), speed=push)
    assert [driven.opened(kind) for kind in KINDS] == [0, 0]


def test_an_ignition_that_is_never_on_is_not_connected(road):
    speed = np.r_[np.zeros(100), np.full(600, 15.0)]
    driven = road.drive(speed=speed, ignition=0.0, lat=48 + np.cumsum(speed) / DEGREE, lon=11.0)
    assert [driven.opened(kind) for kind in KINDS] == [0, 0]


def test_a_running_engine_is_not_switched_off(road):
    speed = np.full(600, 12.0)
    driven, _ = parked(road, np.cumsum(speed), speed=speed, engine_rpm=np.where(np.arange(1210) < 610, 0.0, 1500.0))
    assert [driven.opened(kind) for kind in KINDS] == [0, 0]


def test_what_moved_during_a_gap_may_have_been_driven(road):
    """Data of the drive may still come."""
    t = np.r_[np.arange(1000.0), 5000 + np.arange(1000.0)]
    lat = np.where(t < 2000, 48.0, 48.1)
    ignition = np.where(t < 10, 1.0, 0.0)
    driven = road.drive(t=t, lat=lat, lon=11.0, speed=np.zeros(2000), ignition=ignition)
    assert [driven.opened(kind) for kind in KINDS] == [0, 0]


def test_starting_the_engine_ends_it(road):
    driven, since = parked(road, np.arange(600) * 10.0, ignition=np.where(np.arange(1210) < 1000, 0.0, 1.0)[:1210])
    (event,) = driven.episodes("tow")
    assert event["end"] == pytest.approx(since + 389, abs=12)
