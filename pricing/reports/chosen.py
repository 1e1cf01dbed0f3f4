"""Chosen: the numbers an experience is judged with - those given, else those of the portfolio's claims."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pricing.experience.fleet import Effects
from pricing.experience.history import History
from pricing.experience.structure import lasting
from pricing.monitoring.groups import added
from pricing.reports.assumptions import Assumptions
from pricing.reports.losses import known
from pricing.reports.span import Year, age_of
from pricing.reports.triangle import Triangle, triangle

FEW = 30  # claims of a cover below which its own say nothing of sizes; ours
LARGE = 0.99  # quantile at which claims are capped where no cap is given; ours
ILLUSTRATIVE = Effects(fleet=0.25, vehicle=0.40)  # the worked example of docs/pricing.md
ENOUGH, FLEETS = 200, 10  # claims and fleets from which V_R and V_S are estimated; ours
GIVEN, PORTFOLIO, NONE = "given", "portfolio's claims", "too few claims"
UNCAPPED = 1e12  # money: no claim reaches it


@dataclass(frozen=True)
class Chosen:
    """Of one cover, with where each number comes from."""

    cap: float
    trend: float
    development: tuple[float, ...]  # by age, 1 year and up
    large: float
    mean_claim: float  # 0: not known, and own claims are not believed
    variation: float
    triangle: Triangle
    sources: dict[str, str]


def choose(valued: pl.DataFrame, cover: str, said: Assumptions, valued_at: date, years: Sequence[Year]) -> Chosen:
    """The numbers of a cover from all fleets' claims in it, where nothing is given."""
    given, own = said.of(cover), valued.filter(pl.col("cover") == cover)
    now = known(own, valued_at).filter(age_of(pl.col("loss_at").cast(pl.Date), years).is_not_null())
    sizes = now.filter(pl.col("incurred") > 0)["incurred"].sort().to_numpy() / 100
    enough = sizes.size >= FEW
    cap = given.cap or (_rounded(float(np.quantile(sizes, LARGE))) if enough else UNCAPPED)
    grown = triangle(own, valued_at, len(years), cap)
    capped = np.minimum(sizes, cap)
    large = given.large if given.large is not None else _over(sizes.sum() - capped.sum(), capped.sum())
    mean = given.mean_claim or (float(capped.mean()) if enough else 0.0)
    spread = given.variation if given.variation is not None else (float(capped.var()) / mean**2 if enough else 0.0)
    factors = given.development or tuple(grown.to_ultimate.tolist())
    sources = {name: GIVEN if getattr(given, name) is not None else PORTFOLIO for name in ("development", "large")}
    by_size = ("cap", "mean_claim", "variation")
    sources |= {
        name: GIVEN if getattr(given, name) is not None else (PORTFOLIO if enough else NONE) for name in by_size
    }
    sources["trend"] = GIVEN if given.trend is not None else "none given"
    return Chosen(cap, given.trend or 0.0, _long(factors, len(years)), large, mean, spread, grown, sources)


def _long(factors: tuple[float, ...], years: int) -> tuple[float, ...]:
    """One factor a year; beyond the last nothing more is to come."""
    return (*factors, *[1.0] * years)[:years]


def _rounded(x: float) -> float:
    """Up to one significant digit, as caps are said."""
    unit = 10.0 ** math.floor(math.log10(x))
    return math.ceil(x / unit) * unit


def _over(above: float, below: float) -> float:
    return above / below if below > 0 else 0.0


def effects(claims: pl.DataFrame, exposed: pl.DataFrame, said: Assumptions) -> tuple[Effects, str]:
    """V_R and V_S: given, or from claims of all fleets by vehicle and year, or those of the worked example.

    ``exposed`` has the number of claims ``awaited`` of each vehicle, cover and year.
    """
    if said.effects is not None:
        return said.effects, GIVEN
    counts = claims.group_by("fleet_id", "vehicle_id", "age").agg(claims=pl.len())
    keys = ["fleet_id", "vehicle_id", "age"]
    rows = added(exposed, keys, "awaited").join(counts, on=keys, how="left").sort(keys)
    rows = rows.with_columns(pl.col("claims").fill_null(0))
    several = rows["fleet_id"].n_unique() >= FLEETS and rows["age"].n_unique() > 1
    if not several or rows["claims"].sum() < ENOUGH:
        return ILLUSTRATIVE, "illustrative: too few claims, fleets or years to tell"
    return lasting(_history(rows)), PORTFOLIO


def _history(rows: pl.DataFrame) -> History:
    vehicles = rows.select("fleet_id", "vehicle_id").unique().sort("fleet_id", "vehicle_id")
    place = vehicles.with_row_index("vehicle").with_columns(fleet=pl.col("fleet_id").rank("dense") - 1)
    joined = rows.join(place, on=["fleet_id", "vehicle_id"], how="left", maintain_order="left")
    awaited, claims = (joined[name].cast(pl.Float64).to_numpy() for name in ("awaited", "claims"))
    vehicle, age = (joined[name].cast(pl.Int64).to_numpy() for name in ("vehicle", "age"))
    return History(awaited, claims, vehicle, age, place["fleet"].cast(pl.Int64).to_numpy())
