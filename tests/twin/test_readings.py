"""Tyres: soft, flat, hard, hot, unlike their neighbours and badly watched ones are the same to twin and pipeline."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devices.samples import TyreReadings
from devices.signals import wheel_name

from .both import disagree
from .twin import About

ROUGH = runpy.run_path(str(Path(__file__).parents[1] / "streams" / "detectors" / "rough.py"))
KLASSES = ("car", "van", "truck", "bus")
PLACARD = {wheel_name(code): 800.0 for code in (0, 1, 2, 3, 4, 5, 7)}  # 2RI is in no plan
SOON = {
    "tyre_sensor": {"silent_s": 40.0, "stuck_s": 90.0},
    "tyre_imbalance": {"hold_s": 20.0},
    "tyre_rapid_loss": {"silent_s": 15.0, "gone_pct": 25.0},
}


@pytest.mark.parametrize("seed", range(12))
def test_rough_tyres_are_the_same_to_both(seed):
    samples = ROUGH["rough"](seed, n=300, vehicles=2)
    found, agreed = disagree([samples], lambda _vehicle: About(KLASSES[seed % 4], PLACARD), settings=SOON)
    assert not found
    assert agreed["events"] > 0


@pytest.mark.parametrize("seed", range(4))
def test_a_shift_with_a_puncture_a_dragging_brake_and_stuck_sensors_is_the_same_to_both(seed):
    """Eight wheels, one reading of all of them every 20 s, driving nearly all of the time."""
    rng = np.random.default_rng(seed)
    n = 600
    samples = ROUGH["sick"](seed)
    rows = np.arange(n)
    t = 1_750_000_000.0 + 20.0 * rows
    pressure = np.full((8, n), 800.0) + np.round(rng.normal(0, 2, (8, n)), 1)
    pressure[0, 200:260] -= np.minimum(np.arange(60) * 25.0, 600.0)
    pressure[1] *= np.linspace(1, 0.7, n)
    pressure[3, 300:] = 801.1
    pressure[5, 400:460:7] *= 1.4
    pressure[7, 100:] *= 1.5
    temp = np.full((8, n), 40.0) + np.round(rng.normal(0, 1, (8, n)), 1)
    temp[4] += np.linspace(0, 70, n)
    temp[3, 300:] = 41.0
    temp[6] = np.nan
    pressure[2, 150:] = np.nan
    tyres = TyreReadings(
        np.zeros(8 * n, int), np.repeat(np.arange(8), n), np.tile(t, 8), pressure.ravel(), temp.ravel()
    )
    speed = np.where(rng.random(n) < 0.1, 0.0, 15.0 + rng.normal(0, 1, n))
    whole = replace(samples, vehicle=np.zeros(n, int), t=t, columns={"speed": speed}, tyres=tyres)
    found, agreed = disagree([whole], lambda _vehicle: About("truck", PLACARD))
    assert not found
    assert agreed["events"] >= 6


@pytest.mark.parametrize("seed", range(4))
def test_slow_leaks_are_the_same_to_both(seed):
    """Nine days, a reading an hour or so: tyres that lose a few per cent a day, some all at once, some are filled."""
    rng = np.random.default_rng(seed)
    n = 220
    t = np.floor((1_750_000_000.0 + np.cumsum(rng.uniform(2_400, 4_800, n))) * 1000) / 1000
    day, code = (t - t[0]) / 86_400, np.array([0, 1, 2, 3, 4, 7])
    rates = np.array([0.03, 0.055, 0.0, 0.0, 0.09, 0.021])
    temp = 20 + 12 * np.sin(day * 2 * np.pi) + rng.normal(0, 0.5, (6, n))
    cold = 800.0 * (1 - rates[:, None] * (day % rng.choice([5.0, 9.5], (6, 1))))
    cold[2, n // 2 :] -= 60.0
    read = (cold + rng.normal(0, 1.5, (6, n)) + 101.325) * (temp + 273.15) / 293.15 - 101.325
    temp[3, ::3] = np.nan
    many = code.size * n
    pressure = np.clip(read, 0, 1900)
    tyres = TyreReadings(np.zeros(many, int), np.repeat(code, n), np.tile(t, 6), pressure.ravel(), temp.ravel())
    samples = replace(ROUGH["sick"](seed), vehicle=np.zeros(n, int), t=t, columns={"speed": np.zeros(n)}, tyres=tyres)
    found, agreed = disagree([samples], lambda _vehicle: About("truck", PLACARD if seed % 2 else {}))
    assert not found
    assert agreed["events"] >= 3
