"""Recall: how many reported losses have a trace, how many would by chance, and how far each confidence is right.

What is found by chance is told by the same losses moved by a week and more, to when nothing happened; one that was
under way only to moments under way.
"""

import math
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from pricing.models.document import LIKELY
from pricing.monitoring.isotonic import recalibrated
from pricing.reports.losses import CLAIM
from pricing.reports.traces import CONFIDENCES, FOUND, LIKELY_ONE, MOMENT, SURE, VEHICLE, WIDE, traces

MOVES = (-28, -21, -14, -10, -7, 7, 10, 14, 21, 28)  # days by which losses are moved to see what is found by chance


def chance(
    found: pl.DataFrame, claims: pl.DataFrame, events: pl.DataFrame, trips: pl.DataFrame, window: timedelta
) -> pl.DataFrame:
    """Of each loss the share of its moved selves that would be found, of those on record and under way as it was."""
    spans = trips.group_by(VEHICLE).agg(first=pl.col("start").min().cast(MOMENT), last=pl.col("end").max().cast(MOMENT))
    was = found.select(*CLAIM, driving=pl.col("trip_id").is_not_null())
    steps = [timedelta(days=days) for days in MOVES if timedelta(days=abs(days)) > max(window, WIDE)]
    theirs = found.filter(pl.col("confidence").is_in((SURE, LIKELY_ONE)))["event_id"].to_list()
    moved = [traces(_moved(claims, step), events, trips, window, theirs) for step in steps]
    rows = pl.concat([found.clear(), *moved]).join(spans, on=VEHICLE).join(was, on=CLAIM)
    alike = pl.col("trip_id").is_not_null() == pl.col("driving")
    kept = rows.filter(pl.col("loss_at").is_between("first", "last") & alike)
    hits = [(pl.col("confidence") == name).sum().alias(name) for name in FOUND]
    told = kept.group_by(*CLAIM, "cover").agg(pl.len().alias("moved"), *hits)
    return told.with_columns(share=pl.sum_horizontal(FOUND) / pl.col("moved")).sort(CLAIM)


def _moved(claims: pl.DataFrame, step: timedelta) -> pl.DataFrame:
    return claims.with_columns(pl.col(name) + step for name in ("loss_at", "reported_at") if name in claims.columns)


def recall(found: pl.DataFrame, by_chance: pl.DataFrame) -> pl.DataFrame:
    """A row a cover, and one of all: losses by confidence, share found with its 95 % interval, found by chance."""
    rows = [_row("all", found, by_chance)]
    for cover in sorted(found["cover"].unique()):
        of = pl.col("cover") == cover
        rows.append(_row(cover, found.filter(of), by_chance.filter(of)))
    return pl.DataFrame(rows, infer_schema_length=None)


def _row(cover: str, found: pl.DataFrame, by_chance: pl.DataFrame) -> dict[str, Any]:
    counts = {name: found.filter(pl.col("confidence") == name).height for name in CONFIDENCES}
    seen, n = sum(counts[name] for name in FOUND), found.height
    low, high = wilson(seen, n)
    moved = float(by_chance["share"].to_numpy().mean()) if by_chance.height else None
    share = {"found": seen / n if n else None, "low": low, "high": high, "by_chance": moved}
    return {"cover": cover, "losses": n, **counts, **share, "compared": by_chance.height}


def believed(found: pl.DataFrame, by_chance: pl.DataFrame) -> pl.DataFrame:
    """Of each confidence: losses, how many of them chance explains, and the share that is right, never more of less.

    Of losses without a better trace as many have a wrong one of a confidence as their moved selves have such. Where a
    lesser confidence would come out the better, both have what they have together.
    """
    losses = np.array([found.filter(pl.col("confidence") == name).height for name in FOUND], np.float64)
    wrong = np.minimum([_by_chance(found, by_chance, name) for name in FOUND], losses)
    right = np.divide(losses - wrong, losses, out=np.full(losses.size, np.nan), where=losses > 0)
    some = np.flatnonzero(losses > 0)
    if some.size:
        right[some] = recalibrated(-some.astype(np.float64), right[some], losses[some])
    columns = {"confidence": list(FOUND), "losses": losses.astype(np.int64), "by_chance": wrong}
    return pl.DataFrame(columns).with_columns(right=pl.Series(right, nan_to_null=True))


def _by_chance(found: pl.DataFrame, by_chance: pl.DataFrame, name: str) -> float:
    """Losses without a trace better than ``name`` that would have one of it by chance."""
    worse = CONFIDENCES[CONFIDENCES.index(name) :]
    left = found.filter(pl.col("confidence").is_in(worse))
    shares = by_chance.join(left, on=CLAIM, how="semi").select(pl.col(name) / pl.col("moved")).to_series()
    return float(shares.to_numpy().mean()) * left.height if shares.len() else 0.0


def wilson(k: int, n: int) -> tuple[float | None, float | None]:
    """95 % interval of a share. Source: Wilson 1927."""
    if n == 0:
        return None, None
    z = LIKELY**2
    middle, half = (k + z / 2) / (n + z), LIKELY * math.sqrt(k * (n - k) / n + z / 4) / (n + z)
    return max(middle - half, 0.0), min(middle + half, 1.0)
