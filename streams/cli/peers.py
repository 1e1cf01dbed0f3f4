"""peers: the scores of a portfolio as what a tariff holds each score against, frozen and part of its hash."""

from datetime import datetime
from pathlib import Path

import click
import polars as pl

from pricing import frames
from pricing.peers import LEAST, Peers, gathered, written
from pricing.tariff import Tariff
from streams.cli import screen, source
from streams.cli.report import files

OF = ("fleet_id", "vehicle_id", "class")
NEEDED = (*OF, "driver_id", "day", "km_measured")


@click.command("peers")
@source.tables_options
@click.option("--exposure", type=click.Path(path_type=Path), help="Of 'tripmeter-sim claims' or alike, with class.")
@click.option("--about", default="", help="Who they are and how they were made; said in the tariff.")
@screen.config_options
def peers(
    data: Path | None,
    folder: Path | None,
    exposure: Path | None,
    about: str,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Print the scores on record, or those of an exposure file, by class: tables for the tariff they are made with."""
    tariff = source.tariff(config_path, sets)
    scores = _scored(exposure, tariff) if exposure else source.read(data, folder)["scores"]
    found, last = gathered(scores), scores["valid_to"].max()
    if not found or not isinstance(last, datetime):
        raise screen.fail(f"no vehicle class has {LEAST} scores that are not provisional")
    if others := sorted(set(scores["tariff_id"]) - {tariff.tariff_id}):
        raise screen.fail(f"scores are of {', '.join(others)}, not {tariff.tariff_id}: rate them with it first")
    click.echo(written(Peers(last.date(), about, tariff.scoring, found)), nl=False)


def _scored(path: Path, tariff: Tariff) -> pl.DataFrame:
    """Scores of an exposure frame that says the class of each vehicle."""
    exposure = files.read(path)
    if missing := [name for name in NEEDED if name not in exposure.columns]:
        raise screen.fail(f"{path}: no column {missing[0]!r}; there is {', '.join(exposure.columns[:20])}")
    return frames.scores(exposure.drop("class"), exposure.select(OF).unique(maintain_order=True), tariff)
