"""Past: what each vehicle has driven before, day by day of the class it had then, as it counts now."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from pricing.exposure import Exposure
from pricing.memory import weighed
from pricing.score import Own
from pricing.tariff import Tariff

VEHICLE = ("fleet_id", "vehicle_id")


def classed(exposure: pl.DataFrame, vehicles: pl.DataFrame) -> pl.DataFrame:
    """``exposure`` with the ``class`` its vehicle had on each day, null of one that is not known.

    ``vehicles`` has ``fleet_id vehicle_id class`` and, where it was not always the same, ``valid_from``: the day from
    which that class holds, until the next. The first holds before it too.
    """
    since = pl.col("valid_from").cast(pl.Date) if "valid_from" in vehicles.columns else pl.lit(date.min)
    spans = vehicles.select(*VEHICLE, "class", since.alias("day")).sort("day", "class")
    spans = spans.unique((*VEHICLE, "day"), keep="first", maintain_order=True)
    first = spans.unique(VEHICLE, keep="first", maintain_order=True).select(*VEHICLE, first="class")
    joined = exposure.sort("day").join_asof(spans, on="day", by=VEHICLE, check_sortedness=False)
    filled = joined.join(first, on=VEHICLE, how="left", maintain_order="left")
    return filled.with_columns(pl.coalesce("class", "first").alias("class")).drop("first")


def history(
    insured: pl.DataFrame,
    classed: pl.DataFrame,
    tariff: Tariff,
    until: date | None = None,
    heard: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """All that is known of each vehicle at each end of a period, a row a class it has had, as it counts then.

    ``until`` is the first day of which nothing can be known yet; None: no silence is held against anybody. ``heard`` is
    the exposure with the days that count for nothing too.
    """
    periods = insured.select(*VEHICLE, "valid_to").unique()
    end = None if until is None else pl.min_horizontal("valid_to", pl.lit(until))
    more = end is not None and heard is not None and heard.height > classed.height
    known = _before(periods, heard) if more and heard is not None else None
    rows = _before(periods, classed)
    return weighed(rows, tariff.scale.memory, (*VEHICLE, "valid_to"), "class", until=end, heard=known)


def _before(periods: pl.DataFrame, exposure: pl.DataFrame) -> pl.DataFrame:
    return periods.join(exposure, on=VEHICLE).filter(pl.col("day") < pl.col("valid_to"))


def by_class(sums: Mapping[tuple[Any, ...], Exposure]) -> dict[tuple[Any, ...], Own]:
    """Own exposure by vehicle class of each subject, from sums whose key ends with the class."""
    own: dict[tuple[Any, ...], dict[str | None, Exposure]] = {}
    for (*who, klass), exposure in sums.items():
        own.setdefault(tuple(who), {})[klass] = exposure
    return dict(own)
