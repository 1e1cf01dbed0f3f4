"""rate: exposure and tariff to scores and premiums, with reasons."""

from pathlib import Path

import click

from pricing import crossing
from streams import tables
from streams.cli import overview, proof, screen, source


@click.command("rate")
@source.tables_options
@click.option("--out", type=click.Path(path_type=Path), help="Also write the six tables to this folder (Parquet).")
@screen.fleet_option
@screen.registry_options
@screen.config_options
@screen.json_option
def command(
    data: Path | None,
    folder: Path | None,
    out: Path | None,
    fleet_id: str | None,
    registry_path: Path | None,
    klass: str,
    config_path: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Rate what is on record: a score for every driver and vehicle, a premium for every vehicle and cover."""
    by = source.tariffs(config_path, sets)
    six = source.rated(folder, registry_path, klass, *by) if folder else source.of_store(source.store(data), *by)
    if fleet_id is not None:
        six = {name: frame.filter(frame["fleet_id"] == fleet_id) for name, frame in six.items()}
    private = proof.settings(config_path, sets).pricing.privacy != crossing.FULL
    told = crossing.tables(six) if private else six
    if out:
        tables.write(told, out)
    if as_json:
        screen.emit({name: told[name].to_dicts() for name in ("scores", "premiums")})
    else:
        (overview.show_told if private else overview.show)(told)
