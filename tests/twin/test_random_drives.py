"""Random drives: whatever a vehicle says, the twin and the pipeline make the same of it."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.samples import Samples
from devices.signals import KMH

from . import drives
from .both import disagree
from .twin import About

KLASSES = ("car", "van", "truck", "bus")
HOURS = ("eu", "china", "us_70_8", "china_passenger")
ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai")


def about(number: int, start: float) -> About:
    shift = ((start - 600, start + 90, "dora"), (start + 120, start + 3_000, "emil"))
    placard = {"1L": 230.0} if number % 2 else {"1L": 230.0, "1R": 230.0}
    return About(KLASSES[number % 4], placard, ZONES[number % 3], shift if number % 2 else (), number % 3 > 0)


@settings(max_examples=15, deadline=None)
@given(st.lists(drives.DRIVES, min_size=1, max_size=10), st.integers(0, 9))
def test_a_drive_is_the_same_to_both(them, seed) -> None:
    samples = drives.samples(them, random.Random(seed))  # noqa: S311  a test
    known = {vehicle: about(number + seed, them[number][0]) for number, vehicle in enumerate(samples.vehicles)}
    tuned = {"speeding": {"tolerance_kmh": 0.0}, "condition": {"limit_kmh": 70.0}} if seed % 2 else {}
    found, _ = disagree([samples], known, HOURS[seed % len(HOURS)], tuned)
    assert not found


def test_whole_kmh_over_the_limit_are_in_the_lower_band() -> None:
    pairs = [(limit, over) for limit in range(20, 131, 5) for over in (0, 10, 20, 30)]
    limit, over = np.repeat(np.array(pairs, float), 3, axis=0).T
    columns = {"speed": (limit + over) * KMH, "speed_limit": limit * KMH}
    vehicles = [("fleet", f"{limit} + {over}") for limit, over in pairs]
    seconds = np.tile(np.arange(3.0), len(pairs))
    found, _ = disagree([Samples(vehicles, np.repeat(np.arange(len(pairs)), 3), drives.NOON + seconds, columns)])
    assert not found
