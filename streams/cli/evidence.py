"""evidence: the samples kept around crashes and rollovers - what there is, and one of them as a recording."""

from pathlib import Path

import click
import polars as pl
from sqlalchemy import select

from streams.cli import screen, source
from streams.messages import iso
from streams.records.evidence import FOLDER, frame_of
from streams.store import schema
from streams.store.store import rows_of


@click.group("evidence")
def command() -> None:
    """The samples from 60 s before to 15 s after each crash and rollover, kept for good."""


@command.command("list")
@screen.fleet_option
@source.tables_options
@screen.json_option
def show_all(fleet_id: str | None, data: Path | None, folder: Path | None, as_json: bool) -> None:
    """Which events there is evidence of, and how much."""
    found = [
        {
            "event_id": name,
            "vehicle": "/".join(frame.select("fleet_id", "vehicle_id").row(0)) if frame.height else "",
            "first": iso(frame["t"][0]) if frame.height else "",
            "samples": frame.height,
            "signals": len(frame.columns) - 3,
        }
        for name, frame in _frames(data, folder, "").items()
        if fleet_id is None or (frame["fleet_id"] == fleet_id).any()
    ]
    if as_json:
        screen.emit(found)
        return
    columns = [("event", "left"), ("vehicle", "left"), ("from", "left"), ("samples", "right"), ("signals", "right")]
    screen.out.print(screen.table("evidence", columns, [list(row.values()) for row in found]))


@command.command("export")
@click.argument("event_id", metavar="ID")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write (.parquet or .csv).")
@source.tables_options
def export(event_id: str, out: Path, data: Path | None, folder: Path | None) -> None:
    """The evidence of the event whose id is ID, or begins with it, as a recording for 'tripmeter replay'."""
    found = _frames(data, folder, event_id)
    if len(found) != 1:
        many = (
            f"{len(found)} events begin with {event_id!r}: give more of the id"
            if found
            else f"no evidence of {event_id!r}"
        )
        raise screen.fail(f"{many}; see 'tripmeter evidence list'")
    (frame,) = found.values()
    if out.suffix == ".csv":
        frame.write_csv(out)
    else:
        frame.write_parquet(out)
    screen.out.print(f"{frame.height:,} samples written to {out}")


def _frames(data: Path | None, folder: Path | None, begin: str) -> dict[str, pl.DataFrame]:
    """Recordings by event id, of the service's store or of a replay's folder."""
    if folder:
        return {path.stem: pl.read_parquet(path) for path in sorted((folder / FOLDER).glob(f"{begin}*.parquet"))}
    table = schema.evidence
    query = (
        select(table)
        .where(table.c.event_id.startswith(begin, autoescape=True))
        .order_by(table.c.first, table.c.event_id)
    )
    opened = source.store(data)
    with opened.reading() as connection:
        found = {row["event_id"]: frame_of(row) for row in rows_of(connection, query)}
    opened.close()
    return found
