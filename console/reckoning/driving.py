"""Driving: scores of drivers beside each other - ranks, trends, weeks - from the exposure of the whole store."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from console.endpoint import Ask
from console.reckoning.figures import figures, rows
from pricing import frames
from pricing.counts import LEVELS
from pricing.tariff import Tariff
from streams.kernels.bands import BANDS

LEAST_KM = 500.0  # below it there is no rank
WEEKS = 12
Row = dict[str, Any]


def ranks(scores: pl.DataFrame) -> dict[tuple[str, str], int]:
    """By driver, the place in the fleet; ties share one, and below ``LEAST_KM`` there is none."""
    ranked = scores.filter(pl.col("km") >= LEAST_KM).with_columns(
        place=pl.col("score").rank("min", descending=True).over("fleet_id")
    )
    return {(row["fleet_id"], row["driver_id"]): int(row["place"]) for row in rows(ranked)}


def rates(exposure: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Harsh events of level 2 and 3 on 1,000 km."""
    counts = [name for name in exposure.columns if name.startswith("harsh_") and name.endswith(("_2", "_3"))]
    known = exposure.filter(pl.col("driver_id").is_not_null()).sort("fleet_id", "driver_id", "day", "vehicle_id")
    lists = known.group_by("fleet_id", "driver_id", maintain_order=True).agg(
        pl.sum_horizontal(counts).sum().alias("n"), pl.col("km_measured")
    )
    sums = lists.with_columns(pl.col("km_measured").list.sum())
    return {(f, d): round(1000 * n / km, 2) for f, d, n, km in sums.iter_rows() if km > 0}


def distances(exposure: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Km of each driver on all days, those that count for no score too."""
    known = exposure.filter(pl.col("driver_id").is_not_null()).sort("fleet_id", "driver_id", "day", "vehicle_id")
    sums = known.group_by("fleet_id", "driver_id", maintain_order=True).agg(pl.col("km_measured").sum())
    return {(f, d): km for f, d, km in sums.iter_rows()}


def trends(ask: Ask) -> dict[tuple[str, str], float]:
    """Points of the last four weeks against the four before."""
    return figures(ask.world).worked("trends", lambda: _trends(ask))


def _trends(ask: Ask) -> dict[tuple[str, str], float]:
    exposure = figures(ask.world).tables()["exposure"].filter(pl.col("driver_id").is_not_null())
    if exposure.is_empty():
        return {}
    last = last_day(exposure)
    spans = ((last - timedelta(days=27), last), (last - timedelta(days=55), last - timedelta(days=28)))
    now, before = (_by_driver(ask, exposure.filter(pl.col("day").is_between(*span))) for span in spans)
    return {key: round(now[key] - before[key], 2) for key in now.keys() & before.keys()}


def _by_driver(ask: Ask, exposure: pl.DataFrame) -> dict[tuple[str, str], float]:
    return {(row["fleet_id"], row["driver_id"]): row["score"] for row in rows(scored(ask, exposure))}


def scored(ask: Ask, exposure: pl.DataFrame) -> pl.DataFrame:
    """Scores made from a part of the exposure."""
    risks = figures(ask.world).risks()
    if risks is None:
        risks = exposure.select("fleet_id", "vehicle_id", pl.lit("car").alias("class")).unique()
    return frames.scores(exposure, risks, ask.world.rules.tariff).filter(pl.col("subject") == "driver")


def last_day(exposure: pl.DataFrame) -> date:
    """The last day of some exposure."""
    day = exposure["day"].max()
    return day if isinstance(day, date) else date.min


def counts(kind: str, tariff: Tariff) -> bool:
    """Whether events of a kind are a behaviour that the coaching score is made of."""
    columns = {name for one in tariff.behaviours if one.controllable for name, _ in one.counts}
    own = BANDS if kind == "speeding" else [f"{kind}_{level}" for level in LEVELS]
    return not columns.isdisjoint(own)


def weekly(ask: Ask, driven: pl.DataFrame) -> list[tuple[date, Row]]:
    """Scores of the last twelve weeks in which something was driven, each by itself, with its first day."""
    if driven.is_empty():
        return []
    last, found = last_day(driven), list[tuple[date, Row]]()
    for number in range(WEEKS - 1, -1, -1):
        first = last - timedelta(days=7 * number + 6)
        part = driven.filter(pl.col("day").is_between(first, first + timedelta(days=6)))
        found += [(first, row) for row in (rows(scored(ask, part)) if part.height else [])]
    return found


def of(frame: pl.DataFrame, fleet_id: str, driver_id: str) -> pl.DataFrame:
    """The rows of one driver."""
    return frame.filter(pl.col("fleet_id") == fleet_id, pl.col("driver_id") == driver_id)
