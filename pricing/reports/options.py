"""Options: every loss again with another deductible, and what the premium would then be."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pricing.reports.burning import Loads

OPTIONS = {
    "cover": pl.String,
    "deductible": pl.Float64,
    "claims": pl.Int64,  # that are left
    "ultimate": pl.Float64,  # and what they cost
    "own": pl.Float64,  # share of the cost that is left, of the fleet and of the portfolio
    "portfolio": pl.Float64,
    "share": pl.Float64,  # the two blended by the weight of the own record
    "pure": pl.Float64,
    "required": pl.Float64,
    "used": pl.Float64,  # that weight
}


def options(
    own: pl.DataFrame,
    claims: pl.DataFrame,
    results: pl.DataFrame,
    deductibles: Sequence[float],
    loads: Loads,
    days: int,
) -> pl.DataFrame:
    """A row of ``OPTIONS`` a cover and deductible.

    The blend is by the weight that the own record has: a small fleet's few losses say little of what is saved. What
    lay below the deductible in force is not on record; one that is lower changes nothing here.
    """
    rows = []
    for result in results.iter_rows(named=True):
        mine, every = (x.filter(pl.col("cover") == result["cover"]) for x in (own, claims))
        weight = min(max(result["weight"] or 0.0, 0.0), 1.0)
        for deductible in deductibles:
            (count, cost, own_share), (_, _, of_all) = (_left(x, deductible) for x in (mine, every))
            share = weight * own_share + (1 - weight) * of_all
            pure = None if result["pure"] is None else result["pure"] * share
            rows.append((result["cover"], deductible, count, cost, own_share, of_all, share, pure, None, weight))
    return pl.DataFrame(rows, OPTIONS, orient="row").with_columns(required=loads.gross(pl.col("pure"), days))


def _left(claims: pl.DataFrame, deductible: float) -> tuple[int, float, float]:
    """Claims that are left, their cost, and its share."""
    kept = left(claims, deductible).to_numpy()
    cost, whole = float(kept.sum()), float(claims["ultimate"].to_numpy().sum())
    return int((kept > 0).sum()), cost, max(cost / whole, 0.0) if whole > 0 else 1.0


def left(claims: pl.DataFrame, deductible: float) -> pl.Series:
    """Ultimate cost of each claim where so much is borne by the insured, more than now."""
    more = (deductible - claims["deductible"]).clip(lower_bound=0.0)
    borne = np.minimum(claims["incurred"].clip(lower_bound=0.0).to_numpy(), more.to_numpy())
    net = claims["incurred"].to_numpy() - borne
    grown = (claims["development"] * claims["trend"]).to_numpy()
    return pl.Series("left", np.minimum(net, claims["cap"].to_numpy()) * grown, pl.Float64)
