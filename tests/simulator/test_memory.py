"""A year is written in the memory of a few vehicles: what is held grows neither with days nor with vehicles."""

import gc
import json
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from simulator import streamed
from simulator.cli import main
from simulator.days import days
from simulator.logbook import Logbook
from simulator.motion import Motion
from simulator.reports import Report
from simulator.roster import roster
from simulator.shifts import Shift
from simulator.traffic import Traffic, Window

START, HOURS = 1_762_923_600.0, 0.05


@pytest.fixture(scope="module")
def fleet() -> Traffic:
    fleet = Traffic(roster(2, seed=5), Window(START, HOURS))
    list(fleet.reports())  # roads are made, kernels compiled
    return fleet


def test_no_more_than_a_few_vehicles_are_held_at_a_time(fleet: Traffic, tmp_path: Path) -> None:
    report, held, most = next(fleet.reports()), [], 0

    def many() -> Iterator[Report]:
        nonlocal most
        for _ in range(300):
            copy = report.recording.clone()
            held.append(weakref.ref(copy))
            yield report._replace(recording=copy)
            most = max(most, sum(one() is not None for one in held))

    streamed.write(many(), streamed.schema(fleet), tmp_path / "day.parquet", None, streamed.Tally())
    assert pl.scan_parquet(tmp_path / "day.parquet").select(pl.len()).collect().item() == 300 * len(report.recording)
    assert most <= 4


def test_the_motion_of_some_is_let_go_before_that_of_others_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[np.ndarray]] = []
    drive = Traffic.motion

    def motion(self: Traffic, shifts: list[Shift], first: int, keep: int = 1) -> Motion:
        assert all(one() is None for one in made)
        found = drive(self, shifts, first, keep)
        made.append(weakref.ref(found.speed))
        return found

    monkeypatch.setattr(Traffic, "motion", motion)
    assert len(list(Traffic(roster(25, seed=5), Window(START, HOURS)).reports())) == 25
    assert len(made) == 3


def test_a_trip_is_noted_in_three_numbers(fleet: Traffic) -> None:
    book, (report, *_) = Logbook(fleet), fleet.reports()
    trips = len(report.driven)
    empty = sum(sys.getsizeof(one) for one in book._driven.values())
    for _ in range(1_000):
        list(book.noting(iter([report])))
    held = sum(sys.getsizeof(one) for one in book._driven.values()) - empty
    assert trips and held < 1.2 * 24 * 1_000 * trips


def test_later_days_need_no_more_memory_than_the_first(fleet: Traffic, tmp_path: Path) -> None:
    columns, tally, book, peaks = streamed.schema(fleet), streamed.Tally(), Logbook(fleet), []
    tracemalloc.start()
    for date, reports in days(fleet, 6):
        gc.collect()
        tracemalloc.reset_peak()
        out, sheet = (tmp_path / name / f"{date}.parquet" for name in ("year", "sheets"))
        streamed.write(book.noting(reports), columns, out, sheet, tally)
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert max(peaks[4:]) < 1.15 * max(peaks[1:4])
    assert tally.vehicles == 12 and len(list((tmp_path / "year").iterdir())) == 6


def test_recording_says_how_much_memory_it_took(tmp_path: Path) -> None:
    words = ["record", str(tmp_path / "day.parquet"), "--vehicles", "1", "--hours", "0.1"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0 and "MB of memory" in result.output


def peak(folder: Path, days: int, vehicles: int) -> int:
    """MB at most of a process that records so much."""
    out, sheets = (str(folder / f"{name}-{days}-{vehicles}") for name in ("year", "sheets"))
    words = ["record", out, "--days", str(days), "--vehicles", str(vehicles), "--hours", "0.5", "--answers", sheets]
    command = [sys.executable, "-m", "simulator", *words, "--json"]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert (said["days"], said["vehicles"]) == (days, vehicles)
    return int(said["memory_mb"])


@pytest.mark.slow
def test_a_process_needs_no_more_for_many_days_and_hardly_more_for_many_vehicles(tmp_path: Path) -> None:
    few, days_on_end, fleet = peak(tmp_path, 2, 10), peak(tmp_path, 60, 10), peak(tmp_path, 2, 200)
    assert days_on_end < 1.12 * few and fleet < 1.25 * few
