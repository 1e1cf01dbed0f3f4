"""Screen: what all commands share - options, errors in one voice, progress, tables."""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from streams.config import Config
from streams.kernels.params import CLASSES
from streams.layers import ConfigError
from streams.messages import plain

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Command = Callable[..., Any]


def fail(message: object) -> click.ClickException:
    """The exception that ends a command with exit code 1 and ``message``."""
    return click.ClickException(str(message))


def config_options(command: Command) -> Command:
    """--config and --set."""
    command = click.option(
        "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a setting for this run: section.key=value."
    )(command)
    return click.option("--config", "config_path", type=click.Path(path_type=Path), help="Configuration file (TOML).")(
        command
    )


def registry_options(command: Command) -> Command:
    """--registry and --class, for recordings."""
    command = click.option(
        "--class",
        "klass",
        type=click.Choice(CLASSES),
        default="car",
        show_default=True,
        help="Class of vehicles without a registry.",
    )(command)
    return click.option(
        "--registry", "registry_path", type=click.Path(path_type=Path), help="Folder of registry files."
    )(command)


def clock_option(present: str) -> Callable[[Command], Command]:
    """--clock; ``present`` is what is the present where data is accelerated or recorded."""
    return click.option(
        "--clock",
        type=click.Choice(["wall", "feed"]),
        default="wall",
        show_default=True,
        help=f"feed: accelerated or recorded data; {present} is now.",
    )


def verbose_option(command: Command) -> Command:
    """--verbose; what it says is done before the command begins."""

    @click.option("--verbose", "-v", is_flag=True, help="Log changes of state.")
    @functools.wraps(command)
    def logging_command(*args: Any, verbose: bool, **options: Any) -> Any:
        level = logging.INFO if verbose else logging.WARNING
        logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
        return command(*args, **options)

    return logging_command


json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
actor_option = click.option(
    "--actor", default="command line", show_default=True, help="Who does it; kept on record beside this machine's user."
)
fleet_option = click.option("--fleet", "fleet_id", help="Of this fleet.")
data_option = click.option(
    "--data", type=click.Path(path_type=Path), help="Data folder of the service [default: tripmeter-data]."
)


@contextmanager
def progress(description: str, unit: str = "") -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr; call what it gives with (done, total)."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def compiled() -> None:
    """Compile the kernels if this version has not been yet, with a bar."""
    from streams.warm import is_warm, warm

    if is_warm():
        warm()
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("compiling, once: {task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=err,
    ) as bar:
        task = bar.add_task("", total=None)
        warm(lambda name, done, total: bar.update(task, description=f"{name:20}", completed=done, total=total))


SIDES: dict[str, JustifyMethod] = {"left": "left", "right": "right"}


def table(title: str, columns: list[tuple[str, str]], rows: list[list[Any]]) -> Table:
    """A table of text; each column is (heading, justification)."""
    made = Table(title=title, title_justify="left", title_style="bold", pad_edge=False, box=box.SIMPLE_HEAD)
    for k, (heading, justify) in enumerate(columns):
        made.add_column(heading, justify=SIDES[justify], no_wrap=k == 0, overflow="fold")
    for row in rows:
        made.add_row(*[Text(visible(str(cell))) for cell in row])
    return made


def visible(said: str) -> str:
    """``said`` without signs that cannot be seen: devices name things at will, and a terminal obeys some of them."""
    return "\n".join(map(plain, said.split("\n")))


def raw(body: bytes) -> None:
    """Bytes as they came into a file or pipe; on a terminal only what can be seen of them."""
    click.echo(visible(body.decode(errors="replace")) if sys.stdout.isatty() else body)


def emit(data: Any) -> None:
    """Print ``data`` as JSON; dates as ISO 8601, decimals as text."""
    click.echo(json.dumps(data, default=str, ensure_ascii=False))


def listening(settings: Config, section: str, said: str, option: str) -> Config:
    """The settings with ``HOST:PORT`` as the address of a section. Raises ``ConfigError``."""
    host, _, port = said.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise ConfigError(f"{option} is {said!r}, expected HOST:PORT, for example 127.0.0.1:1883")
    part = replace(getattr(settings, section), host=host or "127.0.0.1", port=int(port))
    return replace(settings, **{section: part})
