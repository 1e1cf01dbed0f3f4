"""Lift: where two models disagree, which of them claims take the side of."""

import numpy as np
import polars as pl

from pricing.credibility.panel import Floats
from pricing.monitoring.bins import equal
from pricing.monitoring.groups import added


def double(claims: Floats, old: Floats, new: Floats, exposure: Floats, bins: int = 10) -> pl.DataFrame:
    """A row a bin of equal exposure, in rising order of new / old; both are brought to the level of the claims first.

    ``actual_to_old`` rises with the bins as far as the new model knows better, and ``actual_to_new`` stays about 1;
    where the old one was right it is the other way round.
    """
    old, new = (expected * (claims.sum() / expected.sum()) for expected in (old, new))
    columns = {"bin": equal(new / old, exposure, bins) + 1, "exposure": exposure}
    rows = pl.DataFrame({**columns, "claims": claims, "old": old, "new": new})
    found = added(rows, "bin", "exposure", "claims", "old", "new")
    claimed = pl.col("claims")
    return found.with_columns(actual_to_old=claimed / pl.col("old"), actual_to_new=claimed / pl.col("new"))


def errors(table: pl.DataFrame) -> tuple[float, float]:
    """Mean absolute log of actual to old and to new over the bins that have claims: the smaller model wins."""
    claimed = table.filter(pl.col("claims") > 0)
    old, new = (np.abs(np.log(claimed[name].to_numpy())).mean() for name in ("actual_to_old", "actual_to_new"))
    return float(old), float(new)
