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
from simulator.habits import COLUMN, OVER, measured
from simulator.roster import Roster, roster
from simulator.traffic import Traffic, Window

FIRST, COUNT = date(2025, 11, 12), 4
HARSH = ("harsh_braking", "harsh_acceleration", "harsh_cornering")


def weekly(business: Roster, count: int) -> tuple[pl.DataFrame, portfolio.Books]:
    books = portfolio.Books()
    span = portfolio.term(FIRST, count, business.region.zone)
    return pl.concat(portfolio.exposures(business, span, books)), books


def counted(business: Roster) -> pl.DataFrame:
    """What each vehicle did on days that are driven."""
    start = portfolio.term(FIRST, 1, business.region.zone).midnights[0] + 4 * 3_600
    rows = []
    for _, reports in days(Traffic(business, Window(float(start), 14.0)), COUNT):
        for report, vehicle, driver in zip(reports, business.vehicles, business.drivers, strict=True):
            day = measured(report, vehicle, driver, business.region)
            harsh = dict.fromkeys(HARSH, 0)
            for (name, _), count in day.counts.items():
                harsh[COLUMN[name]] += count
            rows.append({"vehicle_id": vehicle.vehicle_id, "km": day.km, "over": sum(day.over), "h": day.hours} | harsh)
    return pl.DataFrame(rows).group_by("vehicle_id").agg(pl.exclude("vehicle_id").sum()).sort("vehicle_id")


def drawn_mean(business: Roster) -> pl.DataFrame:
    """The same of weeks that are drawn, on average over many."""
    frame, _ = weekly(business, 50 * COUNT)
    each = frame.group_by("vehicle_id").agg(
        pl.col("km_measured").sum().alias("km"),
        pl.sum_horizontal(OVER).sum().alias("over"),
        pl.col("moving_h").sum().alias("h"),
        *(pl.sum_horizontal(f"{kind}_{level}" for level in (1, 2, 3)).sum().alias(kind) for kind in HARSH),
    )
    return each.select("vehicle_id", pl.exclude("vehicle_id") / 50).sort("vehicle_id")


@pytest.mark.slow
@pytest.mark.timeout(300)  # drives 220 vehicle-days, 140 of them pilots
def test_weeks_drawn_agree_with_days_driven() -> None:
    business = roster(20, seed=77)
    driven, drawn = counted(business), drawn_mean(business)
    ratio = driven["km"] / drawn["km"]
    assert ratio.mean() == pytest.approx(1.0, abs=0.1)  # of four days' weather
    assert ratio.min() > 0.7 and ratio.max() < 1.3
    assert driven["h"].sum() / drawn["h"].sum() == pytest.approx(1.0, abs=0.1)
    assert driven["over"].sum() / drawn["over"].sum() == pytest.approx(1.0, abs=0.25)
    for kind in HARSH:
        mean = drawn[kind].sum()
        assert abs(driven[kind].sum() - mean) < 0.15 * mean + 3 * mean**0.5, kind  # and the chance of a count
    for what in ("over", *HARSH):
        often = [frame[what].to_numpy() / frame["km"].to_numpy() for frame in (driven, drawn)]
        assert np.corrcoef(*often)[0, 1] > 0.85, what


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
