"""Tyre low: cold pressure against the placard, sure of it, and told per wheel."""

import numpy as np
import pytest

from streams.conditioning.tyres import cold
from streams.kernels.params import CLOSE, OPEN, RAISE
from streams.kernels.quality import UNCOMPENSATED


def readings(*pressures, temp=20.0, wheel=0, every=60.0):
    """A reading a minute."""
    return [(wheel, every * k, p, temp) for k, p in enumerate(pressures)]


def drive(road, *rows, placard=800.0):
    last = max(r[1] for r in rows)
    t = np.arange(0, last + 1, 20.0)
    return road.drive(t, speed=np.full(t.size, 20.0), tyres=rows, settings={"placard": placard})


def test_pressure_is_compared_at_20_degrees(kit):
    plain = kit.plain(cold)
    assert plain(184.8, -20.0) == pytest.approx(230, abs=0.2)
    assert plain(275.2, 60.0) == pytest.approx(230, abs=0.2)
    assert plain(700.0, np.nan) == 700.0


def test_a_cold_morning_is_no_puncture(road):
    assert drive(road, *readings(*[184.8] * 10, temp=-20.0), placard=230).opened("tyre_low") == 0


def test_a_hot_tyre_13_percent_low_is_found_although_it_reads_full(road):
    raw = 0.865 * 800
    hot = (raw + 101.325) * (273.15 + 60) / 293.15 - 101.325
    assert hot > 795
    assert [e["level"] for e in drive(road, *readings(*[hot] * 3, temp=60.0)).episodes("tyre_low")] == [1]


def test_a_leak_climbs_the_ladder_and_clears_at_half(road):
    driven = drive(road, *readings(800, 715, 710, 630, 625, 590, 580, 700, 750, 765, 770, 800))
    told = driven.changes["tyre_low"]
    assert told["op"].tolist() == [OPEN, RAISE, RAISE, CLOSE]
    assert told["level"].tolist() == [1, 2, 3, 3]
    assert ((told["start"] - road.start) / 60).tolist() == [1, 1, 1, 1]
    assert (told["end"][-1] - road.start) / 60 == 10  # the second reading in a row above 760
    assert told["peak"][-1] == pytest.approx(27.5)
    assert told["threshold"].tolist() == [10, 20, 25, 25]


def test_one_wild_reading_is_silent(road):
    assert drive(road, *readings(800, 800, 0, 800, 800)).opened("tyre_low") == 0
    (event,) = drive(road, *readings(800, 700, 700, 0, 700, 700, 800, 800)).episodes("tyre_low")
    assert event["level"] == 1
    assert event["peak"] == 20  # counts no further than the next rung
    assert drive(road, *readings(700, 700, 800, 700, 700)).opened("tyre_low") == 1


def test_low_for_less_than_a_minute_is_silent(road):
    assert drive(road, *readings(700, 700, 700, 800, 800, every=20.0)).opened("tyre_low") == 0


def test_each_wheel_has_its_own_episode(road):
    driven = drive(road, *readings(700, 700, 700, wheel=0), *readings(800, 600, 600, wheel=5))
    assert sorted((e["subject"], e["level"]) for e in driven.episodes("tyre_low")) == [(0, 1), (5, 3)]


def test_without_a_placard_it_is_silent(road):
    assert drive(road, *readings(*[100.0] * 10), placard=np.nan).opened("tyre_low") == 0


def test_an_unknown_temperature_is_told(road):
    (event,) = drive(road, *readings(*[620.0] * 3, temp=np.nan)).episodes("tyre_low")
    assert event["quality"] & UNCOMPENSATED
    assert event["level"] == 2


def test_a_cold_morning_without_temperatures_is_silent_too(road):
    assert drive(road, *readings(*[184.8] * 10, temp=np.nan), placard=230).opened("tyre_low") == 0
