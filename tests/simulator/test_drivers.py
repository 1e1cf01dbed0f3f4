"""A driver's traits last, and each moves what the vehicle does: the simulated day itself, not a formula about it."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.drivers import draw, roughness
from simulator.roster import roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe
BUSINESS = roster(10, seed=11)


@cache
def day(name: str, value: float, hours: float = 4.0) -> pl.DataFrame:
    """The sheet of ten vehicles whose drivers all have the same trait."""
    changed: dict[str, Any] = {name: value}
    drivers = tuple(replace(driver, **changed) for driver in BUSINESS.drivers)
    fleet = replace(BUSINESS, drivers=drivers, incidents=(Incidents(),) * len(drivers))
    return pl.concat(report.sheet for report in Traffic(fleet, Window(START, hours)).reports())


def count(sheet: pl.DataFrame, **where: str) -> int:
    return len(sheet.filter(**where))


def test_the_closer_one_follows_the_more_often_one_brakes_hard() -> None:
    counts = [count(day("headway", s), cause="someone ahead braked") for s in (2.2, 1.4, 0.9)]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("kind", ["harsh_braking", "harsh_acceleration", "harsh_cornering"])
def test_the_less_smooth_the_more_harsh_events(kind: str) -> None:
    counts = [count(day("smooth", share), kind=kind) for share in (0.95, 0.4, 0.0)]
    assert counts[0] <= counts[1] < counts[2]


def test_the_faster_the_choice_the_longer_over_the_limit() -> None:
    over = []
    for pace in (0.92, 1.0, 1.06):
        spells = day("pace", pace).filter(kind="speeding")
        over.append((spells["end"] - spells["start"]).dt.total_seconds().sum())
    assert over[0] < over[1] < over[2]


def test_who_tires_sooner_is_surprised_more_often_and_only_later_in_the_day() -> None:
    fresh, tired = (day("fatigue", rate, 9.0).filter(cause="someone ahead braked") for rate in (0.0, 1.0))
    assert len(tired) > len(fresh)
    half = pl.col("start") > pl.lit(fresh["start"].min()).dt.offset_by("90m")
    assert len(tired.filter(half)) / len(fresh.filter(half)) > 1.2


def test_traits_go_together_but_not_all_the_way() -> None:
    drivers = roster(400, seed=3).drivers
    rough = [driver.rough for driver in drivers]
    for name, sign in (("headway", -1), ("pace", 1), ("smooth", -1)):
        together = sign * np.corrcoef(rough, [getattr(driver, name) for driver in drivers])[0, 1]
        assert 0.85 < together < 0.999, name
    for name in ("fatigue", "frailty"):
        assert abs(np.corrcoef(rough, [getattr(driver, name) for driver in drivers])[0, 1]) < 0.15, name


def test_traits_are_what_their_documentation_says() -> None:
    rng = np.random.default_rng(5)
    drivers = [draw(rng, "D", "F", rough, early=k % 8 == 7) for k, rough in enumerate(roughness(rng, 4_000))]
    frailty = np.array([driver.frailty for driver in drivers])
    assert frailty.mean() == pytest.approx(1.0, abs=0.03) and frailty.var() == pytest.approx(0.3, abs=0.04)
    assert np.median([driver.fatigue for driver in drivers]) == pytest.approx(0.08, rel=0.05)
    for early, mean in ((True, 0.75), (False, 0.04)):
        nights = [driver.night for driver in drivers if driver.early == early]
        assert np.mean(nights) == pytest.approx(mean, abs=0.02)
    assert np.quantile([driver.headway for driver in drivers], 0.001) > 0.6
