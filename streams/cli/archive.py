"""archive: raw payloads of closed days - what there is, and a recording made of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from streams.cli import screen, source
from streams.intake.intake import Intake
from streams.keeping.archive import EPOCH, Part, parts, read
from streams.recordings.recorded import recording
from streams.store.marks import is_fed

BOUNDS = click.DateTime(["%Y-%m-%d"])


@click.group("archive")
def command() -> None:
    """Raw payloads of closed days, as Parquet by fleet and UTC day."""


@command.command("list")
@screen.data_option
@screen.json_option
def show_all(data: Path | None, as_json: bool) -> None:
    """Fleets and days, how many files and how large."""
    objects = source.archive(data)
    with _readable():
        there = parts(objects)
    found = pl.DataFrame(
        [(part.fleet_id, _date(part), part.size / 1e6) for part in there],
        schema={"fleet": pl.String, "day": pl.String, "MB": pl.Float64},
        orient="row",
    )
    days = found.group_by("fleet", "day").agg(files=pl.len(), MB=pl.col("MB").sum().round(3)).sort("day", "fleet")
    if as_json:
        screen.emit(days.rows(named=True))
        return
    columns = [("fleet", "left"), ("day", "left"), ("files", "right"), ("MB", "right")]
    screen.out.print(screen.table("archived payloads", columns, [list(row) for row in days.rows()]))


@command.command("export")
@click.option("--fleet", required=True, help="Fleet whose payloads.")
@click.option("--from", "first", required=True, type=BOUNDS, help="First UTC day.")
@click.option("--to", "last", required=True, type=BOUNDS, help="Last UTC day, itself included.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Recording to write (Parquet).")
@screen.data_option
def export(fleet: str, first: datetime, last: datetime, out: Path, data: Path | None) -> None:
    """A recording of a fleet's days, for 'tripmeter replay'."""
    objects = source.archive(data)
    wanted = (first.date().isoformat(), last.date().isoformat())
    with _readable():
        found = parts(objects)
        chosen = [part for part in found if part.fleet_id == fleet and wanted[0] <= _date(part) <= wanted[1]]
    if not chosen:
        raise screen.fail(
            f"no payloads of fleet {fleet!r} from {wanted[0]} to {wanted[1]}; see 'tripmeter archive list'"
        )
    with _readable():
        payloads = read(objects, chosen)
    samples, refused = _intake(data).archived(payloads)
    recording(samples).write_parquet(out)
    screen.out.print(f"{samples.t.size:,} samples of {len(samples.vehicles)} vehicles written to {out}")
    if refused:
        screen.out.print(f"[yellow]note[/] {len(refused)} parts were set aside when they arrived, and are left out")


@contextmanager
def _readable() -> Iterator[None]:
    """What the storage says where it does not answer."""
    try:
        yield
    except OSError as error:
        raise screen.fail(error) from error


def _intake(data: Path | None) -> Intake:
    """The door as the service has it: where its clock is the feed, every time is believed."""
    opened = source.store(data)
    with opened.reading() as connection:
        fed = is_fed(connection)
    opened.close()
    bounds: dict[str, Any] = {"ahead": None, "earliest": None} if fed else {}
    return Intake(lambda _fleet, _vehicle: True, **bounds)


def _date(part: Part) -> str:
    return datetime.fromordinal(EPOCH + part.day).date().isoformat()
