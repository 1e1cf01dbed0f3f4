"""Crossing: all that pricing is told of driving where it may know scores and km alone - no event, place or driver."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pricing.exposure import UNITS, divided
from pricing.ladder import TELEMATICS

FULL = "full"
KM: dict[str, Any] = {
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "day": pl.Date,
    "km_measured": pl.Float64,
    "km_gap": pl.Float64,
}
SCORES = (
    "score_id",
    "fleet_id",
    "vehicle_id",
    "valid_from",
    "valid_to",
    "score",
    "low",
    "high",
    "credibility",
    "provisional",
    "km",
    "tariff_id",
    "status",
)


def km(exposure: pl.DataFrame) -> pl.DataFrame:
    """A row a vehicle and UTC day, whoever drove: ``KM`` and nothing else."""
    names = ("km_measured", "km_gap")
    whole = [(pl.col(name) * UNITS[name]).round().cast(pl.Int64).sum() for name in names]
    summed = exposure.group_by("fleet_id", "vehicle_id", "day").agg(whole)
    return summed.with_columns(divided(name) for name in names).select(*KM).sort("fleet_id", "vehicle_id", "day")


def tables(six: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Of the public tables what may cross: km, vehicles' scores by their number, premiums without what made a score."""
    scored = six["scores"].filter(pl.col("subject") == "vehicle").select(SCORES)
    return {"exposure": km(six["exposure"]), "scores": scored, "premiums": premiums(six["premiums"])}


def premiums(frame: pl.DataFrame) -> pl.DataFrame:
    """Premiums without the steps that say what of somebody's driving made their relativity."""
    step = pl.element()
    return frame.with_columns(pl.col("factors").list.eval(step.filter(step.struct.field("part") != TELEMATICS)))
