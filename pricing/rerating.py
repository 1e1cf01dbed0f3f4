"""Rerating: the premiums of a whole portfolio at once, the same to the cent as one by one, without their steps."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from pricing import frames
from pricing.exposure import UNITS
from pricing.fixed import series, whole
from pricing.frames import PREMIUMS, Columns
from pricing.many import NONE, Driving, Sheets, driving
from pricing.past import VEHICLE, classed, history
from pricing.premium import INDICATED, use_mass
from pricing.rating import cover_of
from pricing.tariff import Tariff

AT_ONCE = 50_000  # rows: what is worked on stays in the cache
COLUMNS: Columns = {name: kind for name, kind in PREMIUMS.items() if name not in ("premium_id", "factors")}
ORDER = (*VEHICLE, "policy_id", "cover", "valid_from")
PERIOD = (*VEHICLE, "valid_from", "valid_to")
SUBJECT = (*VEHICLE, "valid_to", "class")
KM = ("km_measured", "km_gap")
OWN = ("relativity", "capped", "believed")
NUMBERS = ("mass_kg", "year", "annual_km", "sum_insured", "deductible", "limit", "experience")


def indications(
    exposure: pl.DataFrame,
    risks: pl.DataFrame,
    tariff: Tariff,
    valid_from: date | None = None,
    valid_to: date | None = None,
    kind: str = INDICATED,
) -> pl.DataFrame:
    """What ``frames.premiums`` makes of the same, but for ids and steps.

    A vehicle that has been of several classes, and a cover whose coefficient a jurisdiction keeps in a window, are
    rated one by one.
    """
    insured = frames.within(risks, valid_from, valid_to)
    frames.permitted(risks, tariff)
    past = history(insured, classed(exposure, risks), tariff)
    several = past.filter(pl.len().over(*VEHICLE, "valid_to") > 1).select(VEHICLE).unique()
    windowed = pl.col("cover").is_in([cover for cover in tariff.covers if tariff.coefficient(cover)])
    others = risks.join(several, on=VEHICLE, how="anti")
    alone = insured.join(several, on=VEHICLE, how="anti", maintain_order="left").filter(~windowed)
    found = list(_rated(facts(alone, exposure, past, tariff), tariff, kind))
    singly = [some for some in (risks.join(several, on=VEHICLE, how="semi"), others.filter(windowed)) if len(some)]
    found += [frames.premiums(exposure, some, tariff, valid_from, valid_to, kind).select(*COLUMNS) for some in singly]
    return pl.concat([pl.DataFrame(schema=COLUMNS), *found]).sort(ORDER)


def facts(insured: pl.DataFrame, exposure: pl.DataFrame, past: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """The risks with the covariates of the factors, their days and km, and what the own driving makes of the price."""
    known = insured.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in (*NUMBERS, "use", "previous") if name not in insured.columns
    ).with_columns(pl.col(NUMBERS).cast(pl.Float64))
    age = (pl.col("valid_from").dt.year() - pl.col("year")).clip(0.0)
    before = [NONE if one is None else whole(Decimal(str(one))) for one in known["previous"].to_list()]
    days = (pl.col("valid_to") - pl.col("valid_from")).dt.total_days()
    risks = known.with_columns(
        days.alias("days"), age.alias("vehicle_age"), (pl.col("mass_kg") / 1000).alias("mass_t"),
        pl.Series("previous", before, pl.Int64), pl.col("use").cast(pl.String),
    )  # fmt: skip
    driven = _kilometres(insured, exposure)
    own = _driving(insured, past, tariff)
    joined = risks.join(driven, on=PERIOD, how="left").join(own, on=SUBJECT, how="left", nulls_equal=True)
    return _with_use_mass(joined.with_columns(pl.col(KM).fill_null(0.0)))


def _with_use_mass(risks: pl.DataFrame) -> pl.DataFrame:
    pairs = risks.select("use", "mass_t").unique()
    both = pl.Series("use_mass", [use_mass(*pair) for pair in pairs.iter_rows()], pl.String)
    return risks.join(pairs.with_columns(both), on=["use", "mass_t"], how="left", nulls_equal=True)


def _kilometres(insured: pl.DataFrame, exposure: pl.DataFrame) -> pl.DataFrame:
    """km of each vehicle in each of its periods."""
    periods = insured.select(PERIOD).unique()
    whole_km = [(pl.col(name) * UNITS[name]).round().cast(pl.Int64) for name in KM]
    rows = periods.join(exposure.select(*VEHICLE, "day", *whole_km), on=VEHICLE)
    inside = rows.filter(pl.col("day").is_between("valid_from", "valid_to", closed="left"))
    return inside.group_by(PERIOD).agg(pl.col(name).sum() / UNITS[name] for name in KM)


def _driving(insured: pl.DataFrame, past: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """What the own driving makes of the price, by vehicle, end of the history and class insured."""
    subjects = insured.select(SUBJECT).unique()
    own = subjects.join(past.rename({"class": "then"}), on=[*VEHICLE, "valid_to"], how="left")
    own = own.with_columns(pl.coalesce("then", "class").alias("insured")).fill_null(0.0)
    made = []
    for part in own.iter_slices(AT_ONCE):
        found = driving(part.with_columns(pl.col("insured").alias("class")), tariff)
        values = (found.relativity, found.capped, found.credibility)
        made.append(part.select(SUBJECT).with_columns(pl.Series(name, x) for name, x in zip(OWN, values, strict=True)))
    return pl.concat(made) if made else subjects.with_columns(pl.lit(0).alias(name) for name in OWN)


def _rated(rows: pl.DataFrame, tariff: Tariff, kind: str) -> Iterator[pl.DataFrame]:
    for first in rows.unique(("cover", "class"), maintain_order=True).iter_rows(named=True):
        cover_of(frames.risk_of(first | {"previous": None}), tariff)  # complains of what the tariff has no rate for
    for (cover,), covered in rows.partition_by("cover", as_dict=True).items():
        for part in covered.iter_slices(AT_ONCE):
            sheets = Sheets(part, tariff.covers[str(cover)], tariff)
            own = Driving(*(np.ascontiguousarray(part[name].to_numpy()) for name in OWN))
            yield part.with_columns(
                pl.col("valid_from", "valid_to").cast(PREMIUMS["valid_from"]),
                series("amount", sheets.premium(own)),
                kind=pl.lit(kind),
                currency=pl.lit(tariff.currency),
                tariff_id=pl.lit(tariff.tariff_id),
                status=pl.lit(tariff.status),
                credibility=pl.col("believed") if sheets.drives else pl.lit(None, pl.Float64),
                caps=pl.Series(sheets.caps(), dtype=pl.String),
            ).select(*COLUMNS)
