"""alerts log: what was done about every alert, by whom and how soon, as a spreadsheet."""

import time
from datetime import date, datetime
from pathlib import Path

import click

from streams import sheets
from streams.cli import screen, source
from streams.desk.handling import log
from streams.registry import Roster, stored
from streams.store import marks

BOUNDS = click.DateTime(["%Y-%m-%d"])


@click.command("log")
@click.option("--out", type=click.Path(path_type=Path), help="File to write: .csv (steps in a second one) or .xlsx.")
@screen.fleet_option
@click.option("--from", "first", type=BOUNDS, help="First seen on this day of the fleet's time zone or later.")
@click.option("--to", "last", type=BOUNDS, help="First seen on this day or earlier.")
@screen.data_option
@screen.json_option
def command(
    out: Path | None,
    fleet_id: str | None,
    first: datetime | None,
    last: datetime | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Every alert with who was called, who answered how soon, and what became of it; step by step beside it."""

    def wanted(fleet: str, day: date) -> bool:
        early = first is not None and day < first.date()
        late = last is not None and day > last.date()
        return fleet_id in (None, fleet) and not early and not late

    with source.store(data).reading() as connection:
        now = marks.clock(connection, time.time())
        roster = Roster(stored.read(connection))
        found, steps = log(connection, now, roster.place, wanted)
    if as_json:
        screen.emit({"alerts": found.to_dicts(), "steps": steps.to_dicts()})
    if out is not None:
        try:
            written = sheets.write({"alerts": found, "steps": steps}, out)
        except (sheets.SheetError, OSError) as error:
            raise screen.fail(error) from error
        screen.out.print(f"{found.height} alerts, {steps.height} steps: {', '.join(map(str, written))}")
    if out is None and not as_json:
        names = ("first_seen", "vehicle", "kind", "state", "response_min", "first_response_by", "closed_by")
        heads = ("first seen", "vehicle", "what", "state", "minutes", "by", "closed by")
        rows = [["" if cell is None else cell for cell in row] for row in found.select(names).rows()]
        screen.out.print(screen.table(f"{found.height} alerts", [(head, "left") for head in heads], rows))
