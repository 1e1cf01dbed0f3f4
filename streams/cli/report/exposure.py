"""exposure: vehicle-days and km of fleets, vehicles, drivers or covers - by road, speed and hour, and by day."""

from datetime import date, datetime, timedelta
from pathlib import Path

import click
import polars as pl

from pricing import crossing
from pricing.reports import exposed
from pricing.reports.losses import ReportError
from pricing.views import BY
from streams.cli import proof, screen, source
from streams.cli.report import files
from streams.registry import Roster, stored

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("exposure", short_help="vehicle-days and km by road, speed, hour, driver, cover and day, with scores")
@click.option("--by", type=click.Choice(list(BY)), default="fleet", show_default=True, help="A row for each of these.")
@click.option("--daily", is_flag=True, help="And for each day.")
@click.option("--from", "first", type=DAY, help="First day (UTC); else the first on record.")
@click.option("--to", "end", type=DAY, help="The day after the last one; else the day after the last on record.")
@files.out_option
@files.as_option
@screen.fleet_option
@source.tables_options
@screen.config_options
def command(
    by: str,
    daily: bool,
    first: datetime | None,
    end: datetime | None,
    out: Path,
    kind: str | None,
    fleet_id: str | None,
    data: Path | None,
    folder: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Insured and driven days, km measured, by odometer, declared and of gaps, km by level; scores beside them.

    From the service's data, or with --tables from what 'tripmeter replay' has written; that knows of no insurance.
    """
    private = proof.settings(config_path, sets).pricing.privacy != crossing.FULL
    if private and by == "driver":
        raise screen.fail("pricing is told of vehicles' scores and km alone: pricing.privacy")
    rated_by = source.tariffs(config_path, sets)
    six, insured = source.read(data, folder, rated_by), None if folder else _insured(data)
    exposure, scores = (_of(six[name], fleet_id) for name in ("exposure", "scores"))
    if exposure.is_empty():
        raise screen.fail("there is no exposure on record" + (f" of fleet {fleet_id!r}" if fleet_id else ""))
    risks = None if insured is None else _of(insured, fleet_id)
    try:
        whole = exposed.paper(exposure, scores, rated_by, by, risks, _days(exposure, first, end), daily)
    except ReportError as error:
        raise screen.fail(error) from error
    files.write(exposed.told(whole) if private else whole, out, kind)


def _days(exposure: pl.DataFrame, first: datetime | None, end: datetime | None) -> tuple[date, date]:
    """As asked for, else all on record."""
    start, last = exposure.select(first=pl.col("day").min(), last=pl.col("day").max()).row(0)
    days = (first.date() if first else start, end.date() if end else last + timedelta(days=1))
    if days[0] >= days[1]:
        raise screen.fail(f"from {days[0]} to {days[1]} is no day")
    return days


def _insured(data: Path | None) -> pl.DataFrame | None:
    """What the registry insures; None where it knows no vehicle."""
    with source.store(data).reading() as connection:
        registry = stored.read(connection)
    return Roster(registry).insured() if registry.rows["vehicles"] else None


def _of(frame: pl.DataFrame, fleet_id: str | None) -> pl.DataFrame:
    return frame if fleet_id is None else frame.filter(pl.col("fleet_id") == fleet_id)
