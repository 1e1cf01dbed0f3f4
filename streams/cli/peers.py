"""peers: the scores of a portfolio as what a tariff holds each score against, frozen and part of its hash."""

from datetime import datetime
from pathlib import Path

import click

from pricing.peers import LEAST, Peers, gathered, written
from streams.cli import screen, source


@click.command("peers")
@source.tables_options
@screen.config_options
def peers(data: Path | None, folder: Path | None, config_path: Path | None, sets: tuple[str, ...]) -> None:
    """Print the scores on record by class as tables to put into the tariff they were made with."""
    tariff = source.tariff(config_path, sets)
    scores = source.read(data, folder)["scores"]
    found, last = gathered(scores), scores["valid_to"].max()
    if not found or not isinstance(last, datetime):
        raise screen.fail(f"no vehicle class has {LEAST} scores that are not provisional")
    if others := sorted(set(scores["tariff_id"]) - {tariff.tariff_id}):
        raise screen.fail(f"scores are of {', '.join(others)}, not {tariff.tariff_id}: rate them with it first")
    click.echo(written(Peers(last.date(), tariff.scoring, found)), nl=False)
