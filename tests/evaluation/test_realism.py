"""The distances are what their names say, and a drive is cut into trips, stops and accelerations as documented."""

import numpy as np
import pytest

from devices.samples import Samples
from evaluation.realism import driving, kolmogorov, simulated, wasserstein


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


def test_the_simulated_fleet_drives_within_what_cars_do() -> None:
    found = simulated(5, 2.0)
    assert 20 < np.median(found.speed) < 90
    assert np.abs(found.acceleration).max() < 9
