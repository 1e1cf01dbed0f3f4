"""Claims of days that are driven lie in trips that were driven, and say which truth they come from."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from simulator.claims import CLAIMS, occurred, tables
from simulator.cli import main
from simulator.days import days
from simulator.logbook import Logbook
from simulator.placed import Placed
from simulator.portfolio import truth
from simulator.roster import Incidents, roster
from simulator.traffic import Traffic, Window

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe


def test_a_logbook_has_the_trips_of_all_days_in_order() -> None:
    fleet = Traffic(roster(3, seed=5), Window(START, 1.0))
    book, sheets = Logbook(fleet), []
    for _, reports in days(fleet, 2):
        sheets += [report.sheet for report in book.noting(reports)]
    trips = pl.concat(sheets).filter(pl.col("kind") == "trip")
    for driven in book.driven(2):
        own = trips.filter(pl.col("vehicle_id") == driven.vehicle.vehicle_id)
        assert driven.km.sum() == pytest.approx(own["peak"].sum())
        assert (driven.start[1:] >= driven.end[:-1]).all() and (driven.end > driven.start).all()
        assert driven.first == START and driven.last == START + 2 * 86_400


def test_claims_of_driving_are_within_trips() -> None:
    fleet = Traffic(roster(2, seed=5), Window(START, 1.0))
    book = Logbook(fleet)
    for _, reports in days(fleet, 1):
        list(book.noting(reports))
    for driven in book.driven(1):
        long = driven._replace(km=driven.km * 100_000)
        at = [one.at for one in occurred(long, [1]) if one.driven]
        assert at
        assert all(any(a <= t <= b for a, b in zip(long.start, long.end, strict=True)) for t in at)


def test_record_writes_claims_beside_what_it_drives(tmp_path: Path) -> None:
    words = ["record", "--hours", "0.2", "--vehicles", "3", "--claims", str(tmp_path / "claims"), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    truth = pl.read_parquet(tmp_path / "claims" / "truth.parquet")
    assert len(truth) == 15 and truth["expected"].min() > 0
    assert {path.stem for path in (tmp_path / "claims").iterdir()} == {"claims", "development", "truth"}


def test_a_crash_on_the_sheet_is_a_claim_of_that_vehicle_at_that_moment() -> None:
    events = (Placed("crash", 0, 900.0), Placed("crash", 2, 1_200.0, day=1))
    fleet = Traffic(replace(roster(3, seed=5), incidents=(Incidents(),) * 3), Window(START, 1.0), events=events)
    book, sheets = Logbook(fleet), []
    for _, reports in days(fleet, 2):
        sheets += [report.sheet for report in book.noting(reports)]
    crashes = pl.concat(sheets).filter(kind="crash").select("vehicle_id", "driver_id", "start").rows()
    assert len(crashes) == 2
    claims = pl.DataFrame([row for k, one in enumerate(book.driven(2)) for row in tables(one, [5, k])[0]], CLAIMS)
    ours = claims.filter(pl.col("claim_id").str.contains("crash"))
    assert sorted(ours.filter(cover="own_damage").select("vehicle_id", "driver_id", "loss_at").rows()) == sorted(
        crashes
    )
    assert set(ours["loss_at"]) == {at for _, _, at in crashes} and ours["at_fault"].all()
    assert claims["claim_id"].is_unique().all()
    expected = {row["cover"]: row["expected"] for row in truth(next(book.driven(2)))}
    calm = {row["cover"]: row["expected"] for row in truth(next(book.driven(2))._replace(likely=0.0))}
    assert expected["own_damage"] > calm["own_damage"] + 1 and expected["tpl_property"] > calm["tpl_property"] + 0.5
