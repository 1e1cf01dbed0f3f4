"""quarantine: what could not be used - list it, look at one, have it read again, drop it."""

from pathlib import Path

import click
from sqlalchemy import ColumnElement, Delete, Update, delete, func, select, update

from devices.topics import ROOT
from streams import config
from streams.cli import database, screen, source
from streams.layers import ConfigError
from streams.messages import iso
from streams.store.audit import Entry, record
from streams.store.schema import quarantine
from streams.store.store import rows_of

SHOWN = 50


@click.group("quarantine")
def command() -> None:
    """What could not be used, and why; the raw bytes are kept."""


@command.command("list")
@click.option("--reason", help="Only those set aside for this reason.")
@screen.fleet_option
@screen.data_option
@screen.json_option
def show_all(reason: str | None, fleet_id: str | None, data: Path | None, as_json: bool) -> None:
    """How many there are of each reason, and the latest."""
    query = select(*[column for column in quarantine.c if column.name != "body"])
    if reason:
        query = query.where(quarantine.c.reason == reason)
    many = select(quarantine.c.reason, func.count()).group_by(quarantine.c.reason).order_by(quarantine.c.reason)
    if fleet_id is not None:
        of_fleet = quarantine.c.topic.startswith(f"{ROOT}/{fleet_id}/", autoescape=True)
        query, many = query.where(of_fleet), many.where(of_fleet)
    with source.store(data).reading() as connection:
        counts = connection.execute(many).all()
        found = rows_of(connection, query.order_by(quarantine.c.received_at.desc(), quarantine.c.id).limit(SHOWN))
    if as_json:
        screen.emit({"counts": {row[0]: row[1] for row in counts}, "latest": found})
        return
    screen.out.print(
        screen.table("set aside", [("reason", "left"), ("how many", "right")], [list(row) for row in counts])
    )
    columns = [(name, "left") for name in ("id", "received", "reason", "what")]
    rows = [
        [row["id"], iso(row["received_at"])[5:19], row["reason"], f"{row['topic']}\n{row['detail']}"] for row in found
    ]
    screen.out.print(screen.table(f"the latest {len(rows)}", columns, rows))


@command.command("show")
@click.argument("payload_id", metavar="ID")
@screen.data_option
def show_one(payload_id: str, data: Path | None) -> None:
    """One of them: reason, detail and the raw payload."""
    with source.store(data).reading() as connection:
        found = rows_of(connection, select(quarantine).where(quarantine.c.id == payload_id))
    if not found:
        raise screen.fail(f"nothing in quarantine has the id {payload_id!r}; see 'tripmeter quarantine list'")
    row = found[0]
    for name in ("id", "reason", "detail", "topic"):
        screen.out.print(f"{name:9}{screen.visible(row[name])}", markup=False)
    screen.out.print(f"received {iso(row['received_at'])}")
    screen.raw(row["body"])


@command.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--reason", help="All that were set aside for this reason.")
@screen.actor_option
@screen.data_option
def replay(ids: tuple[str, ...], reason: str | None, actor: str, data: Path | None) -> None:
    """Have some of them read again, after a fix: what is of use now leaves quarantine, late or not."""
    change = update(quarantine).where(_which(ids, reason)).values(retry=1)
    marked = _in_all(data, change, Entry(actor, "quarantine.replay", detail={"ids": ids, "reason": reason}))
    screen.out.print(f"{marked} will be read again: by the running service within a minute, else at its next start")
    _complain(marked, ids)


@command.command("drop")
@click.argument("ids", nargs=-1)
@click.option("--reason", help="All that were set aside for this reason.")
@screen.actor_option
@screen.data_option
def drop(ids: tuple[str, ...], reason: str | None, actor: str, data: Path | None) -> None:
    """Delete some of them for good."""
    change = delete(quarantine).where(_which(ids, reason))
    dropped = _in_all(data, change, Entry(actor, "quarantine.drop", detail={"ids": ids, "reason": reason}))
    screen.out.print(f"dropped {dropped}")
    _complain(dropped, ids)


@command.command("letters")
@click.option("--replay", "again", is_flag=True, help="Send those back to the workers that can be read now.")
@screen.actor_option
@screen.json_option
@screen.config_options
def letters(again: bool, actor: str, as_json: bool, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Frames of Kafka that no worker had a use for: the topic kafka.dead_letters."""
    try:
        from streams.distributed.kafka import KafkaSetupError
        from streams.distributed.letters import send_back, waiting
    except ModuleNotFoundError as error:
        raise screen.fail(f"{error.name} is not installed: pip install 'tripmeter[distributed]'") from error
    try:
        settings = config.load(config_path, sets=sets)
        kafka = settings.kafka
        if again:
            sent, left = send_back(kafka)
            _sent_back(settings.store.url, Entry(actor, "quarantine.letters", detail={"sent": sent, "left": left}))
            screen.out.print(f"sent back {sent}; {left} can still not be read and stay")
            return
        found = waiting(kafka)
    except (ConfigError, KafkaSetupError) as error:
        raise screen.fail(error) from error
    rows = [
        {"partition": one.partition, "offset": one.offset, "bytes": len(one.frame), "why": one.why} for one in found
    ]
    if as_json:
        screen.emit(rows)
        return
    columns = [("partition", "right"), ("offset", "right"), ("bytes", "right"), ("why", "left")]
    screen.out.print(screen.table(f"{len(rows)} dead letters", columns, [list(row.values()) for row in rows]))


def _in_all(data: Path | None, change: Update | Delete, entry: Entry) -> int:
    """Do it wherever there are such rows, and note it down; how many there were."""
    opened = source.store(data)
    with opened.writing() as connection:
        done = sum(one.execute(change).rowcount for one in opened.everywhere(connection))
        record(connection, [entry._replace(detail={**entry.detail, "rows": done})])
    return done


def _sent_back(url: str, entry: Entry) -> None:
    """Note it down where the workers keep the record, if that is known here."""
    if not url:
        screen.err.print("[yellow]note[/] store.url is not set: this is not in the audit log")
        return
    opened = database.at(url)
    with opened.writing() as connection:
        record(connection, [entry])
    opened.close()


def _which(ids: tuple[str, ...], reason: str | None) -> ColumnElement[bool]:
    if not ids and not reason:
        raise click.UsageError("name ids, or a --reason")
    return quarantine.c.id.in_(ids) if ids else quarantine.c.reason == reason


def _complain(done: int, ids: tuple[str, ...]) -> None:
    if done < len(ids):
        raise screen.fail(f"{len(ids) - done} of these ids are not in quarantine")
