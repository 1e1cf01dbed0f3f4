"""tripmeter registry: who is insured, which vehicles, devices and drivers there are, and who drove what when."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from streams import registry
from streams.cli import database, screen
from streams.config import MASK, load
from streams.layers import ConfigError
from streams.registry import Change, Problem, Registry, cells, files, stored
from streams.registry.base import Row
from streams.registry.book import Place
from streams.registry.described import CELLS
from streams.registry.edited import edited
from streams.registry.rows import KINDS, Device
from streams.store.migrations import SchemaError
from streams.store.store import Store, open_store

Command = TypeVar("Command", bound=Callable[..., Any])

KIND = click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND")
DIR = click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")


@click.group()
def command() -> None:
    """Vehicles, devices, drivers, policies: import, check, show and edit them.

    KIND is one of policyholders, fleets, sites, tyre_plans, vehicles, devices, drivers, policies, policy_vehicles,
    driver_assignments, couplings. Files and columns are described in docs/registry.md.
    """


def _options(function: Command) -> Command:
    """--data and --json."""
    data = click.option("--data", type=click.Path(path_type=Path), help="Folder of the database; else data.dir.")
    return data(click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function))


@command.command("check")
@DIR
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(folder: Path, as_json: bool) -> None:
    """Say everything that is wrong with the files in DIR; change nothing."""
    found, problems = registry.check(folder)
    _stop_at(problems, as_json)
    counts = {kind: len(rows) for kind, rows in found.rows.items() if rows}
    _say(counts, as_json, f"good: {', '.join(f'{count} {kind}' for kind, count in counts.items())}")


@command.command("import")
@DIR
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@screen.actor_option
@_options
def import_(folder: Path, dry_run: bool, actor: str, data: Path | None, as_json: bool) -> None:
    """Take over the files in DIR: all of them, or nothing.

    A kind with a file becomes what the file says; kinds without a file stay as they are.
    """
    store = _store(data)
    said, problems = files.read(folder)

    def change(before: Registry) -> Registry:
        after = _merged(before, said, files.kinds(folder))
        _stop_at(registry.ordered(problems + registry.validate(after)), as_json)
        return after

    if dry_run:
        before = _read(store)
        _report(registry.diff(before, change(before)), as_json, "would be ")
    else:
        _report(edited(store, actor, change), as_json)


@command.command("list")
@KIND
@screen.fleet_option
@_options
def list_(kind: str, fleet_id: str | None, data: Path | None, as_json: bool) -> None:
    """List all rows of a KIND."""
    found = [row for _, row in sorted(_read(_store(data)).rows[kind].items())]
    rows = [row for row in found if fleet_id in (None, getattr(row, "fleet_id", None))]
    _print_rows(kind, rows, as_json)


@command.command("show")
@KIND
@click.argument("name", metavar="ID")
@_options
def show(kind: str, name: str, data: Path | None, as_json: bool) -> None:
    """Show the rows of a KIND that ID names, column by column."""
    rows = _found(_read(_store(data)), kind, name)
    if as_json:
        _print_rows(kind, rows, as_json)
    for row in () if as_json else rows:
        click.echo("".join(f"{column:16} {text}\n" for column, text in cells.texts(row).items()))


@command.command("set")
@KIND
@click.argument("name", metavar="ID")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@screen.actor_option
@_options
def set_(kind: str, name: str, fields: Sequence[str], actor: str, data: Path | None, as_json: bool) -> None:
    """Change fields of the row that ID names, or add a row of that id; FIELD= empties a field."""
    new = dict(_pair(field) for field in fields)

    def change(before: Registry) -> Registry:
        after = before.copy()
        old = after.find(kind, name)
        if len(old) > 1:
            raise click.ClickException(f"{name} names {len(old)} rows: {', '.join(row.key for row in old)}; name one")
        said = cells.texts(old[0], secrets=True) if old else {KINDS[kind].KEY[0]: name}
        row, problems = cells.row(kind, said | new, Place(f"{kind} {name}"))
        _stop_at(problems, as_json)
        for one in old:
            del after.rows[kind][one.key]
        if row is not None:
            after.put(row)
        _stop_at(registry.validate(after), as_json)
        return after

    _report(edited(_store(data), actor, change), as_json)


@command.command("remove")
@KIND
@click.argument("name", metavar="ID")
@screen.actor_option
@_options
def remove(kind: str, name: str, actor: str, data: Path | None, as_json: bool) -> None:
    """Remove the rows that ID names, if nothing refers to them."""

    def change(before: Registry) -> Registry:
        after = before.copy()
        for row in _found(after, kind, name):
            del after.rows[kind][row.key]
        _stop_at(registry.validate(after), as_json)
        return after

    _report(edited(_store(data), actor, change), as_json)


@command.command("export")
@DIR
@click.option("--secrets", is_flag=True, help="Write passwords as they are; else they are masked.")
@_options
def export(folder: Path, secrets: bool, data: Path | None, as_json: bool) -> None:
    """Write the registry to CSV files in DIR."""
    found = _read(_store(data))
    registry.save(found, folder, secrets)
    counts = {kind: len(rows) for kind, rows in found.rows.items() if rows}
    _say(counts, as_json, f"{sum(counts.values())} rows written to {folder}")


def _store(data: Path | None) -> Store:
    try:
        if data:
            return open_store(data)
        settings = load()
        return database.at(settings.store.url) if settings.store.url else open_store(settings.data.dir)
    except (ConfigError, SchemaError) as error:
        raise click.ClickException(str(error)) from error


def _read(store: Store) -> Registry:
    with store.reading() as connection:
        return stored.read(connection)


def _merged(before: Registry, said: Registry, kinds: Iterable[str]) -> Registry:
    """``before`` with the kinds that were said; a masked password is the one that was known."""
    after = Registry({kind: dict(rows) for kind, rows in before.rows.items()}, said.places, said.broken)
    for kind in kinds:
        after.rows[kind] = dict(said.rows[kind])
    for key, row in after.rows["devices"].items():
        old = before.rows["devices"].get(key)
        if isinstance(row, Device) and row.password == MASK and isinstance(old, Device):
            after.rows["devices"][key] = msgspec.structs.replace(row, password=old.password)
    return after


def _found(found: Registry, kind: str, name: str) -> list[Row]:
    rows = found.find(kind, name)
    if not rows:
        raise click.ClickException(f"{kind} has no {name!r}; see 'tripmeter registry list {kind}'")
    return rows


def _pair(field: str) -> tuple[str, str]:
    name, equals, value = field.partition("=")
    if not equals:
        raise click.ClickException(f"{field!r}: write FIELD=VALUE")
    return name.strip(), value.strip()


def _stop_at(problems: Sequence[Problem], as_json: bool) -> None:
    """List all problems and leave, if there are any."""
    if not problems:
        return
    if as_json:
        rows = [{"place": str(one.place), "column": one.column, "what": one.what, "todo": one.todo} for one in problems]
        click.echo(json.dumps({"problems": rows}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; nothing was changed", err=True)
    sys.exit(1)


def _report(changes: Sequence[Change], as_json: bool, mood: str = "") -> None:
    if as_json:
        click.echo(json.dumps({"changes": [change._asdict() for change in changes]}, ensure_ascii=False))
        return
    for (kind, what), count in Counter((change.kind, change.what) for change in changes).items():
        click.echo(f"{kind}: {count} {mood}{what}")
    if not changes:
        click.echo("nothing to change")


def _print_rows(kind: str, rows: Sequence[Row], as_json: bool) -> None:
    said = [cells.texts(row) for row in rows]
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    used = [name for name in CELLS[kind] if any(row[name] for row in said)]
    lines = [used, *([row[name] for name in used] for row in said)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines if said else ():
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    click.echo(f"{len(rows)} {kind}", err=True)


def _say(counts: Any, as_json: bool, words: str) -> None:
    click.echo(json.dumps(counts) if as_json else words)
