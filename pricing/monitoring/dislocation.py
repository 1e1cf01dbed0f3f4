"""Dislocation: whose premium changes by how much when a tariff does, as supervisors ask for it."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import polars as pl

from pricing.monitoring.groups import added

EDGES = (-0.25, -0.10, -0.05, 0.0, 0.05, 0.10, 0.25)  # ours: bands a policyholder would tell apart


def bands(old: Sequence[Decimal], new: Sequence[Decimal], edges: Sequence[float] = EDGES) -> pl.DataFrame:
    """A row a band of change: vehicles, their share, both premiums and the change between them.

    Premiums are above 0. An edge counts to the band below it; no change at all is ``unchanged``, a band of its own.
    """
    frame = pl.DataFrame({"old": [float(x) for x in old], "new": [float(x) for x in new]})
    change = (pl.col("new") / pl.col("old") - 1).round(9)  # 105 / 100 - 1 is not 0.05 otherwise
    rows = frame.with_columns(change=change, order=_order(change, edges))
    counts = rows.group_by("order").agg(vehicles=pl.len(), least=pl.col("change").min(), most=pl.col("change").max())
    sums = added(rows, "order", "old", "new").join(counts, on="order").sort("order")
    named = sums.with_columns(
        band=pl.col("order").replace_strict(_names(edges), return_dtype=pl.String),
        share=pl.col("vehicles") / len(old),
        change=change,
    )
    return named.select("band", "vehicles", "share", "old", "new", "change", "least", "most")


def _order(change: pl.Expr, edges: Sequence[float]) -> pl.Expr:
    """Place of the band: even numbers are bands, the odd one is no change."""
    below = sum((change > edge).cast(pl.Int32) for edge in edges)
    zero = list(edges).index(0.0)
    return pl.when(change == 0.0).then(pl.lit(2 * zero + 1)).otherwise(2 * below).cast(pl.Int32)


def _names(edges: Sequence[float]) -> dict[int, str]:
    signs = [f"{edge:+.0%}" if edge else "0%" for edge in edges]
    between = {2 * i: f"{low} to {high}" for i, (low, high) in enumerate(pairwise(signs), 1)}
    ends = {0: f"up to {signs[0]}", 2 * len(edges): f"above {signs[-1]}"}
    return between | ends | {2 * list(edges).index(0.0) + 1: "unchanged"}
