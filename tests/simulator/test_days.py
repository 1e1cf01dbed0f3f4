"""Day after day the same fleet goes on where it stood, and is written without being held in memory."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from simulator import streamed
from simulator.cli import main
from simulator.days import days, later
from simulator.lasting import earlier
from simulator.placed import Placed
from simulator.profiles import PROFILES
from simulator.roster import roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window, combined
from simulator.tyres import Flaw

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe
BEFORE_SUMMER = 1_774_760_400.0 - 86_400.0  # 2026-03-28 06:00 in Karlsruhe; that night clocks go forward


@pytest.fixture(scope="module")
def week() -> dict[str, list]:  # type: ignore[type-arg]
    fleet = Traffic(roster(3, seed=5), Window(START, 1.0))
    return {date: list(reports) for date, reports in days(fleet, 3)}


def test_the_first_day_is_the_day_itself(week) -> None:  # type: ignore[no-untyped-def]
    alone = list(Traffic(roster(3, seed=5), Window(START, 1.0)).reports())
    for one, other in zip(week["2025-11-12"], alone, strict=True):
        assert one.recording.equals(other.recording) and one.sheet.equals(other.sheet)


def test_no_day_is_like_another_and_odometers_go_on(week) -> None:  # type: ignore[no-untyped-def]
    assert list(week) == ["2025-11-12", "2025-11-13", "2025-11-14"]
    for vehicle in zip(*week.values(), strict=True):
        for today, tomorrow in pairwise(vehicle):
            assert tomorrow.recording["odometer_km"][0] == pytest.approx(today.evening.odometer / 1_000, abs=0.006)
        assert len({report.recording["speed_kmh"].sum() for report in vehicle}) == 3


def test_nobody_is_carried_home_in_the_night() -> None:
    """Who is not home when the window ends drives there: as far at least as it is, and burns for it."""
    profiles = (PROFILES["can_gateway_10hz"],)
    fleet = Traffic(roster(4, seed=8), Window(START, 0.5), profiles=profiles, weather="snow")
    moved = []
    for today, tomorrow in zip(*(list(reports) for _, reports in days(fleet, 2)), strict=True):
        evening, morning = today.recording[-1], tomorrow.recording[0]
        north, east = (float(morning[name][0] - evening[name][0]) * 111.2 for name in ("lat_deg", "lon_deg"))
        straight = float(np.hypot(north, east * np.cos(np.radians(49))))
        km = morning["odometer_km"][0] - evening["odometer_km"][0]
        assert km > straight - 0.08  # as far as places err
        assert morning["fuel_pct"][0] == pytest.approx(100 * today.evening.filled, abs=0.2)
        assert 100 * today.evening.filled <= evening["fuel_pct"][0] + 0.2
        moved.append(km)
    assert max(moved) > 0.4


def test_a_day_begins_at_the_same_hour_by_the_clock() -> None:
    fleet = Traffic(roster(1, seed=5), Window(BEFORE_SUMMER, 0.1))
    first, second = (next(reports).recording["t"][0] for _, reports in days(fleet, 2))
    assert second - first == pytest.approx(23 * 3_600, abs=61)


def test_a_file_has_every_row_and_every_column(tmp_path: Path) -> None:
    fleet = Traffic(roster(4, seed=5), Window(START, 0.3), {"backlog": 5.0})
    whole, sheet = combined(list(fleet.reports()))
    tally = streamed.Tally()
    out, answers = tmp_path / "day.parquet", tmp_path / "sheet.parquet"
    streamed.write(fleet.reports(), streamed.schema(fleet), out, answers, tally)
    written = pl.read_parquet(out)
    assert set(written.columns) == set(whole.columns)
    order = [*written.columns]
    assert written.sort("vehicle_id", "t").equals(whole.select(order).sort("vehicle_id", "t"))
    assert pl.read_parquet(answers).equals(sheet)
    assert (tally.samples, tally.facts, tally.vehicles) == (len(whole), len(sheet), 4)


def test_a_file_takes_vehicles_as_they_come(tmp_path: Path) -> None:
    fleet = Traffic(roster(3, seed=5), Window(START, 0.1))
    report = next(fleet.reports())
    many = (report for _ in range(200))
    streamed.write(many, streamed.schema(fleet), tmp_path / "long.csv", None, streamed.Tally())
    assert pl.scan_csv(tmp_path / "long.csv").select(pl.len()).collect().item() == 200 * len(report.recording)


def test_several_days_are_a_folder(tmp_path: Path) -> None:
    words = ["record", str(tmp_path / "year"), "--days", "2", "--vehicles", "2", "--hours", "0.1"]
    result = CliRunner().invoke(main, [*words, "--answers", str(tmp_path / "sheets"), "--json"])
    assert result.exit_code == 0, result.output
    for folder in ("year", "sheets"):
        assert [path.name for path in sorted((tmp_path / folder).iterdir())] == [
            "2025-11-12.parquet",
            "2025-11-13.parquet",
        ]


def test_what_is_placed_on_a_later_day_happens_then_and_on_no_other() -> None:
    events = (
        Placed("harsh_braking", 0, 600.0, {"mps2": 7.0}, day=1),
        Placed("joins", 1, 1_200.0, day=1),
        Placed("leaves", 2, 600.0, day=1),
    )
    fleet = Traffic(roster(3, seed=5), Window(START, 1.0), events=events)
    week = [list(reports) for _, reports in days(fleet, 3)]
    plain = [list(reports) for _, reports in days(Traffic(fleet.roster, fleet.window), 3)]
    heard = [{report.vehicle_id for report in reports} for reports in week]
    names = [vehicle.vehicle_id for vehicle in fleet.roster.vehicles]
    assert heard == [{names[0], names[2]}, {*names}, {names[0], names[1]}]
    assert week[0][0].recording.equals(plain[0][0].recording)
    hard = week[1][0].sheet.filter(pl.col("peak") > 6.9, kind="harsh_braking")
    assert 600 <= hard["start"][0].timestamp() - fleet.window.later(1, fleet.roster.region.zone).start < 1_800
    assert week[1][1].sheet.filter(kind="joins").height == week[1][2].sheet.filter(kind="leaves").height == 1


def test_a_leak_goes_on_until_it_is_mended_and_a_pulled_device_until_it_is_back() -> None:
    events = (
        Placed("leak", 0, 600.0, {"wheel": "1L"}),
        Placed("brake_drag", 1, 600.0, {"days": 2.0}, day=1),
        Placed("unplugged", 2, 1_800.0, {"minutes": 24 * 60.0}),
        Placed("driver_swap", 0, 60.0, {"days": 3.0}, day=1),
    )
    quiet = replace(roster(3, seed=5), incidents=(Incidents(),) * 3)
    fleet = Traffic(quiet, Window(START, 1.0), events=events)
    flaws, drivers = [], []
    for day in range(4):
        today = later(fleet, day, fleet.roster) if day else fleet
        arranged = today.arranged
        flaws.append({k: [one.cause for one in arranged[k].flaws] for k in arranged})
        drivers.append(today.shift(0).driver.driver_id)
    assert [one.get(0) for one in flaws] == [["leaks slowly"], ["leaks slowly"], None, None]
    assert [one.get(1) for one in flaws] == [None, ["brake drags"], ["brake drags"], None]
    assert drivers == ["D-001", "D-001", "D-R001", "D-R001"]
    second = later(fleet, 1, fleet.roster).arranged
    assert second[0].flaws[0].start == 600.0 - 86_400.0
    assert second[2].absences == (("unplugged", 1_800.0 - 86_400.0, 1_800.0),)


def test_the_usual_leak_goes_on_on_the_second_day_and_is_mended_by_the_third() -> None:
    business = roster(2, seed=5)
    business = replace(business, incidents=(Incidents(leak=True), Incidents()))
    sheets = []
    for _, reports in days(Traffic(business, Window(START, 0.5)), 3):
        sheets.append(pl.concat([report.sheet for report in reports]).filter(kind="tyre_slow_leak"))
    assert [sheet.height for sheet in sheets] == [1, 1, 0] and 0.03 < sheets[0]["peak"][0] < 0.05
    assert 0.4 < sheets[1]["peak"][0] < 0.45 and sheets[1]["cause"][0] == "leaks slowly"


def test_the_office_knows_of_a_later_days_events(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(SCENARIO)
    words = ["record", "--days", "2", "--scenario", str(tmp_path / "two.toml"), "--registry", str(tmp_path), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    terms = pl.read_csv(tmp_path / "policy_vehicles.csv").filter(pl.col("vehicle_id").str.ends_with("2"))
    assert set(terms["from"]) == {"2025-11-13"}
    ways = pl.read_csv(tmp_path / "route_assignments.csv")
    assert [row[:10] for row in ways["from"]] == ["2025-11-12", "2025-11-13"] and ways["route_id"].n_unique() == 2
    assert pl.read_csv(tmp_path / "drivers.csv").filter(pl.col("driver_id").str.contains("R"))["driver_id"].len() == 1


SCENARIO = """
start = 2025-11-12T06:00:00
hours = 2
vehicles = 3
incidents = false
[[event]]
kind = "joins"
vehicle = 2
day = 2
at = "06:20"
""" + "".join(
    f"""
[[event]]
kind = "{kind}"
vehicle = 1
day = {day}
at = "06:05"
"""
    for kind in ("route_deviation", "driver_swap")
    for day in (1, 2)
)


def test_a_wheel_that_was_changed_leaks_no_more_on_the_next_day_but_its_brake_drags_on() -> None:
    wheel = {"wheel": "1L"}
    events = [Placed(kind, 0, at, wheel) for kind, at in (("leak", 60.0), ("brake_drag", 60.0), ("puncture", 600.0))]
    left = earlier(events, 1, lambda day: 86_400.0 * day)
    assert [one.cause for one in left[0] if isinstance(one, Flaw)] == ["brake drags"]
    assert len(earlier(events[:2], 1, lambda day: 86_400.0 * day)[0]) == 2


def test_a_wheel_of_the_other_trailer_leaks_on_after_one_of_that_name_was_changed() -> None:
    leak = Placed("leak", 0, 60.0, {"wheel": "3L", "trailer": "B"})
    for changed, left in (("A", {0: 1}), ("B", {})):
        hole = Placed("puncture", 0, 600.0, {"wheel": "3L", "trailer": changed})
        found = earlier([leak, hole], 1, lambda day: 86_400.0 * day)
        assert {k: len(flaws) for k, flaws in found.items()} == left
