"""Crossing: all that pricing is told of driving where it may know scores and km alone - no event, place or driver."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pricing.ladder import TELEMATICS

FULL, SCORES_AND_KM = PRIVACY = ("full", "scores_and_km")
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
MM = 1e6  # of a km: sums of whole ones are the same in any order


def km(exposure: pl.DataFrame) -> pl.DataFrame:
    """A row a vehicle and UTC day, whoever drove: ``KM`` and nothing else."""
    whole = [(pl.col(name) * MM).round().cast(pl.Int64).sum() for name in ("km_measured", "km_gap")]
    summed = exposure.group_by("fleet_id", "vehicle_id", "day").agg(whole)
    return summed.with_columns(pl.col("km_measured", "km_gap") / MM).select(*KM).sort("fleet_id", "vehicle_id", "day")


def tables(six: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Of the public tables what may cross: km, vehicles' scores by their number, premiums without what made a score."""
    scored = six["scores"].filter(pl.col("subject") == "vehicle").select(SCORES)
    return {"exposure": km(six["exposure"]), "scores": scored, "premiums": premiums(six["premiums"])}


def premiums(frame: pl.DataFrame) -> pl.DataFrame:
    """Premiums without the steps that say what of somebody's driving made their relativity."""
    step = pl.element()
    return frame.with_columns(pl.col("factors").list.eval(step.filter(step.struct.field("part") != TELEMATICS)))
