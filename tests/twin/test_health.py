"""Device health: sick devices, rough drives and errands are the same to twin and pipeline."""

import random
import runpy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import drives
from .both import disagree
from .twin import About

ROUGH = runpy.run_path(str(Path(__file__).parents[1] / "streams" / "detectors" / "rough.py"))
KLASSES = ("car", "van", "truck", "bus")
SOON = {  # thresholds that short drives reach
    "device_silent": {"level1_parked_h": 0.05, "level2_awake_h": 0.02, "level3_awake_h": 0.3},
    "gnss_fault": {"level1_min": 0.2, "level2_min": 1.0, "level3_min": 4.0, "jumps": 2.0, "jumps_s": 90.0},
    "frozen_signal": {"level1_min": 0.1, "level2_min": 1.0, "level3_min": 5.0, "samples": 2.0, "slack_m": 20.0},
    "replayed_data": {"level2_min": 1.0, "level3_min": 5.0, "marks": 1.0, "dense_s": 0.5},
    "unit_fault": {"window_s": 10.0, "least_m": 20.0, "windows_high": 2.0, "windows_low": 3.0, "link_s": 40.0},
    "odometer_gap": {"level1_km": 0.2, "level2_km": 2.0, "level3_km": 20.0},
}


@pytest.mark.parametrize("seed", range(4))
def test_a_sick_device_is_the_same_to_both(seed):
    found, agreed = disagree([ROUGH["sick"](seed)], lambda _vehicle: About(KLASSES[seed % 4]))
    assert not found
    assert agreed["events"] >= 3


@pytest.mark.parametrize("seed", range(4))
def test_rough_drives_and_errands_of_it_are_the_same_to_both(seed):
    samples = ROUGH["errand" if seed % 2 else "sick"](seed)
    found, agreed = disagree([samples], lambda _vehicle: About(KLASSES[seed % 4]), settings=SOON)
    assert not found
    assert agreed["events"] > 0


@settings(max_examples=10, deadline=None)
@given(st.lists(drives.DRIVES, min_size=1, max_size=6), st.integers(0, 9))
def test_a_random_drive_is_the_same_to_both(them, seed):
    samples = drives.samples(them, random.Random(seed))  # noqa: S311  a test
    found, _ = disagree([samples], lambda _vehicle: About(KLASSES[seed % 4]), settings=SOON)
    assert not found
