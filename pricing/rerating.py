"""Rerating: the premiums of a whole portfolio at once, the same to the cent as one by one, without their steps."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pricing.exposure import UNITS
from pricing.fixed import Floats, series, whole
from pricing.frames import PREMIUMS, Columns
from pricing.layout import Layout
from pricing.many import Drivers, Driving
from pricing.memory import exposures
from pricing.past import VEHICLE, by_class, classed, history
from pricing.premium import INDICATED, use_mass
from pricing.rating import cover_of
from pricing.risks import permitted, risk_of, within
from pricing.score import score
from pricing.sheets import UNPAID
from pricing.tariff import Tariff

AT_ONCE = 50_000  # rows: what is worked on stays in the cache
COLUMNS: Columns = {name: kind for name, kind in PREMIUMS.items() if name not in ("premium_id", "factors")}
ORDER = (*VEHICLE, "policy_id", "cover", "valid_from")
PERIOD = (*VEHICLE, "valid_from", "valid_to")
HISTORY = (*VEHICLE, "valid_to")
SUBJECT = (*HISTORY, "class")
KM = ("km_measured", "km_gap")
OWN = ("relativity", "capped", "believed", "heard")
NUMBERS = ("mass_kg", "year", "annual_km", "sum_insured", "deductible", "limit", "experience")
WORDS = ("use", "energy")


def indications(
    exposure: pl.DataFrame,
    risks: pl.DataFrame,
    tariff: Tariff,
    valid_from: date | None = None,
    valid_to: date | None = None,
    kind: str = INDICATED,
    judged: pl.DataFrame | None = None,
    until: date | None = None,
) -> pl.DataFrame:
    """What ``frames.premiums`` makes of the same, but for ids and steps."""
    insured = within(risks, valid_from, valid_to)
    permitted(risks, tariff)
    past = history(insured, classed(exposure if judged is None else judged, risks), tariff, until, exposure)
    found = list(_rated(facts(insured, exposure, past, tariff), tariff, kind))
    return pl.concat([pl.DataFrame(schema=COLUMNS), *found]).sort(ORDER)


def facts(insured: pl.DataFrame, exposure: pl.DataFrame, past: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """The risks with the covariates of the factors, their days and km, and what the own driving makes of the price."""
    unsaid = [name for name in (*NUMBERS, *WORDS, "previous") if name not in insured.columns]
    known = insured.with_columns(pl.lit(None).alias(name) for name in unsaid).with_columns(
        pl.col(NUMBERS).cast(pl.Float64), pl.col(WORDS).cast(pl.String)
    )
    age = (pl.col("valid_from").dt.year() - pl.col("year")).clip(0.0)
    before = [UNPAID if one is None else whole(Decimal(str(one))) for one in known["previous"].to_list()]
    days = (pl.col("valid_to") - pl.col("valid_from")).dt.total_days()
    mass = (pl.col("mass_kg") / 1000).alias("mass_t")
    previous = pl.Series("previous", before, pl.Int64)
    risks = known.with_columns(days.alias("days"), age.alias("vehicle_age"), mass, previous, begun="inception")
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
    return inside.group_by(PERIOD).agg((pl.col(name).sum() / UNITS[name]).round(6) for name in KM)


def _driving(insured: pl.DataFrame, past: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """What the own driving makes of the price, by vehicle, end of the history and class insured."""
    subjects, drivers = insured.select(SUBJECT).unique(), Drivers(tariff)
    before = past.with_columns(several=pl.len().over(HISTORY) > 1).rename({"class": "then"})
    alone = before.filter(~pl.col("several")).drop("several")
    own = subjects.join(before.filter("several"), on=HISTORY, how="anti").join(alone, on=HISTORY, how="left")
    made = []
    for part in own.fill_null(0.0).iter_slices(AT_ONCE):
        found = drivers(
            matrix(part, drivers.columns), drivers.codes(part.select(pl.coalesce("then", "class")).to_series())
        )
        made.append(_as_columns(part.select(SUBJECT), found))
    changed = subjects.join(before.filter("several"), on=HISTORY, how="semi")
    many = by_class(exposures(past.join(changed.select(HISTORY).unique(), on=HISTORY, how="semi"), 4))
    scores = [score(many[row[:3]], tariff, "vehicle") for row in changed.iter_rows()]
    return pl.concat([*made, _as_columns(changed, drivers.scored(scores))])


def _as_columns(subjects: pl.DataFrame, found: Driving) -> pl.DataFrame:
    values = (found.relativity, found.capped, found.credibility, found.heard)
    return subjects.with_columns(pl.Series(name, x) for name, x in zip(OWN, values, strict=True))


def matrix(frame: pl.DataFrame, columns: tuple[str, ...]) -> Floats:
    """Columns of a frame row by row; zeros where one is absent."""
    known = [pl.col(name).cast(pl.Float64) if name in frame.columns else pl.lit(0.0).alias(name) for name in columns]
    return np.ascontiguousarray(frame.select(known).to_numpy())


def _rated(rows: pl.DataFrame, tariff: Tariff, kind: str) -> Iterator[pl.DataFrame]:
    _refuse(rows, tariff)
    for (cover,), covered in rows.partition_by("cover", as_dict=True).items():
        layout = Layout(tariff.covers[str(cover)], tariff)
        for part in covered.iter_slices(AT_ONCE):
            own = Driving(*(np.ascontiguousarray(part[name].to_numpy()) for name in OWN))
            sheet = layout.sheet(known(part, layout))
            amount, bound = sheet.premium(own, matrix(part, KM))
            believed = [round(z, 4) for z in own.credibility.tolist()] if layout.drives else None
            yield part.with_columns(
                pl.col("valid_from", "valid_to").cast(PREMIUMS["valid_from"]),
                series("amount", amount),
                pl.Series("credibility", believed or [None] * part.height, pl.Float64),
                pl.Series("caps", sheet.named(bound), pl.String),
                kind=pl.lit(kind),
                currency=pl.lit(tariff.currency),
                tariff_id=pl.lit(tariff.tariff_id),
                status=pl.lit(tariff.status),
            ).select(*COLUMNS)


def _refuse(rows: pl.DataFrame, tariff: Tariff) -> None:
    """Complain of what the tariff has no rate for, the coefficients of its bonus-malus scales one by one."""
    scaled = pl.lit(value=False)
    for rule in tariff.bonus_malus:
        scaled |= pl.col("cover").is_in(rule.covers) & pl.col("class").is_in(rule.classes)
    said = rows.with_columns(said=pl.when(scaled).then("experience"))
    for first in said.unique(("cover", "class", "said"), maintain_order=True).iter_rows(named=True):
        cover_of(risk_of(first | {"previous": None}), tariff)


def known(rows: pl.DataFrame, layout: Layout) -> dict[str, Any]:
    """The columns that a sheet asks for, numbers as arrays and words as lists."""
    return {name: _values(rows[name]) for name in layout.asked}


def _values(column: pl.Series) -> npt.NDArray[Any] | list[Any]:
    return column.to_numpy() if column.dtype.is_numeric() else column.to_list()
