"""The distances are what their names say, and a drive is cut into trips, stops and accelerations as documented."""

import numpy as np
import pytest

from devices.samples import Samples
from evaluation.realism import GRID, Driving, driving, kolmogorov, like, mixed, settings, simulated, wasserstein


def test_moving_a_distribution_by_two_is_a_distance_of_two() -> None:
    a = np.random.default_rng(1).normal(size=5_000)
    assert wasserstein(a, a) == 0.0 and kolmogorov(a, a) == 0.0
    assert wasserstein(a, a + 2.0) == pytest.approx(2.0)
    assert wasserstein(a + 2.0, a) == pytest.approx(2.0)
    assert kolmogorov(np.zeros(10), np.ones(3)) == 1.0


def test_counts_do_not_matter_to_a_distance() -> None:
    a = np.random.default_rng(2).uniform(size=400)
    assert wasserstein(a, np.repeat(a, 7)) < 0.005


def test_a_drive_you_could_draw() -> None:
    speed = [0.0] * 10 + [10.0] * 200 + [0.0] * 30 + [20.0] * 100 + [0.0] * 400 + [10.0] * 100
    samples = Samples([("f", "v")], np.zeros(840, np.int64), np.arange(840.0), {"speed": np.array(speed)})
    found = driving([samples])
    assert found.stop.tolist() == [30.0]
    assert found.trip.tolist() == [4.0, 1.0]
    assert sorted(set(found.speed.tolist())) == [36.0, 72.0]
    assert found.acceleration.tolist().count(0.0) == len(found.acceleration)


def test_a_mixture_has_the_shares_it_is_made_of() -> None:
    half = mixed([np.zeros(10), np.ones(1_000)], (0.5, 0.5))
    assert half.size == GRID.size and half.mean() == 0.5
    assert mixed([np.arange(5.0), np.zeros(0)], (1.0, 0.0)).max() == 4.0


def test_the_shares_of_a_mixture_are_found_again() -> None:
    rng = np.random.default_rng(3)
    town, rural, fast = (rng.normal(mean, 8.0, 20_000) for mean in (35.0, 70.0, 110.0))
    parts = [Driving(speed, speed, speed[::50], speed[:0]) for speed in (town, rural, fast)]
    near = like(parts, np.concatenate([town[:2_000], rural[:5_000], fast[:3_000]]))
    assert near.shares == (0.2, 0.5, 0.3)
    assert wasserstein(near.driving.speed, near.driving.acceleration) == 0.0


def test_driving_is_put_apart_by_what_is_allowed() -> None:
    speed, limit = (
        np.r_[np.full(100, 10.0), np.zeros(20), np.full(100, 30.0)],
        np.repeat([50 / 3.6, 130 / 3.6], [120, 100]),
    )
    samples = Samples([("f", "v")], np.zeros(220, np.int64), np.arange(220.0), {"speed": speed, "speed_limit": limit})
    town, rural, fast = settings([samples])
    assert set(town.speed) == {36.0} and set(fast.speed) == {108.0} and not rural.speed.size
    assert town.stop.tolist() == [20.0] and not fast.stop.size


def test_the_simulated_fleet_drives_within_what_cars_do() -> None:
    found = simulated(5, 2.0)
    assert 20 < np.median(found.speed) < 90
    assert np.abs(found.acceleration).max() < 9
