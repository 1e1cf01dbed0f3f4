"""Odometer gap: kilometres that the odometer has and nobody measured, around a silence and nowhere else."""

import numpy as np
import pytest

HOUR = 3600.0


def silence(road, hours, km, before=600, after=60, odometer=184_000_000.0, tick=100.0, **columns):
    """Drives at 20 m/s, is silent for some hours, and has gone on by some km when it is heard again."""
    n = before + after
    t = np.concatenate([np.arange(before), before - 1 + hours * HOUR + np.arange(after)])
    way = 20.0 * np.arange(n) + np.where(np.arange(n) < before, 0.0, km * 1000 - 20.0)
    said = {"speed": np.full(n, 20.0), "odometer": odometer + np.floor(way / tick) * tick, "ignition": np.ones(n)}
    return road.drive(t=t, **said | {name: np.broadcast_to(column, n) for name, column in columns.items()})


@pytest.mark.parametrize(("hours", "km", "levels"), [
    (1.0, 4.5, []),
    (1.0, 5.5, [1]),
    (2.0, 60.0, [2]),
    (6.0, 250.0, [3]),
    (0.05, 30.0, []),  # as short as it is it cannot have driven so far: another odometer
    (6.0, 0.0, []),  # stood, or was on a ferry
])  # fmt: skip
def test_kilometres_driven_unseen_are_told_by_how_many(road, hours, km, levels):
    driven = silence(road, hours, km)
    assert [int(e["level"]) for e in driven.episodes("odometer_gap")] == levels
    for gap in driven.episodes("odometer_gap"):
        assert gap["start"] == road.start + 599
        assert gap["end"] == pytest.approx(road.start + 599 + hours * HOUR)
        assert gap["peak"] == pytest.approx(km, abs=0.2)
        assert gap["source"] == 2  # under way
    assert driven.harsh == 0


def test_a_vehicle_that_was_parked_and_comes_back_elsewhere_has_been_unplugged(road):
    n = 660
    parked = (np.arange(n) > 500) & (np.arange(n) < 600)
    driven = silence(
        road, 5.0, 80.0, speed=np.where(parked, 0.0, 20.0), ignition=np.where(parked, 0.0, 1.0), lat=48.0, lon=8.4
    )
    (gap,) = driven.episodes("odometer_gap")
    assert (gap["level"], gap["source"], gap["lat"]) == (2, 1, 48.0)


def test_without_a_silence_the_odometer_may_say_what_it_will(road):
    """A speed of another unit, a tunnel of the receiver: that is not unplugging."""
    n = 2000
    driven = road.drive(speed=np.full(n, 5.0), odometer=1e6 + 20.0 * np.arange(n), ignition=1.0)
    assert driven.episodes("odometer_gap") == []


def test_a_unit_that_says_zero_when_it_wakes_up_loses_no_kilometres(road):
    said = 184_000_000.0 + np.concatenate([20.0 * np.arange(600), 92_000.0 + 20.0 * np.arange(60)])
    said[600] = 0.0
    (gap,) = silence(road, 2.0, 80.0, odometer=0.0, tick=1.0).episodes("odometer_gap")
    t = np.concatenate([np.arange(600), 599 + 2 * HOUR + np.arange(60)])
    (late,) = road.drive(t=t, speed=np.full(660, 20.0), odometer=said, ignition=1.0).episodes("odometer_gap")
    assert gap["peak"] == pytest.approx(80.0, abs=0.1)
    assert late["peak"] == pytest.approx(80.0, abs=0.1)
    assert late["end"] == gap["end"] + 1


def test_another_odometer_is_no_gap_but_the_next_gap_is_measured_by_it(road):
    said = np.concatenate([184_000_000.0 + 20.0 * np.arange(600), 500.0 + 20.0 * np.arange(60), [95_000.0]])
    t = np.concatenate([np.arange(600), 599 + HOUR + np.arange(60), [660 + 4 * HOUR]])
    (gap,) = road.drive(t=t, speed=np.full(661, 20.0), odometer=said, ignition=1.0).episodes("odometer_gap")
    assert gap["start"] == t[659] + road.start
    assert gap["peak"] == pytest.approx(93.3, abs=0.1)


def test_readings_that_are_rare_are_compared_with_what_was_measured_between(road):
    """One reading in five minutes: what was driven and heard of before the silence is not missing."""
    rare = np.where(np.arange(660) % 300 == 0, 184_000_000.0, np.nan)
    rare[300] += 6_000.0
    rare[659] = 184_000_000.0 + 13_180.0
    assert silence(road, 1.0, 0.0, odometer=rare, tick=1e9).episodes("odometer_gap") == []
    rare[659] += 40_000.0
    (gap,) = silence(road, 1.0, 0.0, odometer=rare, tick=1e9).episodes("odometer_gap")
    assert gap["start"] == road.start + 300
    assert gap["peak"] == pytest.approx(40.0, abs=0.2)


def test_where_the_speed_is_doubted_nothing_is_missing_for_certain(road):
    """Sent as m/s and called km/h: what was measured between two rare readings is too little by itself."""
    n, rng = 3000, np.random.default_rng(1)
    v = 15.0 + rng.normal(0, 0.3, n) + 4 * np.sin(np.arange(n) / 17)
    way = np.cumsum(v)
    t = np.arange(n) + np.where(np.arange(n) > 2500, 300.0, 0.0)
    odometer = np.where(np.isin(np.arange(n), (1500, 2990)), 5e6 + way, np.nan)
    driven = road.drive(t=t, speed=v / 3.6, lat=48.0 + way / 111_195.08, lon=8.4, odometer=odometer)
    assert driven.opened("unit_fault") == 1
    assert driven.episodes("odometer_gap") == []
