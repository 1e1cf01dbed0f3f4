"""Modelled: the command of ``tripmeter tariff`` that makes rates of a cover out of fitted models."""

from pathlib import Path

import click

from pricing.document import TariffError
from pricing.models.spec import ModelError
from pricing.tariff import COVERS
from pricing.tariffs import parse
from pricing.tariffs.changed import renamed, with_cover
from pricing.tariffs.fitted import DRIVEN, Split, rates, written
from streams.cli import policies, predict, screen
from streams.layers import ConfigError
from streams.tariffs import text_of

FILE = click.Path(path_type=Path)


@click.command("from-model")
@click.option("--cover", type=click.Choice(COVERS), required=True, help="Whose claims the models are of.")
@click.option("--frequency", type=FILE, help="Claims a vehicle and year (JSON of tripmeter fit).")
@click.option("--severity", type=FILE, help="Amount of a claim.")
@click.option("--model", "pure", type=FILE, help="In place of both: the pure premium of a vehicle and year.")
@click.option("--base", default="standard", show_default=True, help="Tariff in which the cover is put: a name or file.")
@click.option("--standing", default=0.2, show_default=True, help="Share of the premium that is paid by the day.")
@click.option("--km", default=15_000.0, show_default=True, help="Km a year at which the rest is paid by the km.")
@click.option("--name", required=True, help="Of the tariff that comes of it.")
@click.option("--out", type=FILE, required=True, help="Write it here (TOML).")
def from_model(
    cover: str,
    frequency: Path | None,
    severity: Path | None,
    pure: Path | None,
    base: str,
    standing: float,
    km: float,
    name: str,
    out: Path,
) -> None:
    """Base rates and relativities of a cover out of a fit, as a tariff that can be read, changed and signed."""
    paths = [path for path in (frequency, severity, pure) if path is not None]
    if (pure is None) == (frequency is None or severity is None) or (pure and len(paths) > 1):
        raise click.UsageError("give --frequency and --severity, or --model of the pure premium")
    if not (0 <= standing < 1 and km > 0):
        raise click.UsageError("--standing is a share from 0 to below 1, --km above 0")
    try:
        text = text_of(base)
        found = rates([predict.read(path) for path in paths], Split(standing, km))
        cover_now = parse(text, base).covers.get(cover)
        kept = [factor.name for factor in cover_now.factors if factor.name in DRIVEN] if cover_now else []
        about = "fitted: " + ", ".join(f"{path.name} {policies.digest(path)[:12]}" for path in paths)
        made = renamed(with_cover(text, cover, written(cover, found, kept, about)), name)
        tariff = parse(made, str(out))
    except (ConfigError, ModelError, TariffError) as error:
        raise screen.fail(error) from error
    out.write_text(made, "utf-8")
    screen.err.print(f"wrote {out}: {tariff.tariff_id} ({tariff.status})", markup=False, soft_wrap=True)
