"""Weather is seeded by region and hour, makes roads slippery and people slow, and stands on the answer sheet."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from simulator.regions import REGIONS
from simulator.roster import Incidents, roster
from simulator.traffic import Traffic, Window
from simulator.weather import HOURS, SKIES, air, skies, spells

KARLSRUHE = REGIONS["karlsruhe"]
WEDNESDAY = 1_762_905_600.0  # 2025-11-12 01:00 in Karlsruhe
T = np.arange(0.0, 24 * 3_600.0, 60.0)


@pytest.mark.parametrize("name", REGIONS)
def test_it_rains_as_often_as_the_climate_says(name: str) -> None:
    region = REGIONS[name]
    days = [skies(region, seed) for seed in range(400)]
    wet = np.mean([[kind != "dry" for kind in day] for day in days])
    assert wet == pytest.approx(region.wet, rel=0.2)
    assert days[1] == skies(region, 1) and days[1] != days[2]


def test_it_snows_only_when_it_freezes() -> None:
    frost = KARLSRUHE._replace(cold=-8.0, warm=-2.0, wet=0.5)
    assert set(skies(frost, 3)) == {"dry", "snow"}
    assert "snow" not in {kind for seed in range(50) for kind in skies(KARLSRUHE, seed)}


@pytest.mark.parametrize("kind", SKIES)
def test_wetter_is_more_slippery_and_slower(kind: str) -> None:
    dry, now = (air(KARLSRUHE, WEDNESDAY, T, [one] * HOURS, 3) for one in ("dry", kind))
    assert (now.grip == SKIES[kind].grip).all()
    slower = now.pace / dry.pace
    assert (slower <= SKIES[kind].pace + 1e-12).all() and (slower > 0.85 * SKIES[kind].pace).all()


def test_people_are_slower_in_the_dark_and_in_the_rush_of_a_workday() -> None:
    def at(hour: float, day: int = 0) -> float:
        t, start = np.array([3_600.0 * (hour - 1)]), WEDNESDAY + day * 86_400
        return float(np.mean([air(KARLSRUHE, start, t, ["dry"] * HOURS, seed).pace[0] for seed in range(60)]))

    assert at(7.5) < at(12.0) - 0.04 and at(16.5) < at(12.0) - 0.04
    assert at(3.0) == pytest.approx(0.97, abs=1e-3)
    assert at(7.5, day=3) > 0.995


def test_weather_belongs_to_the_hour_and_not_to_the_window() -> None:
    kinds = skies(KARLSRUHE._replace(wet=0.5), 4)
    long, late = air(KARLSRUHE, WEDNESDAY, T, kinds, 3), air(KARLSRUHE, WEDNESDAY + 5 * 3_600, T[:60], kinds, 3)
    assert (long.grip[300:360] == late.grip).all() and long.pace[300:360] == pytest.approx(late.pace)


def test_spells_are_when_the_road_is_not_dry() -> None:
    kinds = skies(KARLSRUHE._replace(wet=0.4), 6)
    now, found = air(KARLSRUHE, WEDNESDAY, T, kinds, 3), spells(KARLSRUHE, WEDNESDAY, float(24 * 3_600), kinds)
    within = np.any([(one.start <= T) & (one.end > T) for one in found], axis=0)
    assert (within == (now.grip < 1)).all() and within.any()
    assert all(now.grip[(one.start <= T) & (one.end > T)].min() == one.grip for one in found)


def test_a_day_of_snow_is_slower_and_on_the_sheet() -> None:
    fleet = replace(roster(6, seed=3), incidents=(Incidents(),) * 6)
    dry, snow = (Traffic(fleet, Window(WEDNESDAY + 5 * 3_600, 2.0), weather=kind) for kind in ("dry", "snow"))
    shifts = [snow.shift(k) for k in range(6)]
    calm, motion = dry.motion(shifts, 0, 10), snow.motion(shifts, 0, 10)
    assert motion.speed[motion.speed > 5].mean() < 0.85 * calm.speed[calm.speed > 5].mean()
    (report, *_) = snow.reports()
    (row,) = report.sheet.filter(pl.col("kind") == "slippery_road").iter_rows(named=True)
    assert (row["cause"], row["peak"], row["unit"]) == ("snow", 0.65, "share")
