"""tripmeter database: the store of several processes - how far it is, its upgrade - and how others open it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from streams import config
from streams.cli import screen
from streams.layers import ConfigError
from streams.store.migrations import SchemaError
from streams.store.store import Store

if TYPE_CHECKING:
    from streams.store.layout import Standing

Found = TypeVar("Found")

NONE = "store.url is not set: 'tripmeter run' brings a database of its own up to date at its start"

UNSET = """store.url is not set, and a worker keeps its record in PostgreSQL: set it, for example \
TRIPMETER_STORE__URL=postgresql://tripmeter@db/tripmeter, or start 'tripmeter run', which needs none"""
DENIED = "the role needs CREATE on the database, and to own its schemas: docs/operations.md, Roles"


@click.group()
def command() -> None:
    """The PostgreSQL database of bridges and workers: how far its partitions are, and its upgrade."""


@command.command("status")
@screen.json_option
@screen.config_options
def status(as_json: bool, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Show the version of the schemas, and of each partition its position and size."""
    version, found = _asked(config_path, sets, _standing)
    if as_json:
        screen.emit({"version": version, "partitions": [one._asdict() for one in found]})
        return
    columns = [
        ("partition", "left"),
        ("epoch", "right"),
        ("next frame", "right"),
        ("commits", "right"),
        ("MB", "right"),
    ]
    rows = [[one.partition, one.epoch, one.next, one.commits, f"{one.bytes / 1e6:.1f}"] for one in found]
    screen.out.print(screen.table(f"schema version {version}, {len(found)} partitions", columns, rows))


@command.command("upgrade")
@click.option("--beside", is_flag=True, help="Though others are connected; workers of an older version then end.")
@screen.config_options
def upgrade(beside: bool, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Make the schemas, or bring them to this version, step by step. Stop workers first, and have a backup."""
    before, after = _asked(config_path, sets, lambda url: _upgraded(url, beside))
    done = "is already at" if before == after else "is now at" if before else "has been laid out at"
    screen.err.print(f"the database {done} schema version {after}")


def _asked(config_path: Path | None, sets: tuple[str, ...], ask: Callable[[str], Found]) -> Found:
    """What the database of the configuration answers."""
    try:
        url = config.load(config_path, sets=sets).store.url
        if not url:
            raise ConfigError(NONE)
        return _usable(lambda: ask(url))
    except (ConfigError, SchemaError) as error:
        raise screen.fail(error) from error


def at(url: str) -> Store:
    """All partitions of the PostgreSQL database at ``url``. Raises ``ConfigError`` saying why it cannot be used."""
    return _usable(lambda: _readers(url))


def ready(url: str) -> None:
    """See that a worker can use the database at ``url``, or raise as ``at`` does; one that starts is waited for."""
    if not url:
        raise ConfigError(UNSET)
    _usable(lambda: _prepared(url))


def _prepared(url: str) -> None:
    from streams.store.layout import PATIENCE_S, prepare

    prepare(url, patience_s=PATIENCE_S)


def _readers(url: str) -> Store:
    from streams.store.layout import open_readers

    return open_readers(url)


def _standing(url: str) -> "tuple[int, list[Standing]]":
    from streams.store.layout import standing

    return standing(url)


def _upgraded(url: str, beside: bool) -> tuple[int, int]:
    from streams.store.layout import upgrade

    return upgrade(url, beside)


def _usable(ask: Callable[[], Found]) -> Found:
    try:
        return ask()
    except ModuleNotFoundError as error:
        raise ConfigError("store.url needs a driver: pip install 'tripmeter[distributed]'") from error
    except (DBAPIError, ValueError) as error:
        raise ConfigError(f"store.url: {refusal(error)}") from error


def refusal(error: Exception) -> str:
    """What to say of a database that does not do what it is asked: the server's own sentence, and what may help."""
    found = error.orig if isinstance(error, DBAPIError) and error.orig else error
    said = found.args[0] if found.args and isinstance(found.args[0], dict) else {"M": found}
    help_ = f"; {DENIED}" if said.get("C") == "42501" else ""
    return f"the database cannot be used: {said.get('M', found)}{help_}"
