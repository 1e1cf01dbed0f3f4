"""erase: one person's data becomes nobody's - what there is, whether it may go, and what was done."""

import json
import time
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, select

from streams import config
from streams.cli import screen, source
from streams.erasure import rows, work
from streams.erasure.hold import held
from streams.erasure.person import TOKEN, Person, new_token, summed
from streams.erasure.registered import names_of
from streams.keeping.keeping import Keeping
from streams.keeping.pruning import jurisdictions
from streams.layers import ConfigError
from streams.messages import iso
from streams.store import audit, marks
from streams.store.sole import sole_use
from streams.store.store import Store, rows_of
from streams.store.upkeep import erasures

Row = dict[str, Any]


class _Undo(Exception):  # noqa: N818  nothing is wrong
    """Ends a transaction that was only tried."""


@click.group("erase")
def command() -> None:
    """Make one person's data nobody's: no kilometre and no premium changes (docs/data.md)."""


@command.command("driver")
@click.argument("driver_id")
@click.option("--fleet", "fleet_id", help="Their fleet, where more than one has a driver of this id.")
@click.option("--also", multiple=True, metavar="WORDS", help="Another word for them in notes: a name, a nickname.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--despite-hold", "despite", default="", metavar="WHY", help="Though a law wants some of it kept.")
@screen.actor_option
@screen.config_options
@screen.data_option
@screen.json_option
def driver(
    driver_id: str,
    fleet_id: str | None,
    also: tuple[str, ...],
    dry_run: bool,
    despite: str,
    actor: str,
    config_path: Path | None,
    sets: tuple[str, ...],
    data: Path | None,
    as_json: bool,
) -> None:
    """Put a token, made by chance, in the place of DRIVER_ID: in database, archive, registry, people's notes."""
    try:
        settings = config.load(config_path, sets=sets)
    except ConfigError as error:
        raise screen.fail(error) from error
    store = source.store(data)
    keeping = Keeping.chosen(settings.retention, settings.settle.horizon_days)
    with store.reading() as connection:
        person = _person(connection, driver_id, fleet_id, also)
        holds = [str(one) for one in held(connection, person, keeping, marks.clock(connection, time.time()))]
    if dry_run:
        _say(_tried(store, person), holds, as_json)
        return
    if holds and not despite:
        raise screen.fail("\n".join([*holds, "wait until then, or say why it goes now: --despite-hold WHY"]))
    _ask(store, person, actor, despite if holds else "", settings.settle.horizon_days)
    screen.out.print(f"{person.token} stands for them from now on")
    if not _here(store, data):
        screen.out.print("the service does it within seconds, the archive within minutes: 'tripmeter erase list'")


@command.command("list")
@screen.data_option
@screen.json_option
def show(data: Path | None, as_json: bool) -> None:
    """Erasures, how far each has come, what it changed, and whether the exposure is what it was then."""
    with source.store(data).reading() as connection:
        on_record = rows_of(connection, select(erasures).order_by(erasures.c.asked_at, erasures.c.token))
        by_token = groupby(on_record, lambda row: str(row["token"]))
        found = [_told(connection, token, list(parts)) for token, parts in by_token]
    if as_json:
        screen.emit(found)
        return
    heads = ("token", "fleet", "stage", "asked", "late data known until", "exposure", "rows")
    lines = [
        [
            row["token"],
            row["fleet"],
            row["stage"],
            row["asked"][:16],
            (row["known_until"] or "forgotten")[:10],
            row["exposure"],
            ", ".join(f"{name} {count}" for name, count in row["counts"].items()),
        ]
        for row in found
    ]
    screen.out.print(screen.table(f"{len(lines)} erasures", [(head, "left") for head in heads], lines))


def _told(connection: Connection, token: str, parts: list[Row]) -> Row:
    """An erasure, whose ``parts`` are in as many partitions; it has come as far as the last of them."""
    stage = min((row["stage"] for row in parts), key=work.STAGES.index)
    counts: Counter[str] = Counter()
    for row in parts:
        counts.update(json.loads(row["counts"]))
    fleet_id, seal = parts[0]["fleet_id"], summed(row["seal"] or "0" for row in parts)
    same = rows.sealed(connection, fleet_id, token) == seal
    done = [row["done_at"] for row in parts]
    known = [row["until"] for row in parts if row["mark"]]
    return {
        "token": token,
        "fleet": fleet_id,
        "stage": stage,
        "asked": iso(parts[0]["asked_at"]),
        "done": iso(max(done)) if stage == work.DONE else None,
        "known_until": iso(max(known)) if known else None,
        "exposure": "" if stage == work.ASKED else "as it was" if same else "settled or let go since",
        "seal": seal,
        "counts": dict(counts),
    }


def _person(connection: Connection, driver_id: str, fleet_id: str | None, also: tuple[str, ...]) -> Person:
    """The one driver of this id. Fails if there is none, or more than one."""
    if driver_id.startswith(TOKEN):
        raise screen.fail(f"{driver_id} stands for somebody who has been erased")
    fleets = [fleet_id] if fleet_id else sorted(jurisdictions(connection))
    found = []
    for fleet in fleets:
        names = names_of(connection, fleet, driver_id)
        person = Person(fleet, driver_id, (*names, *also), new_token())
        if names or fleet_id or rows.count(connection, person):
            found.append(person)
    if len(found) != 1:
        where = ", ".join(person.fleet_id for person in found)
        raise screen.fail(
            f"driver {driver_id!r} is in {f'fleets {where}: say which with --fleet' if where else 'no fleet'}"
        )
    return found[0]


def _tried(store: Store, person: Person) -> Counter[str]:
    """What would change: it is done, and taken back."""
    counts: Counter[str] = Counter()
    try:
        with store.writing() as connection:
            for one in store.everywhere(connection):
                counts += work.changed(one, person, time.time())
            raise _Undo
    except _Undo:
        return counts


def _ask(store: Store, person: Person, actor: str, despite: str, horizon_days: int) -> None:
    with store.writing() as connection:
        for one in store.everywhere(connection):
            work.ask(one, person, time.time(), horizon_days)
        detail = {"despite": despite} if despite else {}
        audit.record(connection, [audit.Entry(actor, "erasure.asked", person.fleet_id, person.token, detail)])


def _here(store: Store, data: Path | None) -> bool:
    """Do it at once if no service has the data folder; whether that was so."""
    if store.engine.dialect.name != "sqlite":
        return False
    try:
        with sole_use(data or source.DATA):
            work.clear_record(store, lambda connection: marks.clock(connection, time.time()))
            work.clear_archive(store, source.archive(data))
    except OSError as error:
        if "another tripmeter" not in str(error):
            raise screen.fail(f"{error}; what is missing is done by the service, or when this is said again") from error
        return False
    screen.out.print("done: nothing here names them any more")
    return True


def _say(counts: Counter[str], holds: list[str], as_json: bool) -> None:
    if as_json:
        screen.emit({"rows": dict(counts), "held": holds})
        return
    columns = [("what", "left"), ("rows that change", "right")]
    screen.out.print(
        screen.table("would change, and the archive's files", columns, [list(row) for row in counts.items()])
    )
    for line in holds:
        screen.out.print(f"[yellow]held[/] {line}", soft_wrap=True)
