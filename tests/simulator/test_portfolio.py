"""A portfolio's weeks agree with days that are driven, and its files are the same for the same seed."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from simulator import portfolio
from simulator.cli import main
from simulator.days import days
from simulator.roster import Roster, roster
from simulator.traffic import Traffic, Window

FIRST, COUNT = date(2025, 11, 12), 4
HARSH = ("harsh_braking", "harsh_acceleration", "harsh_cornering")


def weekly(business: Roster, count: int) -> tuple[pl.DataFrame, portfolio.Books]:
    books = portfolio.Books()
    span = portfolio.term(FIRST, count, business.region.zone)
    return pl.concat(portfolio.exposures(business, span, books)), books


@pytest.fixture(scope="module")
def both() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A fleet's days driven, and the mean of its weeks drawn: km and harsh events of each vehicle."""
    business = roster(20, seed=77)
    start = portfolio.term(FIRST, 1, business.region.zone).midnights[0] + 4 * 3_600
    sheets = [
        report.sheet for _, reports in days(Traffic(business, Window(float(start), 14.0)), COUNT) for report in reports
    ]
    sheet = pl.concat(sheets)
    driven = sheet.group_by("vehicle_id").agg(
        pl.col("peak").filter(pl.col("kind") == "trip").sum().alias("km"),
        *((pl.col("kind") == kind).sum().alias(kind) for kind in HARSH),
    )
    drawn, _ = weekly(business, 50 * COUNT)
    each = drawn.group_by("vehicle_id").agg(
        pl.col("km_measured").sum().alias("km"),
        *(pl.sum_horizontal(f"{kind}_{level}" for level in (1, 2, 3)).sum().alias(kind) for kind in HARSH),
    )
    mean = each.select("vehicle_id", *(pl.col(name) / 50 for name in ("km", *HARSH)))
    return driven.sort("vehicle_id"), mean.sort("vehicle_id")


def test_weeks_drawn_have_the_km_of_days_driven(both: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    driven, drawn = both
    ratio = driven["km"] / drawn["km"]
    assert ratio.mean() == pytest.approx(1.0, abs=0.1)  # of four days' weather
    assert ratio.min() > 0.7 and ratio.max() < 1.3


@pytest.mark.parametrize("kind", HARSH)
def test_weeks_drawn_have_the_harsh_events_of_days_driven(both: tuple[pl.DataFrame, pl.DataFrame], kind: str) -> None:
    driven, drawn = both
    mean = drawn[kind].sum()
    assert abs(driven[kind].sum() - mean) < 0.15 * mean + 3 * mean**0.5  # and the chance of a count
    often = [frame[kind].to_numpy() / frame["km"].to_numpy() for frame in both]
    assert np.corrcoef(*often)[0, 1] > 0.85


def test_the_same_seed_gives_the_same_weeks_and_claims() -> None:
    one, again, other = (weekly(roster(12, seed=s), 30) for s in (4, 4, 5))
    assert one[0].equals(again[0]) and not one[0].equals(other[0])
    assert one[1].claims == again[1].claims and one[1].truth == again[1].truth


def test_vehicles_do_not_disturb_each_other() -> None:
    business = roster(12, seed=4)
    few = replace(business, **{n: getattr(business, n)[:5] for n in ("vehicles", "drivers", "incidents")})
    alone, among = weekly(few, 30)[0], weekly(business, 30)[0]
    assert alone.equals(among.head(len(alone)))


def test_a_week_cut_short_has_fewer_days() -> None:
    frame, _ = weekly(roster(3, seed=4), 10)
    assert frame["days"].to_list() == [7, 3] * 3
    assert frame["day"].unique().sort().to_list() == [FIRST, date(2025, 11, 19)]


def test_harsh_events_in_a_long_year_follow_smoothness() -> None:
    business = roster(300, seed=6)
    frame, books = weekly(business, 365)
    rate = frame.group_by("driver_id").agg(pl.col("harsh_braking_2").sum() / pl.col("km_measured").sum())
    traits = pl.DataFrame(books.truth).unique("driver_id").select("driver_id", "smooth", "headway")
    one = rate.join(traits, on="driver_id")
    ranks = one.select(pl.corr("harsh_braking_2", "headway", method="spearman")).item()
    assert ranks < -0.6


def test_the_command_writes_all_tables(tmp_path: Path) -> None:
    words = ["claims", str(tmp_path / "out"), "--vehicles", "60", "--days", "120", "--csv", "--json"]
    result = CliRunner().invoke(main, [*words, "--registry", str(tmp_path / "registry")])
    assert result.exit_code == 0, result.output
    read = {path.stem: pl.read_csv(path) for path in sorted((tmp_path / "out").iterdir())}
    assert list(read) == ["claims", "development", "exposure", "truth"]
    assert set(read["development"]["claim_id"]) == set(read["claims"]["claim_id"])
    assert len(read["exposure"]) == 60 * 18 and len(read["truth"]) == 60 * 5
    assert set(read["exposure"]["vehicle_id"]) == set(pl.read_csv(tmp_path / "registry" / "vehicles.csv")["vehicle_id"])
