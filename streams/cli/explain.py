"""explain: why an alert, an event, a score or a premium is what it is, from the record alone."""

from pathlib import Path

import click

from streams.cli import screen, source
from streams.explain import UnknownId, explain


@click.command("explain")
@click.argument("asked", metavar="ID")
@source.tables_options
@screen.json_option
def command(asked: str, data: Path | None, folder: Path | None, as_json: bool) -> None:
    """Why ID (of an alert, event, score or premium) is what it is."""
    try:
        found = explain(source.read(data, folder), asked)
    except UnknownId as error:
        raise screen.fail(error) from error
    if as_json:
        screen.emit(found.row)
    else:
        screen.out.print(screen.visible(found.text), markup=False, soft_wrap=True)
