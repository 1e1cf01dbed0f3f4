"""alerts: what a fleet manager does with them - list, morning, acknowledge, assign, resolve, dismiss, note, shelve."""

import json
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click
import polars as pl

from streams import tables
from streams.alert_rules import PRIORITIES
from streams.cli import screen, source
from streams.cli.alert_log import command as log
from streams.desk import actions, tasks
from streams.desk import morning as mornings
from streams.desk.decisions import DISMISSALS
from streams.desk.desk import Desk, laid_out, shelved
from streams.hours import ESTIMATE
from streams.hours import KINDS as HOURS
from streams.messages import iso
from streams.registry import Roster, stored
from streams.sinks.base import UNREADABLE
from streams.store import marks
from streams.store.schema import undelivered
from streams.store.store import rows_of

_FOR = re.compile(r"(\d+(?:\.\d+)?)([mhd])")
_UNITS = {"m": 60.0, "h": 3_600.0, "d": 86_400.0}


@click.group("alerts")
def command() -> None:
    """List alerts; acknowledge, assign, resolve, dismiss or shelve them."""


command.add_command(log)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are resolved, dismissed or shelved.")
@screen.fleet_option
@click.option("--vehicle", "vehicle_id", help="Of this vehicle.")
@click.option("--kind", help="Of this kind.")
@click.option("--priority", type=click.Choice(PRIORITIES), help="Of this priority.")
@click.option("--assignee", help="Given to this person.")
@screen.data_option
@screen.json_option
def show(everything: bool, data: Path | None, as_json: bool, **wanted: str | None) -> None:
    """Alerts that are open or acknowledged, the most urgent first."""
    with source.store(data).reading() as connection:
        found = tables.alerts(connection, marks.clock(connection, time.time()))
    if not everything:
        found = found.filter(pl.col("state").is_in(["open", "acknowledged"]) & pl.col("shelved_until").is_null())
    for name, value in wanted.items():
        found = found if value is None else found.filter(pl.col(name) == value)
    found = found.with_columns(rank=pl.col("priority").replace_strict(actions.URGENCY, default=len(actions.URGENCY)))
    found = found.sort("rank", "first_seen").drop("rank")
    if as_json:
        screen.emit(found.to_dicts())
        return
    rows = [
        [
            row["alert_id"][:8],
            row["priority"],
            f"{row['state']}, {'flapping' if row['flapping'] else row['condition']}",
            row["vehicle_id"],
            f"{row['kind']} {row['subject']}".rstrip() + (f" x{row['count']}" if row["count"] > 1 else ""),
            f"{row['first_seen']:%m-%d %H:%M}",
            row["assignee"] or "",
        ]
        for row in found.iter_rows(named=True)
    ]
    columns = [(name, "left") for name in ("id", "priority", "state", "vehicle", "what", "first seen", "who")]
    screen.out.print(screen.table(f"{found.height} alert{'s' * (found.height != 1)}", columns, rows))
    _estimate(found["kind"])


@command.command("morning")
@screen.fleet_option
@click.option("--site", help="Of this site.")
@screen.config_options
@screen.data_option
@screen.json_option
def morning(
    fleet_id: str | None,
    site: str | None,
    config_path: Path | None,
    sets: tuple[str, ...],
    data: Path | None,
    as_json: bool,
) -> None:
    """What needs doing today, site by site, what may cost most first. Losses are illustrative: they order the list."""
    rules = source.alert_rules(config_path, sets)
    with source.store(data).reading() as connection:
        now = marks.clock(connection, time.time())
        roster = Roster(stored.read(connection))
        standing = laid_out(connection, now, standing=True)
        items = mornings.listed(standing, tasks.unfinished(connection), now, rules, roster.site)
    items = [item for item in items if fleet_id in (None, item.fleet_id) and site in (None, item.site)]
    if as_json:
        screen.emit([item._asdict() for item in items])
        return
    columns = [(name, "left") for name in ("site", "vehicle", "what", "do", "why here", "who", "id")]
    rows = [
        [
            item.site or item.fleet_id,
            item.vehicle_id,
            " ".join(filter(None, [item.priority, item.what])),
            item.action,
            item.why,
            item.assignee or "",
            (item.task_id or item.alert_ids[0])[:8],
        ]
        for item in items
    ]
    screen.out.print(screen.table(f"{len(items)} to do this morning", columns, rows))


@command.command("show")
@click.argument("alert_id")
@screen.data_option
@screen.json_option
def one(alert_id: str, data: Path | None, as_json: bool) -> None:
    """What people did about an alert, and who was called."""
    with source.store(data).reading() as connection:
        try:
            alert = actions.find(connection, alert_id)
        except actions.ActionError as error:
            raise screen.fail(error) from error
        desk = Desk(connection)
        found = desk.laid_out(alert, marks.clock(connection, time.time()))
        done, told = actions.history(connection, alert), desk.told(alert)
    if as_json:
        screen.emit({"alert": found, "actions": done, "notices": told})
        return
    what = screen.visible(f"{alert['alert_id']}: {found['priority']} {found['kind']} {found['subject']}")
    screen.out.print(what.rstrip(), markup=False)
    screen.out.print(f"state {found['state']}, condition {found['condition']}, seen {found['count']} times")
    _estimate([found["kind"]])
    for at, line in sorted(
        [(row["at"], f"{row['actor']}: {row['action']} {row['value']} {row['reason']}") for row in done]
        + [
            (row["at"], f"{row['outcome']} {row['step'].removesuffix(' held')} {row['target']} {row['why']}")
            for row in told
        ]
    ):
        screen.out.print(f"{iso(at)[:19]}  {' '.join(screen.visible(line).split())}", markup=False)


def _estimate(kinds: Iterable[str]) -> None:
    """Say of hours at the wheel what they are."""
    if set(kinds) & set(HOURS):
        screen.out.print(f"Hours at the wheel: {ESTIMATE}")


def _action(name: str, help_text: str) -> None:
    @command.command(name, help=help_text)
    @click.argument("alert_id")
    @click.option("--reason", default="", help="Why; kept with the alert. A note needs one.")
    @screen.actor_option
    @screen.data_option
    def act(alert_id: str, reason: str, actor: str, data: Path | None) -> None:
        _act(data, alert_id, name, actor, reason)


_action("acknowledge", "Somebody has seen it and is on it; if it gets worse, it is open again.")
_action("resolve", "It is dealt with; the next event opens a new alert.")
_action("note", "Write something down beside it.")


@command.command("dismiss")
@click.argument("alert_id")
@click.option("--because", type=click.Choice(list(DISMISSALS)), default="other", show_default=True)
@click.option("--reason", default="", help="Why, in your words; needed for 'other'.")
@screen.actor_option
@screen.data_option
def dismiss(alert_id: str, because: str, reason: str, actor: str, data: Path | None) -> None:
    """It was no alert. Its events stay on record and in the price; they leave the coaching score."""
    _act(data, alert_id, "dismiss", actor, reason, because)


@command.command("assign")
@click.argument("alert_id")
@click.option("--to", "assignee", default="", help="Who takes care of it; nobody, if left out.")
@screen.actor_option
@screen.data_option
def assign(alert_id: str, assignee: str, actor: str, data: Path | None) -> None:
    """Give it to somebody."""
    _act(data, alert_id, "assign", actor, "", assignee)


@command.command("shelve")
@click.option("--fleet", "fleet_id", required=True, help="Whose alerts.")
@click.option("--vehicle", "vehicle_id", default="", help="Only of this vehicle.")
@click.option("--kind", default="", help="Only of this kind.")
@click.option("--for", "length", default="8h", show_default=True, help="How long: 30m, 8h, 3d.")
@click.option("--reason", default="", help="Why; kept on record.")
@screen.actor_option
@screen.data_option
def shelve(fleet_id: str, vehicle_id: str, kind: str, length: str, reason: str, actor: str, data: Path | None) -> None:
    """Call nobody about these for a while and leave them out of the lists; they are recorded and priced as ever."""
    found = _FOR.fullmatch(length)
    if found is None:
        raise click.UsageError(f"--for is {length!r}, expected a length as in 30m, 8h or 3d")
    _shelve(data, fleet_id, vehicle_id, kind, actor, reason, float(found[1]) * _UNITS[found[2]])


@command.command("unshelve")
@click.option("--fleet", "fleet_id", required=True, help="Whose alerts.")
@click.option("--vehicle", "vehicle_id", default="", help="As they were shelved.")
@click.option("--kind", default="", help="As they were shelved.")
@screen.actor_option
@screen.data_option
def unshelve(fleet_id: str, vehicle_id: str, kind: str, actor: str, data: Path | None) -> None:
    """End a shelf before its time."""
    _shelve(data, fleet_id, vehicle_id, kind, actor, "", None)


@command.command("shelves")
@screen.fleet_option
@screen.data_option
@screen.json_option
def shelves(fleet_id: str | None, data: Path | None, as_json: bool) -> None:
    """What is shelved now, until when, by whom and why."""
    with source.store(data).reading() as connection:
        now = marks.clock(connection, time.time())
        found = [row for row in shelved(connection) if row["until"] > now and fleet_id in (None, row["fleet_id"])]
    if as_json:
        screen.emit(found)
        return
    columns = [(name, "left") for name in ("fleet", "vehicle", "kind", "until", "by", "why")]
    rows = [
        [
            row["fleet_id"],
            row["vehicle_id"] or "all",
            row["kind"] or "all",
            f"{datetime.fromtimestamp(row['until'], UTC):%Y-%m-%d %H:%M} UTC",
            row["actor"],
            row["reason"],
        ]
        for row in found
    ]
    screen.out.print(screen.table(f"{len(found)} shelved", columns, rows))


@command.command("undelivered")
@screen.fleet_option
@screen.data_option
@screen.json_option
def refused(fleet_id: str | None, data: Path | None, as_json: bool) -> None:
    """What a receiver refused for good, with its word for it."""
    with source.store(data).reading() as connection:
        found = rows_of(connection, undelivered.select().order_by(undelivered.c.id))
    found = [row for row in found if fleet_id in (None, _fleet_of(row["body"]))]
    if as_json:
        screen.emit([row | {"body": row["body"].decode(errors="replace")} for row in found])
        return
    columns = [(name, "left") for name in ("id", "channel", "to", "why")]
    rows = [[row["id"], row["sink"], row["address"], row["why"]] for row in found]
    screen.out.print(screen.table(f"{len(found)} undelivered", columns, rows))


def _fleet_of(body: bytes) -> str:
    """Whose a message is; empty: nobody knows."""
    try:
        return str(json.loads(body)["fleet_id"])
    except UNREADABLE:
        return ""


def _act(data: Path | None, alert_id: str, action: str, actor: str, reason: str, value: str = "") -> None:
    try:
        full = actions.act(source.store(data), alert_id, action, actor, reason, time.time(), value)
    except actions.ActionError as error:
        raise screen.fail(error) from error
    screen.out.print(f"{action}: {full}")


def _shelve(
    data: Path | None, fleet_id: str, vehicle_id: str, kind: str, actor: str, reason: str, length: float | None
) -> None:
    opened = source.store(data)
    now = source.now(opened)
    until = None if length is None else now + length
    try:
        actions.shelve(opened, fleet_id, actor, reason, now, vehicle_id=vehicle_id, kind=kind, until=until)
    except actions.ActionError as error:
        raise screen.fail(error) from error
    screen.out.print("unshelved" if until is None else f"shelved until {iso(until)}")
