"""Weekly: a behaviour's credibility fitted on the weeks of a portfolio, in the numbers a tariff states."""

from typing import NamedTuple

import numpy as np
import polars as pl

from pricing.credibility.buhlmann import Structure, buhlmann_straub
from pricing.credibility.panel import Codes, Floats, Panel, over, panel, sums
from pricing.exposure import UNITS
from pricing.tariff import Behaviour

SUBJECT = ("fleet_id", "vehicle_id", "class")


class Fitted(NamedTuple):
    """What ``Behaviour`` holds of credibility."""

    k: float  # exposure of half credibility, in the exposure's unit; infinite where vehicles of a class do not differ
    spread: float  # coefficient of variation of the true rate between vehicles of a class
    means: dict[str, float]  # rate by vehicle class, weighted by credibility


def fit(frame: pl.DataFrame, behaviour: Behaviour) -> Fitted:
    """Bühlmann-Straub on rates relative to the class mean; weeks in which nothing could be seen are no weeks.

    ``frame`` is an exposure frame with the vehicle's ``class``. K is that of whole weeks, in which good and bad days go
    together: from Poisson counts alone it would be several times too small.
    """
    weeks = _weeks(frame, behaviour)
    seen, events = weeks["seen"].to_numpy(), weeks["events"].to_numpy()
    vehicle, klass = _codes(weeks.select(SUBJECT)), _codes(weeks.select("class"))
    mean = over(sums(klass, events), sums(klass, seen))
    names = weeks["class"].unique().sort().to_list()
    if not np.all(mean > 0):
        raise ValueError(f"{behaviour.name}: no event in class {names[int(np.argmin(mean))]!r}, so it has no mean rate")
    found = panel(vehicle, over(events, seen) / mean[klass], seen)
    structure = buhlmann_straub(found)
    levels = mean * _relative(found, structure, vehicle, klass)
    spread = float(np.sqrt(structure.between)) / structure.mean
    return Fitted(structure.k * behaviour.per, spread, dict(zip(names, levels.tolist(), strict=True)))


def _relative(found: Panel, structure: Structure, vehicle: Codes, klass: Codes) -> Floats:
    """Mean of each class weighted by credibility, against that weighted by exposure."""
    z = structure.credibility(found.weight)
    weight = z if z.sum() > 0 else found.weight
    of = np.zeros(found.weight.size, np.int64)
    of[vehicle] = klass
    return sums(of, weight * found.mean) / sums(of, weight)


def _weeks(frame: pl.DataFrame, behaviour: Behaviour) -> pl.DataFrame:
    """Weighted events and exposure of each vehicle and week in which anything could be seen."""
    names = sorted({behaviour.exposure, *(column for column, _ in behaviour.counts)})
    whole = [(pl.col(name) * UNITS[name]).round().cast(pl.Int64) for name in names]
    week = pl.col("day").cast(pl.Date).dt.truncate("1w").alias("week")
    summed = frame.select(*SUBJECT, week, *whole).group_by(*SUBJECT, "week").agg(pl.col(names).sum())
    parts = [pl.col(column) / UNITS[column] * weight for column, weight in behaviour.counts]
    seen = (pl.col(behaviour.exposure) / UNITS[behaviour.exposure] / behaviour.per).alias("seen")
    found = summed.with_columns(seen, events=pl.sum_horizontal(parts))
    return found.filter(pl.col("seen") > 0).sort(*SUBJECT, "week")


def _codes(keys: pl.DataFrame) -> Codes:
    codes: Floats = keys.select(pl.struct(pl.all()).rank("dense")).to_series().to_numpy()
    return codes.astype(np.int64) - 1
