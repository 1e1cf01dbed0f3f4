"""credibility: K, spread and class means of a tariff's behaviours, fitted on the weeks of the portfolio on record."""

import math
from pathlib import Path

import click
import polars as pl

from pricing.credibility.weekly import Fitted, fit
from pricing.tariff import Behaviour
from streams.cli import screen, source
from streams.tables import Tables


@click.command("credibility")
@source.tables_options
@screen.config_options
@screen.json_option
def credibility(
    data: Path | None, folder: Path | None, config_path: Path | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """What k, spread and means of each behaviour of the tariff would be by the weeks on record."""
    tariff = source.tariff(config_path, sets)
    driven = _classed(source.read(data, folder))
    found = {one.name: _fitted(driven, one) for one in tariff.behaviours}
    if as_json:
        screen.emit({name: one._asdict() if isinstance(one, Fitted) else {"none": one} for name, one in found.items()})
        return
    for name, one in found.items():
        click.echo(_told(name, one))


def _classed(six: Tables) -> pl.DataFrame:
    """Exposure of the vehicles whose class is known."""
    vehicles = six["scores"].filter(pl.col("subject") == "vehicle", pl.col("class").is_not_null())
    return six["exposure"].join(vehicles.select("fleet_id", "vehicle_id", "class"), on=["fleet_id", "vehicle_id"])


def _fitted(driven: pl.DataFrame, behaviour: Behaviour) -> Fitted | str:
    """The fit, or why there is none."""
    try:
        found = fit(driven, behaviour)
    except ValueError as error:
        return str(error)
    return found if math.isfinite(found.k) else "vehicles of a class do not differ more than by chance"


def _told(name: str, found: Fitted | str) -> str:
    """As a tariff has it."""
    if isinstance(found, str):
        return f"# {name}: {found.removeprefix(f'{name}: ')}\n"
    means = ", ".join(f"{klass} = {mean:.4g}" for klass, mean in found.means.items())
    return f'# name = "{name}"\nk = {found.k:.4g}\nspread = {found.spread:.3f}\nmeans = {{ {means} }}\n'
