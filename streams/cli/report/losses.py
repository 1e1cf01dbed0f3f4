"""losses: what the record has of reported losses, and crashes nobody has reported."""

from datetime import timedelta
from pathlib import Path

import click
import polars as pl

from pricing.reports import seen
from pricing.reports.losses import ReportError, happened
from streams.cli import screen, source
from streams.cli.report import files, recorded


@click.command("losses", short_help="what was seen of reported losses, and crashes nobody reported")
@click.option("--claims", "claims_path", type=click.Path(path_type=Path), help="Claims, instead of the registry's.")
@click.option("--window", default=12.0, show_default=True, type=click.FloatRange(0.25, 168), help="h around a loss.")
@files.columns_option
@files.out_option
@files.as_option
@screen.fleet_option
@source.tables_options
def command(
    claims_path: Path | None,
    window: float,
    columns: tuple[str, ...],
    out: Path,
    kind: str | None,
    fleet_id: str | None,
    data: Path | None,
    folder: Path | None,
) -> None:
    """Reported losses against crashes, harsh events and trips on record: time, place, confidence; losses never seen.

    From the service's data, or with --tables and --claims from what 'tripmeter replay' has written.
    """
    try:
        claims = happened(files.read(claims_path, columns) if claims_path else recorded.claims(data))
    except ReportError as error:
        raise screen.fail(error) from error
    six = source.read(data, folder)
    claims, events, trips = (_of(frame, fleet_id) for frame in (claims, six["events"], six["trips"]))
    files.write(seen.paper(claims, events, trips, timedelta(hours=window)), out, kind)


def _of(frame: pl.DataFrame, fleet_id: str | None) -> pl.DataFrame:
    return frame if fleet_id is None else frame.filter(pl.col("fleet_id") == fleet_id)
