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
from simulator.perils import PERILS, relativity
from simulator.placed import Placed
from simulator.portfolio import truth
from simulator.roster import Incidents, roster
from simulator.traffic import Traffic, Window

START = 1_762_923_600.0  # 2025-11-12 06:00 in Karlsruhe
OWN = PERILS["own_damage"]


def test_a_logbook_has_the_trips_of_all_days_in_order() -> None:
    fleet = Traffic(roster(3, seed=5), Window(START, 1.0))
    book, sheets = Logbook(fleet), []
    for _, reports in days(fleet, 2):
        sheets += [report.sheet for report in book.noting(reports)]
    trips = pl.concat(sheets).filter(pl.col("kind") == "trip")
    for driven in book.driven(2):
        own = trips.filter(pl.col("vehicle_id") == driven.vehicle.vehicle_id)
        assert driven.km.sum() == pytest.approx(own["peak"].sum(), abs=0.005)
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


@pytest.fixture(scope="module")
def changing() -> tuple[Traffic, Logbook]:
    """Two days: one is sold at 6 in the morning, somebody takes over one, one joins on the second day."""
    events = (
        Placed("leaves", 0, 6 * 3_600.0),
        Placed("driver_swap", 1, 3_600.0, {"days": 3.0}),
        Placed("joins", 2, 3_600.0, day=1),
    )
    calm = replace(roster(4, seed=7), incidents=(Incidents(),) * 4)
    fleet = Traffic(calm, Window(START - 6 * 3_600, 13.0), events=events)
    book = Logbook(fleet)
    for _, reports in days(fleet, 2):
        list(book.noting(reports))
    return fleet, book


def test_claims_are_of_who_really_drives(changing: tuple[Traffic, Logbook]) -> None:
    fleet, book = changing
    swapped = [one for one in book.driven(2) if one.vehicle is fleet.roster.vehicles[1]]
    assert [one.driver for one in swapped] == [fleet.roster.drivers[1], fleet.driver(1, 1)]
    own, relief = swapped
    assert own.end.max() <= relief.start.min() < fleet.begins(1) < relief.end.max()
    assert relief.km.sum() > own.km.sum() > 0
    assert relief.first == relief.last and own.last - own.first == 2 * 86_400
    rows = [row for one in swapped for row in tables(one._replace(km=1e5 * one.km), [7, 1])[0]]
    at = relief.start.min()
    driven = [(row["loss_at"].timestamp() >= at, row["driver_id"]) for row in rows if row["driver_id"]]
    assert set(driven) == {(False, own.driver.driver_id), (True, relief.driver.driver_id)}
    assert len({row["claim_id"] for row in rows}) == len(rows)
    assert relief.driver.discipline == own.driver.discipline
    assert relief.likely > 0 and own.likely == 0  # by chance, and not on the first day


def test_claims_are_of_what_is_really_on_the_road(changing: tuple[Traffic, Logbook]) -> None:
    fleet, book = changing
    by = {one.vehicle.vehicle_id: one for one in book.driven(2) if not one.relief}
    sold, _, joined, always = (by[vehicle.vehicle_id] for vehicle in fleet.roster.vehicles)
    assert (sold.first, sold.last) == (fleet.window.start, fleet.window.start + 6 * 3_600)
    assert (joined.first, joined.last) == (fleet.begins(1) + 3_600, fleet.window.start + 2 * 86_400)
    for one in (sold, joined):
        assert one.km.sum() > 0
        assert one.start.min() >= one.first and one.end.max() <= one.last
    assert (
        sold.likely
        == 0
        < joined.likely / relativity(joined.driver, OWN)
        < always.likely / relativity(always.driver, OWN)
    )
    (expected, *_), days_of = truth(joined), (joined.last - joined.first) / 86_400
    assert expected["per_day"] * days_of < expected["expected"] < expected["per_day"] * 2 + expected["per_km"] * 1e4
