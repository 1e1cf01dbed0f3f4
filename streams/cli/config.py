"""tripmeter config: whether the configuration is good, and what holds where it was said."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from streams import config
from streams.layers import ConfigError


@click.group()
def command() -> None:
    """Check the configuration and show what holds."""


def _load(path: Path | None, sets: Sequence[str]) -> config.Config:
    from streams.alert_rules import RULES
    from streams.pipeline.chain import PARAMS

    try:
        return config.load(path, None, sets, PARAMS, RULES)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


FILE = click.option("--config", "path", type=click.Path(path_type=Path), help="TOML file; else TRIPMETER_CONFIG.")
SETS = click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a setting: http.port=9000.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@command.command("check")
@FILE
@SETS
@JSON
def check(path: Path | None, sets: Sequence[str], as_json: bool) -> None:
    """Say everything that is wrong with the configuration."""
    found = _load(path, sets)
    said = len(found.origins)
    click.echo(json.dumps({"settings": said}) if as_json else f"good: {said} settings differ from the defaults")


@command.command("show")
@FILE
@SETS
@JSON
@click.option("--changed", is_flag=True, help="Only what differs from the defaults.")
def show(path: Path | None, sets: Sequence[str], as_json: bool, changed: bool) -> None:
    """Show every setting and where it was said; secrets are masked."""
    rows = {
        key: (value, origin)
        for key, (value, origin) in config.show(_load(path, sets)).items()
        if origin != "default" or not changed
    }
    if as_json:
        said = {key: {"value": value, "origin": origin} for key, (value, origin) in rows.items()}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for key, (value, origin) in rows.items():
        click.echo(f"{key:32} {json.dumps(value, ensure_ascii=False):24} {origin}")
