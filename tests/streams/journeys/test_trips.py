"""Trips: when one starts, what ends it, what is none."""

import numpy as np
import pytest
from hypothesis import given, settings

from streams.journeys import trips
from streams.kernels.params import CLOSE, OPEN
from streams.kernels.quality import BAD_FIX, FROM_POSITION

from .drawn import TRIPS

KMH = 1 / 3.6


@pytest.fixture(scope="session")
def run(kit):
    """Closed and open trips of the drives, in order."""

    def run(*batches, **kwargs):
        rows, state = kit.run(trips, trips.TRIP, *batches, **kwargs)
        closed = rows[rows["op"] == CLOSE]
        return closed, trips.open_rows(state, np.arange(state.size))

    return run


def speeds(*legs):
    """Speed at 1 Hz: (km/h, seconds) after one another."""
    return np.concatenate([np.full(seconds, kmh * KMH) for kmh, seconds in legs])


def at_1hz(kit, *legs, **columns):
    v = speeds(*legs)
    return kit.conditioned(kit.start + np.arange(v.size), v, **columns)


def test_a_drive_and_a_long_stand_is_a_trip_up_to_the_last_driving(kit, run):
    (trip,), still = run(at_1hz(kit, (0, 60), (36, 600), (0, 301)))
    assert still.size == 0
    assert (trip["start"], trip["end"]) == (kit.start + 59, kit.start + 659)
    assert trip["driving_s"] == 600
    assert trip["idle_s"] == 0
    assert trip["metres"] == pytest.approx(5 + 599 * 10)
    assert trip["samples"] == 600


def test_the_trip_lasts_until_the_stand_is_long_enough(kit, run):
    closed, (trip,) = run(at_1hz(kit, (0, 60), (36, 600), (0, 300)))
    assert closed.size == 0
    assert trip["op"] == OPEN
    assert trip["end"] == kit.start + 659


def test_twenty_stops_of_90_s_are_one_trip(kit, run):
    (trip,), still = run(at_1hz(kit, *[(50, 120), (0, 90)] * 20, (0, 400)))
    assert still.size == 0
    assert trip["idle_s"] == 19 * 90
    assert trip["driving_s"] == 20 * 120 - 1


def test_a_basement_of_nine_hours_makes_two_trips(kit, run):
    t = np.concatenate([np.arange(600.0), 600 + 9 * 3600 + np.arange(600.0)]) + kit.start
    drive = kit.conditioned(t, 40 * KMH, ignition=1.0)
    (first,), (second,) = run(drive)
    assert first["end"] == t[599]
    assert second["start"] == t[600]
    assert first["driving_s"] + second["driving_s"] == 2 * 599


def test_a_tunnel_does_not_end_a_trip_but_is_not_driving_time(kit, run):
    t = np.concatenate([np.arange(600.0), 600 + 1500 + np.arange(600.0)]) + kit.start
    _, (trip,) = run(kit.conditioned(t, 40 * KMH))
    assert trip["end"] - trip["start"] == t[-1] - t[0]
    assert trip["driving_s"] == 2 * 599


def test_ignition_off_at_a_stand_ends_the_trip_at_once(kit, run):
    drive = at_1hz(kit, (36, 100), (0, 10), (36, 100), ignition=np.r_[[1.0] * 105, [0.0], [1.0] * 104])
    (first,), (second,) = run(drive)
    assert first["end"] == kit.start + 99
    assert second["start"] == kit.start + 109


def test_ignition_off_while_moving_is_a_broken_wire(kit, run):
    closed, (trip,) = run(at_1hz(kit, (36, 300), ignition=0.0))
    assert closed.size == 0
    assert trip["driving_s"] == 299


def test_midnight_and_a_new_driver_do_not_split_a_trip(kit, run):
    t = np.floor(kit.start / 86400) * 86400 + 86400 - 300 + np.arange(600.0)
    driver = np.r_[[3] * 200, [4] * 400]
    closed, (trip,) = run(kit.conditioned(t, 20.0, driver=driver))
    assert closed.size == 0
    assert trip["driver"] == 3
    assert trip["metres"] == pytest.approx(599 * 20)


def test_walking_with_a_phone_is_no_trip(kit, run):
    rng = np.random.default_rng(1)
    v = np.abs(rng.normal(5, 1.5, 2000)) * KMH
    v[::40] = 12 * KMH  # a displaced position now and then
    t = kit.start + 5 * np.arange(2000.0)
    assert [found.size for found in run(kit.conditioned(t, v))] == [0, 0]


def test_a_walk_to_the_vehicle_is_not_part_of_the_trip(kit, run):
    _, (trip,) = run(at_1hz(kit, (0, 10), (12, 1), (5, 200), (50, 300)))
    assert trip["start"] == kit.start + 210


def test_a_trip_is_proven_by_driving_only(kit, run):
    fast, slow = (60, 12), (5, 3)
    step = np.r_[[0.0], [16.0] * 11, [20.0] * 3, [0.0] * 400]
    assert [found.size for found in run(at_1hz(kit, fast, slow, (0, 400), step=step))] == [0, 0]


def test_a_parked_vehicle_that_wanders_makes_no_trip(kit, run):
    v = np.zeros(8640)
    v[::50] = 20 * KMH
    t = kit.start + 5 * np.arange(8640.0)
    assert [found.size for found in run(kit.conditioned(t, v))] == [0, 0]


def test_with_the_ignition_on_a_crawl_keeps_the_trip(kit, run):
    legs = (36, 100), (5, 600), (36, 100)
    assert [found.size for found in run(at_1hz(kit, *legs, ignition=1.0))] == [0, 1]
    assert [found.size for found in run(at_1hz(kit, *legs))] == [1, 1]


def test_a_yard_move_of_150_m_is_no_trip(kit, run):
    assert [found.size for found in run(at_1hz(kit, (0, 10), (18, 30), (0, 400)))] == [0, 0]


def test_reports_two_minutes_apart_make_one_trip(kit, run):
    t = kit.start + 120 * np.arange(30.0)
    closed, (trip,) = run(kit.conditioned(t, 12.0))
    assert closed.size == 0
    assert trip["metres"] == pytest.approx(29 * 120 * 12)


def test_night_counts_driving_only(kit, run):
    _, (trip,) = run(at_1hz(kit, (36, 100), (0, 100), (36, 100), daypart=1))
    assert trip["night_s"] == trip["driving_s"] == 199


def test_places_are_the_last_known_ones(kit, run):
    n = 100
    lat = np.full(n, np.nan)
    lat[5], lat[50] = 48.0, 48.1
    _, (trip,) = run(at_1hz(kit, (0, 10), (36, 90), lat=lat, lon=lat + 1))
    assert (trip["start_lat"], trip["start_lon"]) == (48.0, 49.0)
    assert (trip["end_lat"], trip["end_lon"]) == (48.1, 49.1)


def test_a_place_from_before_a_gap_is_not_carried_over(kit, run):
    t = np.r_[0.0, 5000.0 + np.arange(100.0)] + kit.start
    lat = np.r_[48.0, np.full(100, np.nan)]
    _, (trip,) = run(kit.conditioned(t, 10.0, lat=lat, lon=lat))
    assert np.isnan(trip["start_lat"])


def test_an_excursion_of_bad_reception_is_no_trip(kit, run):
    t = kit.start + 5 * np.arange(40.0)
    north = np.r_[np.zeros(10), [345, 290, 20, 35], np.zeros(26)]  # metres
    v = np.abs(np.diff(north, prepend=0)) / 5
    lat = 47 + north / 111_194.9
    away = kit.conditioned(t, v, lat=lat, lon=8.0, quality=FROM_POSITION)
    assert [found.size for found in run(away)] == [0, 0]
    measured = kit.conditioned(t, v, lat=lat, lon=8.0)
    assert [found.size for found in run(measured)] == [0, 1]


def test_a_refused_position_is_no_place(kit, run):
    lat = np.r_[[47.0] * 99, [0.0]]
    quality = np.r_[[0] * 99, [BAD_FIX]]
    _, (trip,) = run(at_1hz(kit, (36, 100), lat=lat, lon=lat, quality=quality))
    assert trip["end_lat"] == 47.0
    assert trip["quality"] == BAD_FIX


@given(TRIPS.drives)
@settings(max_examples=60)
def test_trips_follow_one_another_and_start_and_end_at_samples(kit, legs):
    batch = TRIPS.batch(kit, legs)
    rows, state = kit.run(trips, trips.TRIP, batch)
    found = np.concatenate([rows[rows["op"] == CLOSE], trips.open_rows(state, np.arange(4))])
    edges = np.column_stack([found["start"], found["end"]]).ravel()
    assert (np.diff(edges) >= 0).all()
    assert np.isin(edges, batch.t).all()
    assert (found["metres"] >= 200 - 1e-9).all() or found.size == 0
    assert (found["driving_s"] + found["idle_s"] <= found["end"] - found["start"] + 1e-6).all()
