"""Risks: rows of what is insured, cut to a period, by the tariff of their currency, and each as a risk to be rated."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pricing.past import VEHICLE
from pricing.premium import Risk
from pricing.tariff import Tariff


def permitted(risks: pl.DataFrame, tariff: Tariff) -> None:
    """Complain of what the tariff's jurisdiction forbids to know of risks on any day insured."""
    if tariff.profile is not None and not risks.is_empty():
        first, last = pl.col("valid_from").cast(pl.Date).min(), pl.col("valid_to").cast(pl.Date).max()
        tariff.profile.refuse_fields(risks.columns, *risks.select(first, last).row(0))
        for country in risks["jurisdiction"].unique().sort() if "jurisdiction" in risks.columns else ():
            tariff.profile.refuse_country(country)


def within(risks: pl.DataFrame, valid_from: date | None, valid_to: date | None) -> pl.DataFrame:
    """The risks cut to a period, those outside it left out; their dates as dates, in order of their keys."""
    start, end = pl.col("valid_from").cast(pl.Date), pl.col("valid_to").cast(pl.Date)
    if valid_from is not None:
        start = pl.max_horizontal(start, pl.lit(valid_from))
    if valid_to is not None:
        end = pl.min_horizontal(end, pl.lit(valid_to))
    begun = pl.col("inception" if "inception" in risks.columns else "valid_from").cast(pl.Date)
    cut = risks.with_columns(start.alias("valid_from"), end.alias("valid_to"), begun.alias("inception"))
    return cut.filter(pl.col("valid_from") < pl.col("valid_to")).sort(*VEHICLE, "policy_id", "cover", "valid_from")


def risk_of(row: Mapping[str, Any]) -> Risk:
    """The risk of a row of ``risks`` as ``premiums`` takes them."""
    year, mass = row.get("year"), row.get("mass_kg")
    return Risk(
        fleet_id=row["fleet_id"],
        vehicle_id=row["vehicle_id"],
        policy_id=row["policy_id"],
        cover=row["cover"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        klass=row["class"],
        use=row.get("use"),
        mass_t=_number(mass) / 1000,
        vehicle_age=math.nan if year is None else float(max(row["valid_from"].year - year, 0)),
        previous=None if row.get("previous") is None else Decimal(str(row["previous"])),
        annual_km=_number(row.get("annual_km")),
        sum_insured=_number(row.get("sum_insured")),
        deductible=_number(row.get("deductible")),
        limit=_number(row.get("limit")),
        experience=_number(row.get("experience")),
        energy=row.get("energy"),
        inception=row.get("inception"),
        jurisdiction=row.get("jurisdiction"),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def parted(risks: pl.DataFrame, tariff: Tariff, others: Sequence[Tariff]) -> list[tuple[Tariff, pl.DataFrame]]:
    """Risks by the tariff of their currency; those of a currency that none is in are the first one's."""
    if not others or "currency" not in risks.columns:
        return [(tariff, risks)]
    currency = pl.col("currency")
    theirs = [(other, risks.filter(currency == other.currency)) for other in others]
    rest = risks.filter(~currency.is_in([other.currency for other in others]).fill_null(value=False))
    return [(tariff, rest), *(pair for pair in theirs if not pair[1].is_empty())]


def in_currency(risks: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Those in the currency of a tariff, and those of which none is said."""
    if "currency" not in risks.columns:
        return risks
    return risks.filter((pl.col("currency") == tariff.currency).fill_null(value=True))


def joined(
    tables: Mapping[str, pl.DataFrame], scores: pl.DataFrame, premiums: pl.DataFrame, part: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The tables of scores and premiums with those of a ``part`` of the vehicles that another tariff has rated."""
    vehicles, keys = part.select(VEHICLE).unique().with_columns(subject=pl.lit("vehicle")), [*VEHICLE, "subject"]
    theirs = scores.join(vehicles, on=keys, how="semi", maintain_order="left")
    rest = tables["scores"].join(vehicles, on=keys, how="anti", maintain_order="left")
    order = (*VEHICLE, "policy_id", "cover", "valid_from")
    return {"scores": pl.concat([rest, theirs]), "premiums": pl.concat([tables["premiums"], premiums]).sort(order)}
