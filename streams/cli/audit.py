"""audit: who did what and when, and whether anything of it was altered or removed."""

import csv
import json
import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from streams.cli import screen, source
from streams.messages import iso
from streams.store import audit

DAY, DAY_S = click.DateTime(["%Y-%m-%d"]), 86_400.0
COLUMNS = ("id", "at", "actor", "login", "action", "fleet_id", "about", "detail", "digest")


@click.command("audit")
@click.option("--verify", is_flag=True, help="Check that no row was altered, removed or put in between.")
@click.option("--head", default="", metavar="ID:DIGEST", help="With --verify: a head noted earlier, still to be there.")
@screen.fleet_option
@click.option("--actor", help="By this person.")
@click.option("--action", help="What was done, or how that begins: alerts, registry.removed.")
@click.option("--from", "first", type=DAY, help="From this UTC day on.")
@click.option("--to", "until", type=DAY, help="To this UTC day, itself included.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(0), help="So many, the newest; 0: all.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
@screen.data_option
@screen.json_option
def command(
    verify: bool,
    head: str,
    fleet_id: str | None,
    actor: str | None,
    action: str | None,
    first: datetime | None,
    until: datetime | None,
    last: int,
    as_csv: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Who did what and when: alerts, tasks, registry, quarantine, thresholds, erasures, refused tokens."""
    if verify or head:
        _verify(data, head, as_json)
        return
    with source.store(data).reading() as connection:
        rows = audit.read(
            connection, fleet_id=fleet_id, actor=actor, action=action, between=_between(first, until), last=last
        )
    said = [{name: row[name] for name in COLUMNS} | {"at": iso(row["at"])} for row in rows]
    if as_json:
        screen.emit([row | {"detail": json.loads(row["detail"] or "{}")} for row in said])
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(cell) for name, cell in row.items()} for row in said)
    else:
        shown = ("id", "at", "actor", "login", "action", "fleet_id", "about", "detail")
        lines = [[row[name] for name in shown] for row in said]
        screen.out.print(screen.table(f"{len(lines)} rows", [(name, "left") for name in shown], lines))


def _between(first: datetime | None, last: datetime | None) -> tuple[float, float]:
    begin = -math.inf if first is None else first.replace(tzinfo=UTC).timestamp()
    return begin, math.inf if last is None else last.replace(tzinfo=UTC).timestamp() + DAY_S


def _verify(data: Path | None, head: str, as_json: bool) -> None:
    with source.store(data).reading() as connection:
        found = audit.verify(connection, head)
    if as_json:
        screen.emit(vars(found))
    else:
        for problem in found.problems:
            screen.out.print(f"[red]{problem}[/]")
        erased = f", {found.erased} of them emptied by an erasure" if found.erased else ""
        screen.out.print(f"{found.rows} rows{erased}; head {found.head}", soft_wrap=True)
    if found.problems:
        raise screen.fail(f"the audit log has been tampered with: {len(found.problems)} places")


def _cell(said: Any) -> Any:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{said}" if isinstance(said, str) and said.startswith(("=", "+", "-", "@", "\t", "\r")) else said
