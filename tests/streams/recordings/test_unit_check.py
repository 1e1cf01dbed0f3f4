"""Unit check: a speed in another unit is noticed and named; true units, winding roads and jumps are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.samples import Samples
from streams.recordings.unit_check import UnitCheck
from streams.recordings.units import UNITS

METRE = 1 / 111_194.9  # degrees of latitude


def drive(factor: float = 1.0, minutes: int = 40, spacing: float = 10.0, start: float = 1.7e9) -> Samples:
    """A drive north at 15 to 25 m/s that reports ``factor`` times its speed."""
    t = start + np.arange(0, minutes * 60, spacing)
    speed = 20 + 5 * np.sin(t / 300)
    lat = 40 + np.cumsum(np.append(0, speed[:-1] * spacing)) * METRE
    columns = {"speed": speed * factor, "lat": lat, "lon": np.full(t.size, 9.0)}
    return Samples([("north", "a")], np.zeros(t.size, np.int64), t, columns)


def findings(samples: Samples, stated: str = "km/h") -> list[tuple[str, str]]:
    check = UnitCheck(stated)
    check.add(samples)
    return [(finding.vehicle_id, finding.looks_like) for finding in check.findings()]


@pytest.mark.parametrize("spacing", [0.1, 1.0, 10.0, 60.0, 120.0])
def test_true_speed_is_silent(spacing: float) -> None:
    assert findings(drive(spacing=spacing)) == []


@pytest.mark.parametrize("stated", ["km/h", "mph", "m/s", "knots"])
@pytest.mark.parametrize("true", ["km/h", "mph", "m/s", "knots"])
def test_another_unit_is_named(stated: str, true: str) -> None:
    factor = UNITS[stated].scale / UNITS[true].scale
    found = findings(drive(factor), stated)
    if abs(np.log(factor)) < np.log(1.35):  # mph and knots cannot be told apart on a winding road
        assert found == []
    else:
        assert [vehicle for vehicle, _ in found] == ["", "a"]
        assert all(words.startswith(true) for _, words in found)


def test_a_finding_is_a_sentence() -> None:
    check = UnitCheck("m/s")
    check.add(drive(1 / 0.44704))
    assert str(check.findings()[1]).startswith("speed of vehicle a on 2023-11-14 looks like mph")


def test_the_days_are_told_apart() -> None:
    check = UnitCheck()
    check.add(drive())
    check.add(drive(1 / 3.6, start=1.7e9 + 86_400))
    assert [(one.day, one.looks_like) for one in check.findings()] == [("2023-11-15", "m/s")] * 2


def test_a_few_minutes_prove_nothing() -> None:
    assert findings(drive(1 / 3.6, minutes=8)) == []


def test_positions_that_repeat_and_jump_are_no_finding() -> None:
    samples = drive(spacing=1.0)
    held = samples.columns["lat"][(np.arange(samples.t.size) // 13) * 13]
    held[::500] += 1.0
    samples.columns["lat"][:] = held
    assert findings(samples) == []


def test_without_positions_nothing_is_said() -> None:
    samples = drive(1 / 3.6)
    del samples.columns["lat"]
    assert findings(samples) == []
    samples = drive(1 / 3.6)
    samples.columns["lat"][:] = np.nan
    assert findings(samples) == []


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_order_and_repetition_of_rows_do_not_matter(random: object) -> None:
    plain = drive(1 / 3.6)
    order = np.random.default_rng(random.getrandbits(32)).permutation(np.repeat(np.arange(plain.t.size), 2))  # type: ignore[attr-defined]
    columns = {name: values[order] for name, values in plain.columns.items()}
    mixed = Samples(plain.vehicles, plain.vehicle[order], plain.t[order], columns)
    assert findings(mixed) == findings(plain)
