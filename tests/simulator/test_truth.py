"""The sheet is a function of the world: whoever measures, and however little came of what was placed."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from simulator.placed import Placed, PlacingError
from simulator.profiles import PROFILES
from simulator.reports import Report
from simulator.roster import Roster, roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window

START, HOURS = 1_762_930_800.0, 4.0  # 2025-11-12 08:00 in Karlsruhe


@pytest.fixture(scope="module")
def business() -> Roster:
    whole = roster(2, 7)
    return replace(whole, incidents=(Incidents(leak=True, puncture=0.5), Incidents()))


def driven(business: Roster, *events: Placed, device: str = "standard", weather: str | None = None) -> list[Report]:
    return list(Traffic(business, Window(START, HOURS), {}, events, (PROFILES[device],), weather=weather).reports())


@pytest.fixture(scope="module")
def alone(business: Roster) -> Roster:
    first = {name: getattr(business, name)[1:] for name in ("vehicles", "drivers")}
    return replace(business, incidents=(Incidents(),), **first)


def at(row: dict[str, Any], name: str = "start") -> float:
    return float(row[name].timestamp()) - START


def test_the_truth_is_the_same_whoever_measures_it(business: Roster) -> None:
    events = (
        Placed("leak", 1, 600.0, {"percent_per_hour": 9.0}),
        Placed("brake_drag", 1, 1_200.0),
        Placed("puncture", 0, 5_000.0),
        Placed("harsh_braking", 0, 2_000.0, {"mps2": 2.0}),
    )
    sheets = []
    for device in ("standard", "can_gateway_10hz", "tracker_30s"):
        reports = driven(business, *events, device=device)
        sheets.append(pl.concat([one.sheet for one in reports]).filter(pl.col("kind") != "stale_can"))
    assert sheets[0].equals(sheets[1]) and sheets[0].equals(sheets[2])
    kinds = {"tyre_slow_leak", "tyre_rapid_loss", "tyre_low", "brake_drag", "harsh_braking", "trip"}
    assert kinds <= set(sheets[0]["kind"])


def test_what_goes_on_when_it_joins_or_leaves_is_there_meanwhile(alone: Roster) -> None:
    leak = Placed("leak", 0, 600.0, {"wheel": "1L"})
    (free,), (bound,) = (
        driven(alone, leak, *more) for more in ((), (Placed("joins", 0, 5_000.0), Placed("leaves", 0, 11_000.0)))
    )
    (row,) = bound.sheet.filter(kind="tyre_slow_leak").iter_rows(named=True)
    assert (at(row), at(row, "end")) == (5_000.0, 11_000.0) and row["peak"] == pytest.approx(0.0616, abs=1e-3)
    (whole,) = free.sheet.filter(kind="tyre_slow_leak").iter_rows(named=True)
    assert (at(whole), at(whole, "end")) == (600.0, 3_600.0 * HOURS)
    for kind in set(bound.sheet["kind"]):
        spans = [(at(row), at(row, "end")) for row in bound.sheet.filter(kind=kind).iter_rows(named=True)]
        assert all(5_000.0 <= start <= end <= 11_000.0 for start, end in spans), kind
    km = [float(one.sheet.filter(kind="trip")["peak"].sum()) for one in (free, bound)]
    heard = bound.recording["odometer_km"]
    assert km[1] < km[0] and km[1] == pytest.approx(heard[-1] - heard[0], abs=0.1)


@pytest.mark.parametrize("mps2", [1.0, 2.0, 6.0])
def test_a_braking_that_is_placed_is_on_the_sheet_however_soft(alone: Roster, mps2: float) -> None:
    (report,) = driven(alone, Placed("harsh_braking", 0, 5_000.0, {"mps2": mps2}), weather="dry")
    rows = report.sheet.filter(kind="harsh_braking", cause="someone ahead braked").iter_rows(named=True)
    row = min(rows, key=lambda one: abs(at(one) - 5_000.0))
    assert 0 <= at(row) - 5_000 < 900 and row["peak"] == pytest.approx(mps2, rel=0.1) and row["start"] < row["end"]
    assert (row["level"] == 0) == (mps2 < row["threshold"])


def test_a_swerve_that_is_placed_is_on_the_sheet_however_soft_and_on_snow(alone: Roster) -> None:
    for mps2, weather in ((1.0, "dry"), (3.0, "snow")):
        (report,) = driven(alone, Placed("swerve", 0, 3_000.0, {"mps2": mps2}), weather=weather)
        rows = report.sheet.filter(kind="lane_change").iter_rows(named=True)
        row = min(rows, key=lambda one: abs(at(one) - 3_000.0))
        assert at(row) >= 3_000 and (row["level"] == 0) == (row["peak"] < row["threshold"])


def test_on_snow_a_braking_that_is_placed_lasts_as_long_as_there_it_takes(alone: Roster) -> None:
    """The road gives less than was ordered, so that it takes the longer to lose three fifths of the speed."""
    (report,) = driven(alone, Placed("harsh_braking", 0, 5_000.0, {"mps2": 6.0}), weather="snow")
    rows = report.sheet.filter(kind="harsh_braking", cause="someone ahead braked").iter_rows(named=True)
    row = min(rows, key=lambda one: abs(at(one) - 5_000.0))
    assert row["peak"] < 3.5 and 0.6 * row["speed_kmh"] / 3.6 / row["peak"] - 0.6 < at(row, "end") - at(row)
    during = report.recording.filter(pl.col("t").is_between(row["start"].timestamp(), row["end"].timestamp() + 2))
    lost = 1 - during["speed_kmh"].min() / row["speed_kmh"]  # type: ignore[operator]
    assert 0.5 < lost < 0.8


def test_of_two_brakings_at_once_the_second_comes_after_the_first(alone: Roster) -> None:
    both = [Placed("harsh_braking", 0, 5_000.0, {"mps2": mps2}) for mps2 in (2.0, 2.1)]
    (free,), (report,) = driven(alone, weather="dry"), driven(alone, *both, weather="dry")
    more = len(report.sheet.filter(kind="harsh_braking")) - len(free.sheet.filter(kind="harsh_braking"))
    assert report.sheet.filter(kind="harsh_braking", level=0).height == 2 and more >= 1


def test_a_day_without_a_break_that_is_too_short_for_it_is_an_error(alone: Roster) -> None:
    with pytest.raises(PlacingError, match=r"no_break: \S+ drives for \S+ h only"):
        driven(alone, Placed("no_break", 0, 0.0))


def test_a_day_without_a_break_is_on_the_sheet_where_the_law_allows_it() -> None:
    whole = roster(1, 7, "austin")
    quiet = replace(whole, incidents=(Incidents(),))
    (report,) = Traffic(quiet, Window(START, 9.0), {}, (Placed("no_break", 0, 0.0),)).reports()
    assert report.sheet.filter(unit="h").select("kind", "level").rows() == [("no_break", 0)]
    assert report.sheet.filter(kind="no_break")["peak"][0] > 4.5


def test_what_a_crash_does_not_let_happen_is_an_error(alone: Roster) -> None:
    swerve = Placed("swerve", 0, 0.0, {"mps2": 0.12})  # so soft that it needs a long straight
    assert driven(alone, swerve, weather="dry")[0].sheet.filter(kind="lane_change", level=0).height == 1
    with pytest.raises(PlacingError, match=r"swerve: .* does not drive fast enough any more after that"):
        driven(alone, swerve, Placed("crash", 0, 1.0), weather="dry")
