"""retention: what is kept of each fleet, for how long and on whose word, and what goes next."""

import time
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, func, select

from streams import config
from streams.cli import screen, source
from streams.keeping.ages import STEPS
from streams.keeping.keeping import CATEGORIES, DAY_S, FOR_GOOD, Keep, Keeping
from streams.keeping.pruning import jurisdictions
from streams.layers import ConfigError
from streams.messages import iso
from streams.store import marks
from streams.store.marks import let_go


@click.command("retention")
@click.option("--fleet", "fleet_id", help="Only of this fleet.")
@screen.config_options
@screen.data_option
@screen.json_option
def command(
    fleet_id: str | None, config_path: Path | None, sets: tuple[str, ...], data: Path | None, as_json: bool
) -> None:
    """What is kept of each fleet, for how long and who says so; the oldest there is, and when that goes."""
    try:
        settings = config.load(config_path, sets=sets)
    except ConfigError as error:
        raise screen.fail(error) from error
    keeping = Keeping.chosen(settings.retention, settings.settle.horizon_days)
    with source.store(data).reading() as connection:
        now = marks.clock(connection, time.time())
        fleets = {name: land for name, land in jurisdictions(connection).items() if fleet_id in (None, name)}
        rows = [
            _row(connection, name, keeping.name(land), category, keep, now)
            for name, land in fleets.items()
            for category, keep in keeping.of(land).items()
        ]
    if as_json:
        screen.emit(rows)
        return
    columns = [(name, "left") for name in ("fleet", "what", "days", "at least", "oldest", "goes", "who says so")]
    shown = ("fleet", "category", "days", "least", "oldest", "goes", "source")
    cells = [[_cell(name, row[name]) for name in shown] for row in rows]
    presets = ", ".join(sorted({row["preset"] for row in rows}))
    screen.out.print(screen.table(f"kept ({presets})", columns, cells))
    for name, what in CATEGORIES.items():
        screen.out.print(f"{name}: {what}", soft_wrap=True)
    screen.out.print("No legal advice: whoever runs this answers for how long it keeps what.")


def _row(connection: Connection, fleet_id: str, preset: str, category: str, keep: Keep, now: float) -> dict[str, Any]:
    ages = [
        connection.execute(select(func.min(step.time)).where(*step.where(fleet_id))).scalar()
        for step in STEPS[category]
    ]
    oldest = min((age for age in ages if age is not None), default=None)
    gone = let_go(connection, fleet_id, category)
    goes = None if oldest is None or keep.days == FOR_GOOD else (oldest // DAY_S + 1 + keep.days) * DAY_S
    return {
        "fleet": fleet_id,
        "preset": preset,
        "category": category,
        "days": keep.days,
        "least": keep.least,
        "source": keep.source,
        "oldest": None if oldest is None else iso(oldest),
        "goes": None if goes is None else iso(max(goes, now)),
        "let_go_before": iso(gone) if gone > 0 else None,
    }


def _cell(name: str, value: Any) -> str:
    if name == "days" and value == FOR_GOOD:
        return "for good"
    if value is None or (name == "least" and not value):
        return ""
    return str(value)[:10] if name in ("oldest", "goes") else str(value)
