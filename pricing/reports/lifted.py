"""Lifted: the tariff in force held against the claims on record, with own driving in it and without."""

import numpy as np
import polars as pl

from pricing.credibility.panel import Codes, Floats
from pricing.exposure import YEAR
from pricing.ladder import PREMIUM, PURE
from pricing.monitoring.groups import added
from pricing.reports import quality
from pricing.reports.judged import Judged
from pricing.reports.paper import Section
from pricing.reports.quality import Chance

VEHICLE = ["fleet_id", "vehicle_id"]
FLEETS = 10  # from which a fleet's vehicles are drawn together; ours: of fewer no interval could be drawn
WITH, WITHOUT = "tariff", "without own driving"
FEW = "No claim of a rated vehicle, cover and day is on record: nothing can be said of order and lift yet."


def undriven(premiums: pl.DataFrame) -> pl.DataFrame:
    """Pure premium and vehicle-years of each vehicle for the days rated, were its own driving that of its class."""
    steps = premiums.with_row_index("row").select("row", "factors").explode("factors").unnest("factors")
    own = pl.when((pl.col("name") == "telematics") & (pl.col("op") == "times")).then(pl.col("effect"))
    parts = (
        steps.filter(pl.col("part").is_in(PURE))
        .group_by("row", "part", maintain_order=True)
        .agg(pl.col("amount").last().cast(pl.Float64), own=own.drop_nulls().last().cast(pl.Float64))
        .with_columns(plain=pl.col("amount") / pl.col("own").fill_null(1.0))
    )
    level = steps.filter((pl.col("part") == PREMIUM) & (pl.col("name") == "off_balance"))
    level = level.select("row", level=pl.col("effect").cast(pl.Float64))
    pure = added(parts, "row", "plain").join(level, on="row").select("row", plain=pl.col("plain") * pl.col("level"))
    rows = premiums.with_row_index("row").join(pure, on="row", how="left", maintain_order="left")
    days = rows.group_by(*VEHICLE, "valid_from").agg(days=pl.col("days").max()).group_by(VEHICLE)
    years = days.agg(years=pl.col("days").sum() / YEAR)
    return added(rows, VEHICLE, "plain").join(years, on=VEHICLE, how="left", maintain_order="left")


def held(rows: pl.DataFrame, premiums: pl.DataFrame) -> tuple[Judged, Judged] | None:
    """The tariff and the tariff without own driving, a row a vehicle of ``portfolio.judged``; None without a claim."""
    joined = rows.join(undriven(premiums), on=VEHICLE, how="left", maintain_order="left")
    known = joined.filter((pl.col("technical") > 0) & (pl.col("plain") > 0) & (pl.col("years") > 0))
    claims = known["claims"].to_numpy()
    if claims.sum() == 0:
        return None
    return _told(WITH, known, "technical", claims), _told(WITHOUT, known, "plain", claims)


def _told(name: str, rows: pl.DataFrame, column: str, claims: Floats) -> Judged:
    """Claims in proportion to a premium: whether they are spread right, and not whether they suffice."""
    pure = rows[column].to_numpy()
    expected = pure * (claims.sum() / pure.sum())
    return Judged(name, True, rows["years"].to_numpy(), claims, expected, expected, _group(rows))


def _group(rows: pl.DataFrame) -> Codes:
    """Fleets, whose vehicles are no independent witnesses; of a few fleets the vehicles."""
    fleets = rows["fleet_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    return fleets if fleets.max() + 1 >= FLEETS else np.arange(rows.height)


def sections(rows: pl.DataFrame, premiums: pl.DataFrame, chance: Chance) -> list[Section]:
    """A/E by tenth, order, double lift and the worth of own driving, as of any model."""
    both = held(rows, premiums)
    if both is None:
        return [Section("calibration", "Calibration and lift", [FEW])]
    own, plain = both
    return [
        quality.calibration(own, chance),
        *quality.ordered(own, plain, chance),
        quality.double(own, plain),
        quality.worth(own, plain, chance),
    ]
