"""Watches: fading brakes, ailing engines and vehicles on their side are the same to twin and pipeline."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from .both import disagree
from .twin import About

ROUGH = runpy.run_path(str(Path(__file__).parents[1] / "streams" / "detectors" / "rough.py"))
ENGINE = ("brake_air", "brake_lining", "engine_rpm", "coolant", "oil_pressure", "battery", "ignition")


@pytest.mark.parametrize("seed", range(4))
def test_fading_brakes_and_a_rollover_are_the_same_to_both(seed):
    found, agreed = disagree([ROUGH["worn"](seed)], lambda _vehicle: About("truck"))
    assert not found
    assert agreed["events"] >= 2


@pytest.mark.parametrize("seed", range(12))
def test_ailing_engines_are_the_same_to_both(seed):
    samples = ROUGH["rough"](seed, n=500, vehicles=2)
    said = {name: samples.columns[name] for name in ENGINE}
    said["speed"] = np.random.default_rng(seed).uniform(0, 20, samples.t.size)
    found, agreed = disagree([replace(samples, columns=said)], lambda _vehicle: About("bus" if seed % 2 else "van"))
    assert not found
    assert agreed["events"] > 0
