"""fleet-experience: three to five years of a fleet's claims, and the premium they ask for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import polars as pl

from pricing.document import TariffError
from pricing.rating import RatingError
from pricing.reports import assumptions, underwriting, workbook
from pricing.reports.experience import Asked, Data, study
from pricing.reports.insured import heard, periods
from pricing.reports.losses import ReportError, valuations
from pricing.tariff import Tariff
from streams.cli import screen, source
from streams.cli.report import files, recorded

FILE = click.Path(path_type=Path)


@click.command("fleet-experience", short_help="a fleet's last years of claims by cover, and the premium they ask for")
@click.option(
    "--fleet", "fleet_id", required=True, help="The fleet that is to be judged; all others are its portfolio."
)
@click.option("--years", default=5, show_default=True, type=click.IntRange(1, 10), help="So many, up to the day.")
@click.option("--valued-at", type=click.DateTime(["%Y-%m-%d"]), help="What was known when this day began; else today.")
@click.option(
    "--currency", default="", help="Of policies in this currency (like EUR); else the first the fleet's are in."
)
@click.option("--assumptions", "said_path", type=FILE, help="Trend, development, caps ...: docs/reports.md (TOML).")
@click.option("--claims", "claims_path", type=FILE, help="Valuations of claims, instead of the registry's.")
@click.option("--valuations", "lives_path", type=FILE, help="Where claims and their valuations are two files.")
@click.option("--policies", "policies_path", type=FILE, help="Insured periods, instead of the registry's.")
@click.option("--exposure", "exposure_path", type=FILE, help="Km a vehicle and day (or week), instead of the record's.")
@files.columns_option
@files.out_option
@files.as_option
@screen.data_option
@screen.config_options
def command(
    fleet_id: str,
    years: int,
    valued_at: datetime | None,
    currency: str,
    said_path: Path | None,
    claims_path: Path | None,
    lives_path: Path | None,
    policies_path: Path | None,
    exposure_path: Path | None,
    columns: tuple[str, ...],
    out: Path,
    kind: str | None,
    data: Path | None,
    config_path: Path | None,
    sets: tuple[str, ...],
) -> None:
    """The underwriter's own document of a FLEET: years by cover, large losses, credibility, deductibles, premium.

    From the service's record, or from files (Parquet or CSV) of any other.
    """
    day = valued_at.date() if valued_at else datetime.now(UTC).date()
    try:
        said = assumptions.parse(_text(said_path), str(said_path)) if said_path else assumptions.Assumptions()
        given = _given(claims_path, lives_path, policies_path, exposure_path, columns) if claims_path else None
        tariffs = source.tariffs(config_path, sets)
        known, judged = (
            (given, recorded.Judged(_in(tariffs, currency)))
            if given
            else recorded.experience(data, fleet_id, tariffs, currency)
        )
        if fleet_id not in known.insured["fleet_id"]:
            raise ReportError(f"no fleet {fleet_id!r} was insured; there is {_some(known.insured['fleet_id'])}")
        found = study(known, Asked(fleet_id, day, years, judged.tariff, said, judged.apart))
    except (ReportError, TariffError, RatingError) as error:
        raise screen.fail(error) from error
    files.write(underwriting.paper(found), out, kind, workbook.book(found))


def _in(tariffs: Sequence[Tariff], currency: str) -> Tariff:
    found = [one for one in tariffs if currency in ("", one.currency)]
    if not found:
        raise ReportError(f"no tariff in force is in {currency!r}; there is {', '.join(t.currency for t in tariffs)}")
    return found[0]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise screen.fail(f"{path}: cannot be read ({error})") from error


def _given(
    claims_path: Path,
    lives_path: Path | None,
    policies_path: Path | None,
    exposure_path: Path | None,
    columns: tuple[str, ...],
) -> Data:
    """What files say; without policies, vehicles are insured for every cover while they are heard of."""
    claims = files.read(claims_path, columns)
    if lives_path:
        claims = claims.join(files.read(lives_path, columns), on="claim_id", how="inner", suffix="_told")
    valued = valuations(claims)
    if exposure_path is None and policies_path is None:
        raise ReportError("give --exposure or --policies: claims alone say nothing of what was insured")
    schema = {"fleet_id": pl.String, "vehicle_id": pl.String, "day": pl.Date}
    driven = files.read(exposure_path, columns) if exposure_path else pl.DataFrame(schema=schema)
    driven = driven if "fleet_id" in driven.columns else driven.with_columns(fleet_id=pl.lit(""))
    insured = periods(files.read(policies_path, columns) if policies_path else heard(driven, _covers(valued)))
    return Data(valued, _classed(insured, driven), driven)


def _covers(valued: pl.DataFrame) -> list[str]:
    return sorted(valued["cover"].unique())


def _classed(insured: pl.DataFrame, driven: pl.DataFrame) -> pl.DataFrame:
    """Insured periods with the vehicle's class where the km say it and they do not."""
    if "class" in insured.columns or "class" not in driven.columns:
        return insured
    classes = driven.group_by("fleet_id", "vehicle_id").agg(pl.col("class").drop_nulls().first())
    return insured.join(classes, on=["fleet_id", "vehicle_id"], how="left", maintain_order="left")


def _some(names: pl.Series) -> str:
    return ", ".join(sorted(names.unique().cast(pl.String))[:20])
