"""Device health: silence, a receiver that is stuck, lost or jumps, a frozen speed, another unit; and no risk of it."""

import numpy as np
import pytest

NORTH = 1 / 111_195.08  # degrees of latitude a metre


def course(speed, dt=1.0):
    """Latitudes of a drive north at these speeds."""
    return 48.0 + np.cumsum(np.broadcast_to(speed, np.shape(speed)) * dt) * NORTH


def wavy(n, mean=20.0, seed=1):
    """A speed that changes all the time."""
    return mean + 4 * np.sin(np.arange(n) / 17) + np.random.default_rng(seed).normal(0, 0.2, n)


def health(driven):
    kinds = ("device_silent", "gnss_fault", "frozen_signal", "unit_fault", "replayed_data")
    return {kind: [int(e["level"]) for e in driven.episodes(kind)] for kind in kinds if driven.episodes(kind)}


def test_a_sound_device_is_silent_about_itself(road):
    v = wavy(4000)
    assert health(road.drive(speed=v, lat=course(v), lon=np.full(v.size, 8.4), ignition=1.0)) == {}
    sparse = wavy(400)
    assert health(road.drive(t=30.0 * np.arange(400), speed=sparse, lat=course(sparse, 30.0), lon=8.4)) == {}


@pytest.mark.parametrize(
    ("gap_h", "ignition", "speed", "levels"),
    [
        (0.45, 1.0, 20.0, []),
        (0.55, 1.0, 20.0, [2]),
        (2.1, 1.0, 0.0, [3]),
        (2.1, 0.0, 0.0, []),  # parked
        (24.9, 0.0, 0.0, []),
        (25.1, 0.0, 0.0, [1]),
        (2.1, np.nan, 20.0, [3]),
        (2.1, np.nan, 0.0, []),
    ],
)
def test_a_silence_is_judged_by_what_the_vehicle_did_before(road, gap_h, ignition, speed, levels):
    t = np.array([0.0, 1.0, 2.0, 3.0, 3.0 + gap_h * 3600])
    driven = road.drive(t=t, speed=np.full(5, speed), ignition=np.full(5, ignition))
    assert [int(e["level"]) for e in driven.episodes("device_silent")] == levels
    for episode in driven.episodes("device_silent"):
        assert (episode["start"], episode["end"]) == (road.start + 3, driven.batch.t[-1])
        assert episode["peak"] == pytest.approx(gap_h)


def test_forty_reconnects_in_an_hour_are_no_silence(road):
    t = np.concatenate([90.0 * k + np.arange(30) for k in range(40)])
    assert health(road.drive(t=t, speed=wavy(t.size))) == {}


def test_one_position_for_half_an_hour_while_the_speed_changes_is_a_gnss_fault(road):
    v = wavy(2000)
    lat = course(v)
    lat[100:1950] = lat[100]
    driven = road.drive(speed=v, lat=lat, lon=np.full(v.size, 8.4))
    (fault,) = driven.episodes("gnss_fault")
    assert (fault["level"], fault["source"]) == (2, 1)
    assert fault["start"] == road.start + 100
    assert fault["end"] == pytest.approx(road.start + 1950, abs=3)  # the way back to the truth is believed at the third
    assert driven.km == pytest.approx(v.sum() / 1000, rel=0.01)  # the speed is good, and so is the way by it
    assert driven.harsh == 0


def test_a_receiver_that_finds_nothing_while_driving_is_lost_but_not_before_it_was_found(road):
    v = wavy(1000)
    lat = course(v)
    lat[50:] = np.nan
    (fault,) = road.drive(speed=v, lat=lat, lon=np.full(v.size, 8.4)).episodes("gnss_fault")
    assert (fault["level"], fault["source"]) == (1, 2)
    assert health(road.drive(speed=wavy(4000))) == {}


def test_a_parked_vehicle_with_one_position_is_sound(road):
    assert health(road.drive(t=60.0 * np.arange(300), speed=np.zeros(300), lat=48.0, lon=8.4, ignition=1.0)) == {}


def test_positions_that_leap_again_and_again_are_a_gnss_fault(road):
    v = wavy(900)
    lat = course(v)
    lat[100:700:50] += 0.3
    (fault,) = road.drive(speed=v, lat=lat, lon=np.full(v.size, 8.4)).episodes("gnss_fault")
    assert (fault["level"], fault["source"]) == (1, 3)
    lat = course(v)
    lat[100:300:50] += 0.3
    assert health(road.drive(speed=v, lat=lat, lon=np.full(v.size, 8.4))) == {}


def test_the_same_value_with_new_stamps_for_two_hours_is_frozen_and_nothing_is_driven(road):
    """A gateway that puts a fresh time on old data: speed, position and odometer of two hours ago."""
    n = 725
    driven = road.drive(
        t=10.0 * np.arange(n), speed=np.full(n, 16.7), lat=48.0, lon=8.4, odometer=np.full(n, 5e6), ignition=1.0
    )
    (frozen,) = driven.episodes("frozen_signal")
    assert (frozen["level"], frozen["source"], frozen["start"]) == (3, 1, road.start)
    assert frozen["peak"] == 120
    assert driven.km < 6
    assert driven.harsh == 0


def test_a_frozen_speed_without_position_is_found_by_the_odometer(road):
    n = 900
    (frozen,) = road.drive(speed=np.full(n, 16.7), odometer=np.full(n, 5e6)).episodes("frozen_signal")
    assert (frozen["level"], frozen["source"]) == (1, 1)


def test_a_lorry_on_its_limiter_is_not_frozen(road):
    n = 2400
    v = np.full(n, 80 / 3.6)
    odometer = 5e6 + np.floor(np.cumsum(v) / 1000) * 1000
    assert health(road.drive(speed=v, lat=course(v), lon=8.4, odometer=odometer, ignition=1.0)) == {}
    assert health(road.drive(speed=v, lat=course(v), lon=8.4, odometer=np.full(n, 5e6), ignition=1.0)) == {}


def test_a_speed_that_sticks_at_zero_while_the_vehicle_drives_is_frozen_unless_it_is_towed(road):
    v = wavy(900)
    stuck = {"speed": np.zeros(900), "lat": course(v), "lon": np.full(900, 8.4)}
    (frozen,) = road.drive(**stuck, ignition=1.0).episodes("frozen_signal")
    assert (frozen["level"], frozen["source"]) == (1, 2)
    assert "frozen_signal" not in health(road.drive(**stuck, ignition=0.0))


@pytest.mark.parametrize(("factor", "source"), [(1 / 3.6, 1), (1 / 1.852, 2), (1 / 1.609, 3), (1.852, 4), (3.6, 4)])
def test_another_unit_is_found_by_speed_against_distance(road, factor, source):
    v = wavy(2400, mean=15.0)
    driven = road.drive(speed=v * factor, lat=course(v), lon=8.4, speed_limit=13.9)
    (fault,) = driven.episodes("unit_fault")
    assert (fault["level"], fault["source"]) == (2, source)
    assert fault["peak"] == pytest.approx(1 / factor, rel=0.1)
    after = driven.batch.t > fault["start"] + 1500
    assert np.isnan(driven.batch.limit[after]).all()  # such a speed says nothing about a limit


def test_a_winding_road_is_no_other_unit(road):
    v = wavy(3000, mean=12.0)
    heading = np.cumsum(np.full(3000, np.pi / 60))  # round and round, 230 m across
    lat = 48 + np.cumsum(v * np.cos(heading) * 0.4 + 0.75 * v) * NORTH
    assert health(road.drive(speed=v, lat=lat, lon=8.4 + np.cumsum(v * np.sin(heading) * 0.4) * NORTH)) == {}


def test_a_device_that_is_mended_ends_its_fault(road):
    v = wavy(4000, mean=15.0)
    said = np.where(np.arange(4000) < 1500, v / 1.852, v)
    (fault,) = road.drive(speed=said, lat=course(v), lon=8.4).episodes("unit_fault")
    assert not np.isnan(fault["end"])


def test_a_stretch_said_again_with_fresh_stamps_is_not_driven_again(road):
    v = wavy(3000)
    lat, other = course(v), wavy(3000, seed=2)
    speed, north = np.concatenate([v, v, other]), np.concatenate([lat, lat, lat[-1] + course(other) - 48.0])
    driven = road.drive(speed=speed, lat=north, lon=8.4)
    (again,) = driven.episodes("replayed_data")
    assert road.start + 3000 < again["start"] < road.start + 3600
    assert road.start + 5500 < again["end"] < road.start + 6700
    assert driven.km == pytest.approx((v.sum() + other.sum()) / 1000, rel=0.2)
    assert driven.harsh == 0


def test_a_stretch_said_again_by_a_sparse_tracker(road):
    v = wavy(150)
    lat = course(v, 30.0)
    t = 30.0 * np.arange(300)
    driven = road.drive(t=t, speed=np.concatenate([v, v]), lat=np.concatenate([lat, lat]), lon=8.4)
    assert [int(e["level"]) for e in driven.episodes("replayed_data")] == [2]


def test_a_line_driven_to_and_fro_all_day_is_not_said_again(road):
    """A bus whose device rounds: the same streets, though never at the same speed in the same place for long."""
    legs = [course(wavy(600, seed=k)) for k in range(8)]
    lat = np.concatenate([leg if k % 2 == 0 else leg[::-1] for k, leg in enumerate(legs)])
    speed = np.concatenate([wavy(600, seed=k) for k in range(8)])
    rounded = {"speed": np.floor(speed * 3.6) / 3.6, "lat": np.floor(lat * 1e4) / 1e4, "lon": 8.4}
    assert "replayed_data" not in health(road.drive(**rounded))
