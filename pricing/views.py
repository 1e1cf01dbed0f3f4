"""Views: exposure of fleets, vehicles, drivers and covers - vehicle-days, km, and km by road, speed and hour."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from pricing.exposure import HOURS, KILOMETRES, UNITS, YEAR
from pricing.past import VEHICLE
from pricing.risks import within

BY = {"fleet": ("fleet_id",), "vehicle": VEHICLE, "driver": ("fleet_id", "driver_id"), "cover": ("fleet_id", "cover")}
LEVELS = {  # what of km_measured is in none of a dimension's columns is not known, as are days of older versions
    "road": {"motorway": "motorway_km", "rural": "rural_km", "urban": "urban_km", "residential": "residential_km"},
    "speed": {
        "to 20": "speed_0_20_km",
        "20-50": "speed_20_50_km",
        "50-80": "speed_50_80_km",
        "80-100": "speed_80_100_km",
        "100-130": "speed_100_130_km",
        "above 130": "speed_130_km",
    },
    "hour": {
        "22-5": "night_km",
        "5-9": "hour_5_9_km",
        "9-16": "hour_9_16_km",
        "16-19": "hour_16_19_km",
        "19-22": "hour_19_22_km",
    },
}
UNKNOWN = "unknown"
SUMMED = (*KILOMETRES, *HOURS)


def view(
    exposure: pl.DataFrame,
    by: str,
    insured: pl.DataFrame | None = None,
    days: tuple[date, date] | None = None,
    daily: bool = False,
    each: bool = False,
) -> pl.DataFrame:
    """A row a fleet, vehicle, driver or cover (``BY``), of ``each`` vehicle where asked, and day where ``daily``.

    ``insured`` has ``fleet_id vehicle_id cover valid_from valid_to annual_km``: ``vehicle_days`` are those insured, by
    the calendar, ``km_declared`` what was declared for them; both null where nobody says or of drivers. A vehicle under
    several covers counts once, with the most that one of them declares; of a cover count the days that it insures.
    ``days`` from a day to before another. Whole mm, ms and days are summed: views of parts add up to that of all.
    """
    keys = [*BY[by], *(["vehicle_id"] if each else []), *(["day"] if daily else [])]
    driven = _driven(exposure, days)
    covered = None if insured is None or by == "driver" else _covered(insured, days)
    if by == "cover":
        driven = driven.join(_no_days() if covered is None else covered, on=[*VEHICLE, "day"])
    found = driven.group_by(keys).agg(_heard(), *[_sum(name) for name in SUMMED])
    if covered is None:
        none = pl.lit(None, pl.Int64)
        full = found.with_columns(none.alias("vehicle_days"), none.alias("km_declared"))
    else:
        full = found.join(_declared(covered, by, keys), on=keys, how="full", coalesce=True)
        full = full.with_columns(pl.col("vehicle_days").fill_null(0))
    return _public(full, keys)


def levels(view: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Km of a view by level of each of ``LEVELS``, a row a level; what is not known is a level of its own."""
    measured, mm, rows = _whole("km_measured"), UNITS["km_measured"], []
    for dimension, columns in LEVELS.items():
        known = [_whole(name) for name in columns.values()]
        rest = (measured - pl.sum_horizontal(known)).clip(0)  # each column is rounded to the mm by itself
        parts = dict(zip(columns, known, strict=True)) | {UNKNOWN: rest}
        names = [pl.lit(dimension).alias("dimension"), pl.col("level")]
        for level, km in parts.items():
            share = pl.when(measured > 0).then(km / measured)
            rows.append(view.with_columns(level=pl.lit(level)).select(*by, *names, km=(km / mm).round(6), share=share))
    return pl.concat(rows).sort(by, maintain_order=True, nulls_last=True)


def _driven(exposure: pl.DataFrame, days: tuple[date, date] | None) -> pl.DataFrame:
    """Rows of exposure in whole mm and ms."""
    there = [_whole(name) if name in exposure.columns else pl.lit(None, pl.Int64).alias(name) for name in SUMMED]
    rows = exposure.select(*VEHICLE, "driver_id", pl.col("day").cast(pl.Date), *there)
    return rows if days is None else rows.filter(pl.col("day").is_between(*days, closed="left"))


def _covered(insured: pl.DataFrame, days: tuple[date, date] | None) -> pl.DataFrame:
    """A row a vehicle, cover and day insured, with the mm declared for it: any 365 days sum to the km a year."""
    pieces = within(insured, *(days or (None, None)))
    pieces = pieces.with_columns(day=pl.date_ranges("valid_from", "valid_to", closed="left")).explode("day")
    number = pl.col("day").cast(pl.Int32).cast(pl.Int64)
    a_year = (pl.col("annual_km").cast(pl.Float64) * UNITS["km_measured"]).round().cast(pl.Int64)
    part = a_year * (number + 1) // YEAR - a_year * number // YEAR
    rows = pieces.select(*VEHICLE, "cover", "day", part.alias("km_declared"))
    return rows.group_by(*VEHICLE, "cover", "day").agg(pl.col("km_declared").max())


def _no_days() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys((*VEHICLE, "cover"), pl.String), "day": pl.Date})


def _declared(covered: pl.DataFrame, by: str, keys: Sequence[str]) -> pl.DataFrame:
    """Days insured and mm declared of each."""
    if by != "cover":
        covered = covered.group_by(*VEHICLE, "day").agg(pl.col("km_declared").max())
    return covered.group_by(keys).agg(vehicle_days=pl.len().cast(pl.Int64), km_declared=_known("km_declared"))


def _heard() -> pl.Expr:
    """Vehicle-days on record."""
    return pl.struct(*VEHICLE, "day").n_unique().cast(pl.Int64).alias("days_heard")


def _sum(name: str) -> pl.Expr:
    return _known(name).alias(name) if name == "km_odometer" else pl.col(name).sum()


def _known(name: str) -> pl.Expr:
    """The sum; null where nobody said any."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum())


def _whole(name: str) -> pl.Expr:
    return (pl.col(name) * UNITS[name]).round().cast(pl.Int64)


def _public(whole: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    days = [pl.col("vehicle_days"), pl.col("days_heard").fill_null(0)]
    may_be_null = {"km_odometer", "km_declared"}
    units = UNITS | {"km_declared": UNITS["km_measured"]}
    names = ["km_measured", "km_odometer", "km_declared", "km_gap", *[n for n in SUMMED if not n.startswith("km_")]]
    known = [pl.col(n) if n in may_be_null else pl.col(n).fill_null(0) for n in names]
    sums = [(one / units[n]).round(9 if n in HOURS else 6) for n, one in zip(names, known, strict=True)]
    return whole.select(*keys, *days, *sums).sort(keys, nulls_last=True)
