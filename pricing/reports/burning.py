"""Burning: what a fleet's losses cost by year and vehicle, how far that is believed, the premium it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pricing.credibility.panel import over
from pricing.experience.fleet import Effects, experience
from pricing.monitoring.groups import added
from pricing.reports.chosen import Chosen
from pricing.reports.span import Year
from pricing.tariff import Tariff

MONEY = ("paid", "reserve", "recovery", "incurred", "capped", "excess", "ultimate")
FACTORS = {"cover": pl.String, "age": pl.Int64, "cap": pl.Float64, "development": pl.Float64, "trend": pl.Float64}


@dataclass(frozen=True)
class Loads:
    """From pure premium to premium, as in the tariff."""

    fixed: float  # a vehicle and day
    variable: float  # shares of the premium
    profit: float

    def gross(self, pure: pl.Expr, days: int) -> pl.Expr:
        """Premium of a vehicle for so many days."""
        return (pure + self.fixed * days) / (1 - self.variable - self.profit)


def loads(tariff: Tariff | None) -> Loads:
    """Those of a tariff; without one there are none."""
    if tariff is None:
        return Loads(0.0, 0.0, 0.0)
    said = tariff.loads
    return Loads(float(said.fixed_per_day), float(said.variable), float(said.profit))


def factors(covers: Mapping[str, Chosen], spans: Sequence[Year]) -> pl.DataFrame:
    """Cap, development and trend of each cover and year; ``age`` years from its middle to the coming one's."""
    rows = [
        (cover, span.age, one.cap, one.development[span.age - 1], (1 + one.trend) ** span.age)
        for cover, one in covers.items()
        for span in spans
    ]
    return pl.DataFrame(rows, FACTORS, orient="row")


def vehicles(seen: pl.DataFrame, claims: pl.DataFrame, covers: Mapping[str, Chosen], effects: Effects) -> pl.DataFrame:
    """Each vehicle's own cost against the expected, and the coefficient inside its fleet.

    The two levels of pricing/experience on cost. What is known of a young year is held against as much of the expected
    as is known by then (Stanard and Buehlmann's method, also called Cape Cod), so that a year of which little is known
    says little. Sizes differ, so a claim of them says less than one of counts: the expected number is divided by 1
    plus the squared coefficient of variation of a claim.
    """
    keys = ["cover", "vehicle_id"]
    ages = sorted(seen["age"].unique())
    by_age = [pl.col("whole").filter(pl.col("age") == age).sum().alias(f"expected_{age}") for age in ages]
    expected = added(seen, keys, "vehicle_years", "km", "expected", "used", "awaited")
    counts = claims.group_by(keys).agg(claims=pl.len())
    rows = expected.join(seen.group_by(keys).agg(by_age), on=keys, how="left")
    for more in (counts, added(claims, keys, "ultimate", "levelled").rename({"levelled": "own"})):
        rows = rows.join(more, on=keys, how="left")
    rows = rows.sort(keys).with_columns(pl.col("claims").fill_null(0), pl.col("ultimate", "own").fill_null(0.0))
    return pl.concat([_believed(rows.filter(pl.col("cover") == cover), one, effects) for cover, one in covers.items()])


def _believed(rows: pl.DataFrame, one: Chosen, effects: Effects) -> pl.DataFrame:
    evidence = rows["awaited"].to_numpy() / (1 + one.variation)
    ratio = over(rows["own"].to_numpy(), rows["used"].to_numpy())
    fleet = np.zeros(rows.height, np.int64)
    found = experience(evidence, ratio * evidence, fleet, effects)
    return rows.with_columns(
        ratio=pl.Series(ratio, dtype=pl.Float64),
        evidence=pl.Series(evidence, dtype=pl.Float64),
        q=pl.Series(evidence / (1 + evidence * effects.tau), dtype=pl.Float64),
        z=pl.Series(found.z, dtype=pl.Float64),
        fleet_z=pl.lit(float(found.fleet_z[0]) if found.fleet_z.size else 0.0),
        fleet=pl.lit(float(found.fleet[0]) if found.fleet.size else 1.0),
        coefficient=pl.Series(found.coefficient, dtype=pl.Float64),
    ).with_columns(pull=pl.col("q") * pl.col("ratio"), credible=pl.col("expected") * pl.col("coefficient"))


def years(
    seen: pl.DataFrame, claims: pl.DataFrame, spans: Sequence[Year], covers: Mapping[str, Chosen]
) -> pl.DataFrame:
    """Every cover and year, also those in which nothing was insured or happened."""
    keys = ["cover", "age"]
    ends = pl.DataFrame(spans, schema=["start", "end", "age"], orient="row").with_columns(pl.col("age").cast(pl.Int64))
    grid = pl.DataFrame({"cover": list(covers)}, schema={"cover": pl.String}).join(ends, how="cross")
    counts = claims.group_by(keys).agg(claims=pl.len(), large=(pl.col("excess") > 0).sum())
    rows = grid.join(factors(covers, spans), on=keys, how="left", maintain_order="left")
    driven = added(seen, keys, "days", "vehicle_years", "km", "declared", "expected", "whole")
    for more in (driven, counts, added(claims, keys, *MONEY)):
        rows = rows.join(more, on=keys, how="left", maintain_order="left")
    zero = ("days", "vehicle_years", "km", "declared", "expected", "whole", "claims", "large", *MONEY)
    rows = rows.with_columns(pl.col(zero).fill_null(0))
    return rows.with_columns(
        frequency=_a("claims", "vehicle_years"),
        a_vehicle_year=_a("ultimate", "vehicle_years"),
        a_1000_km=_a("ultimate", "km") * 1000,
    )


def _a(above: str, below: str) -> pl.Expr:
    """A quotient; null where there is nothing below."""
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below))


def results(
    years: pl.DataFrame, vehicles: pl.DataFrame, covers: Mapping[str, Chosen], loads: Loads, days: int
) -> pl.DataFrame:
    """From burning cost to the required premium of the coming term, with the vehicles of the last year."""
    rows = added(years, ["cover"], "vehicle_years", "km", "claims", "ultimate", "expected")
    last = years.filter(pl.col("age") == 1).select("cover", next_years=pl.col("vehicle_years"), next_km=pl.col("km"))
    fleet = vehicles.group_by("cover").agg(pl.col("fleet_z", "fleet").first())
    believed = added(vehicles, ["cover"], "credible", "own", "used").join(fleet, on="cover", how="left")
    large = pl.DataFrame(
        [(cover, one.large) for cover, one in covers.items()], {"cover": pl.String, "large": pl.Float64}, orient="row"
    )
    for more in (last, believed, large):
        rows = rows.join(more, on="cover", how="left")
    zero = pl.col("credible", "own", "used", "fleet_z").fill_null(0.0)
    return _premiums(_rates(rows.sort("cover").with_columns(zero, pl.col("fleet").fill_null(1.0))), loads, days)


def _rates(rows: pl.DataFrame) -> pl.DataFrame:
    """Burning cost and expected a vehicle-year, large losses loaded, and what the own record is believed to say."""
    loaded = 1 + pl.col("large")
    told = rows.with_columns(
        burning=_a("ultimate", "vehicle_years") * loaded,
        burning_km=_a("ultimate", "km") * loaded * 1000,
        expected_cost=_a("expected", "vehicle_years") * loaded,
        ratio=_a("own", "used"),
        coefficient=_a("credible", "expected"),
    )
    apart = (pl.col("ratio") - 1).abs() > 1e-9
    return told.with_columns(weight=pl.when(apart).then((pl.col("coefficient") - 1) / (pl.col("ratio") - 1)))


def _premiums(rows: pl.DataFrame, loads: Loads, days: int) -> pl.DataFrame:
    """Pure and required premium a vehicle-year, and what they come to in the coming term."""
    rows = rows.with_columns(pure=pl.col("expected_cost") * pl.col("coefficient"))
    rows = rows.with_columns(required=loads.gross(pl.col("pure"), days))
    rows = rows.with_columns(premium=pl.col("required") * pl.col("next_years"))
    return rows.with_columns(required_km=_a("premium", "next_km") * 1000)
