"""alerts: what a fleet manager does with them - list, acknowledge, resolve, dismiss, note."""

import time
from pathlib import Path

import click
import polars as pl

from streams import actions, tables
from streams.cli import screen, source


@click.group("alerts")
def command() -> None:
    """List alerts; acknowledge, resolve or dismiss them."""


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are resolved or dismissed.")
@screen.data_option
@screen.json_option
def show(everything: bool, data: Path | None, as_json: bool) -> None:
    """Alerts that are open or acknowledged, the most urgent first."""
    with source.store(data).reading() as connection:
        found = tables.alerts(connection, tables.clock(connection, time.time()))
    if not everything:
        found = found.filter(pl.col("state").is_in(["open", "acknowledged"]))
    found = found.with_columns(rank=pl.col("priority").replace_strict(actions.URGENCY, default=len(actions.URGENCY)))
    found = found.sort("rank", "first_seen").drop("rank")
    if as_json:
        screen.emit(found.to_dicts())
        return
    rows = [
        [
            row["alert_id"][:8],
            row["priority"],
            f"{row['state']}, {row['condition']}",
            row["vehicle_id"],
            f"{row['kind']} {row['subject']}".rstrip() + (f" x{row['count']}" if row["count"] > 1 else ""),
            f"{row['first_seen']:%m-%d %H:%M}",
        ]
        for row in found.iter_rows(named=True)
    ]
    columns = [(name, "left") for name in ("id", "priority", "state", "vehicle", "what", "first seen")]
    screen.out.print(screen.table(f"{found.height} alert{'s' * (found.height != 1)}", columns, rows))


def _action(name: str, help_text: str) -> None:
    @command.command(name, help=help_text)
    @click.argument("alert_id")
    @click.option("--reason", default="", help="Why; kept with the alert. A dismissal or note needs one.")
    @click.option("--actor", default="command line", show_default=True, help="Who decides.")
    @screen.data_option
    def act(alert_id: str, reason: str, actor: str, data: Path | None) -> None:
        try:
            full = actions.act(source.store(data), alert_id, name, actor, reason, time.time())
        except actions.ActionError as error:
            raise screen.fail(error) from error
        screen.out.print(f"{name}: {full}")


_action("acknowledge", "Somebody has seen it and is on it.")
_action("resolve", "It is dealt with; the next event opens a new alert.")
_action("dismiss", "It was no alert; say why. The event stays on record.")
_action("note", "Write something down beside it.")
