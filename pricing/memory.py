"""Memory: exposure as it counts now - of what is so many weeks old half is forgotten, of events and km alike."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from pricing.exposure import SILENT, SUMS, UNITS, Exposure

GRAIN = 2**20  # parts of one in which a week's weight is kept: whole sums, the same to the bit in any order
OLDEST = 5200  # weeks


def remembered(
    frame: pl.DataFrame,
    halved: float,
    subject: Sequence[str],
    *by: str,
    until: date | None = None,
    heard: pl.DataFrame | None = None,
) -> dict[tuple[Any, ...], Exposure]:
    """Exposure of each ``subject``, parted ``by`` more, as it counts in the week it was last heard of.

    ``halved`` is the weeks after which half is forgotten. Weeks are those of the calendar, Monday to Sunday: the last
    weighs 1, the others by how many weeks they are older. No time passes while nothing is heard or counts: nobody
    gets rid of a record by pulling the plug. What a silence up to the day before ``until`` takes from the credit for
    it stands beside, as ``SILENT``; ``heard`` has the days heard of, where not all of them count.
    """
    end = None if until is None else pl.lit(until)
    return exposures(weighed(frame, halved, subject, *by, until=end, heard=heard), len(subject) + len(by))


def exposures(summed: pl.DataFrame, keys: int) -> dict[tuple[Any, ...], Exposure]:
    """A frame of sums by its first ``keys`` columns."""
    names = summed.columns[keys:]
    return {row[:keys]: Exposure(dict(zip(names, row[keys:], strict=True))) for row in summed.iter_rows()}


def weighed(
    frame: pl.DataFrame,
    halved: float,
    subject: Sequence[str],
    *by: str,
    until: pl.Expr | None = None,
    heard: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The same as a frame in order of its keys, numbers to six places; ``until`` of each subject."""
    keys = [*subject, *by]
    names = [name for name in SUMS if name in frame.columns]
    whole = [(pl.col(name) * UNITS[name]).round().cast(pl.Int64).alias(name) for name in names]
    weight = pl.lit(GRAIN) if halved == math.inf else _weight(halved, subject)
    parts = frame.select(*keys, weight.alias("weight"), *whole)
    summed = parts.group_by(keys).agg((pl.col(names) * pl.col("weight")).sum()).sort(keys)
    found = summed.with_columns((pl.col(name) / (UNITS[name] * GRAIN)).round(6) for name in names)
    if until is None or halved == math.inf:
        return found.with_columns(pl.lit(0.0).alias(SILENT))
    last = (frame if heard is None else heard).group_by(subject).agg(_last=pl.col("day").cast(pl.Date).max())
    joined = found.join(last, on=subject, how="left", maintain_order="left")
    return joined.with_columns(_silence(halved, until).alias(SILENT)).drop("_last")


def _weight(halved: float, subject: Sequence[str]) -> pl.Expr:
    """Of each row, in parts of ``GRAIN``."""
    monday = pl.col("day").cast(pl.Date).dt.truncate("1w")
    return _kept(halved, (monday.max().over(subject) - monday).dt.total_days() // 7)


def _silence(halved: float, until: pl.Expr) -> pl.Expr:
    """The share forgotten in the whole weeks between the last day a subject was heard of and ``until``."""
    days = (until.cast(pl.Date) - pl.col("_last")).dt.total_days() - 1
    return (1.0 - _kept(halved, days // 7) / GRAIN).round(6)


def _kept(halved: float, weeks: pl.Expr) -> pl.Expr:
    """What is left after so many weeks, in parts of ``GRAIN``."""
    kept = [round(GRAIN * 0.5 ** (week / halved)) for week in range(OLDEST + 1)]
    return pl.lit(pl.Series(kept, dtype=pl.Int64)).gather(weeks.clip(0, OLDEST))
