"""Watches: fading brakes, ailing engines and vehicles on their side are the same to twin and pipeline."""

import runpy
from pathlib import Path

import pytest

from .both import disagree
from .twin import About

ROUGH = runpy.run_path(str(Path(__file__).parents[1] / "streams" / "detectors" / "rough.py"))


@pytest.mark.parametrize("seed", range(4))
def test_fading_brakes_and_a_rollover_are_the_same_to_both(seed):
    found, agreed = disagree([ROUGH["worn"](seed)], lambda _vehicle: About("truck"))
    assert not found
    assert agreed["events"] >= 2


@pytest.mark.parametrize("seed", range(12))
def test_ailing_engines_are_the_same_to_both(seed):
    samples = ROUGH["rough"](seed, n=500, vehicles=2)
    found, _ = disagree([samples], lambda _vehicle: About("bus" if seed % 2 else "van", {"1L": 800.0, "1R": 800.0}))
    assert not found
