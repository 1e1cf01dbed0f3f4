"""A tank is what was in it less what was burnt, is filled at the depot or at a stop, and is as full in the morning."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from simulator.days import days
from simulator.profiles import PROFILES
from simulator.reports import Report
from simulator.roster import FILLED, Incidents, roster
from simulator.sensors import FUEL_STEP
from simulator.tank import HALF, LOW, Fill, Tank, tank
from simulator.tracks import Track
from simulator.traffic import Traffic, Window

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe


def test_a_tank_is_what_was_in_it_and_put_in_less_what_was_burnt() -> None:
    tank = Tank(50.0, 0.4, (Fill(100.0, 0.6, "at the depot"),))
    assert tank.level(np.array([0.0, 99.0, 100.0, 200.0]), np.array([0.0, 0.0, 0.0, 25.0])) == pytest.approx(
        [0.4, 0.4, 1.0, 0.5]
    )


@pytest.fixture(scope="module")
def weeks() -> list[tuple[Report, ...]]:
    """Some days of a car and a lorry, each, whose tanks are small enough to be filled now and then."""
    business = roster(3, seed=5)
    small = tuple(
        replace(one, kind=replace(one.kind, tank=one.kind.tank / 12), filled=0.6) for one in business.vehicles
    )
    business = replace(business, vehicles=small, incidents=(Incidents(),) * 3)
    fleet = Traffic(business, Window(START, 1.5), profiles=(PROFILES["can_gateway_10hz"],))
    return list(zip(*(tuple(reports) for _, reports in days(fleet, 3)), strict=True))


def test_the_morning_is_as_full_as_the_evening_before(weeks: list[tuple[Report, ...]]) -> None:
    for vehicle in weeks:
        for today, tomorrow in pairwise(vehicle):
            assert tomorrow.recording["fuel_pct"][0] == pytest.approx(100 * today.evening.filled, abs=FUEL_STEP / 2)


def test_it_rises_only_where_the_sheet_says_that_it_was_filled(weeks: list[tuple[Report, ...]]) -> None:
    fills = 0
    for report in (report for vehicle in weeks for report in vehicle):
        rows = report.sheet.filter(kind="refuelling")
        fills += len(rows)
        t, level = (report.recording[name].to_numpy() for name in ("t", "fuel_pct"))
        rises = np.flatnonzero(np.diff(level) > FUEL_STEP / 2)
        for at, rise in zip(rows["start"], rises, strict=True):
            before, after = t[rise], t[rise + 1]
            assert before <= at.timestamp() <= after and level[rise + 1] == pytest.approx(100.0)
            assert level[rise] < 100 * HALF and report.recording["speed_kmh"][int(rise)] == 0
        assert level.min() > 0
        assert report.sheet.filter(pl.col("unit") == "l")["peak"].to_list() == rows["peak"].to_list()
    assert fills > 2


def test_nobody_starts_the_first_day_with_less_than_half() -> None:
    filled = [vehicle.filled for vehicle in roster(30, seed=3).vehicles]
    assert FILLED[0] <= min(filled) < max(filled) <= FILLED[1] and LOW < HALF <= FILLED[0]


def test_where_a_wheel_is_changed_nothing_is_put_into_a_tank() -> None:
    """A stand of as long on the way and at a stop, on a tank that is all but empty."""
    shift = Traffic(roster(1, seed=5), Window(START, 1.5)).shift(0)
    vehicle = replace(shift.vehicle, filled=0.6)
    for piece, where in ((shift.stops[0] - 3, []), (shift.stops[0] - 1, ["at a stop"])):
        legs = shift.legs.copy()
        legs["wait"], legs["off"] = 0.0, 0
        legs["wait"][piece], legs["off"][piece] = 2_400.0, 1
        t = np.arange(1.0, 5_401.0)
        whole = Track(*(np.zeros(len(t)) for _ in Track._fields))._replace(
            t=t, fuel=0.5 * vehicle.kind.tank * t / 1_000
        )
        standing = replace(shift, legs=legs, vehicle=vehicle, start=0.0)
        fills = tank(standing, np.full(len(legs), 900.0), whole).fills
        assert [one.where for one in fills] == where
