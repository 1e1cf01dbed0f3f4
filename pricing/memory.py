"""Memory: exposure as it counts now - of what is so many weeks old half is forgotten, of events and km alike."""

import math
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from pricing.exposure import SILENT, SUMS, UNITS, Exposure, divided

GRAIN = 2**20  # parts of one in which a week's weight is kept: whole sums, the same to the bit in any order
OLDEST = 5200  # weeks
TENTHS, TENTH = 10, 10_000_000  # of a week; as many are driven as there are times 10 km (in mm), ours: at 100 km all
WEEK = (pl.col("day").cast(pl.Date).dt.truncate("1w").to_physical() // 7).cast(pl.Int64)  # its number


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
    weighs 1, the others by how many it was heard of since. No time passes while nothing is heard or counts: nobody
    gets rid of a record by pulling the plug. What silent weeks, up to the day before ``until``, take from the credit
    for it stands beside, as ``SILENT``; ``heard`` has the days heard of, where not all of them count.
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
    """The same as a frame in order of its keys: whole mm and ms, events to six places; ``until`` of each subject."""
    keys = [*subject, *by]
    names = [name for name in SUMS if name in frame.columns]
    parts = frame.select(*keys, *map(_mm, names), _week=WEEK)
    aged = parts.join(_ages(parts, subject), on=[*subject, "_week"], how="left")
    weight = pl.lit(GRAIN) if halved == math.inf else _kept(halved, pl.col("_age"))
    summed = aged.with_columns(_weight=weight).group_by(keys).agg((pl.col(names) * pl.col("_weight")).sum()).sort(keys)
    counted = summed.with_columns((pl.col(name) / GRAIN).round(6 if UNITS[name] == 1 else 0) for name in names)
    found = counted.with_columns(divided(name) for name in names)
    if until is None or halved == math.inf:
        return found.with_columns(pl.lit(0.0).alias(SILENT))
    silent = _silence(aged, halved, subject, frame if heard is None else heard, until)
    return found.join(silent, on=subject, how="left", maintain_order="left")


def _ages(parts: pl.DataFrame, subject: Sequence[str]) -> pl.DataFrame:
    """Of each week of a subject, tenths of weeks driven in later ones, and how many tenths lie still among these.

    ``parts`` has whole mm of ``km_measured``; where it does not say, every week it has is one that was driven.
    """
    known = "km_measured" in parts.columns
    driven = (pl.col("km_measured").sum() // TENTH).clip(0, TENTHS) if known else pl.lit(TENTHS, pl.Int64)
    weeks = parts.group_by(*subject, "_week").agg(_driven=driven).sort(*subject, "_week")
    last = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(-1)) for name in subject)
    later = pl.col("_driven").cum_sum(reverse=True) - pl.col("_driven")
    since = weeks.with_columns(_last=last, _later=later)
    ends = {name: pl.when("_last").then(pl.col(name)).backward_fill() for name in ("_later", "_week")}
    age, whole = pl.col("_later") - ends["_later"], TENTHS * (ends["_week"] - pl.col("_week"))
    return since.select(*subject, "_week", _age=age, _gaps=whole - age)


def _silence(
    aged: pl.DataFrame, halved: float, subject: Sequence[str], heard: pl.DataFrame, until: pl.Expr
) -> pl.DataFrame:
    """The share of a subject's km that silent weeks, between those it was heard of and after them, have taken."""
    mm = [_mm("km_measured")] if "km_measured" in heard.columns else []
    known = heard.select(*subject, *mm, day=pl.col("day").cast(pl.Date), _week=WEEK)
    last = known.group_by(subject).agg(_last=pl.col("day").max())
    gaps = _ages(known, subject).select(*subject, "_week", "_gaps")
    dated = aged.drop("_gaps").join(gaps, on=[*subject, "_week"], how="left").join(last, on=subject, how="left")
    km = pl.col("km_measured") if "km_measured" in aged.columns else pl.lit(1)
    older = pl.col("_age") + pl.col("_gaps") + TENTHS * silent_weeks(until, pl.col("_last"))
    parts = dated.select(*subject, _left=km * _kept(halved, older), _of=km * _kept(halved, pl.col("_age")))
    found = parts.group_by(subject).agg(pl.col("_left", "_of").sum())
    share = pl.when(pl.col("_of") > 0).then(1.0 - pl.col("_left") / pl.col("_of")).otherwise(0.0)
    return found.select(*subject, share.round(6).alias(SILENT))


def silent_weeks(until: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Whole weeks between the ``last`` day heard of and ``until``, the first day of which nothing can be known yet."""
    return (((until.cast(pl.Date) - last).dt.total_days() - 1) // 7).clip(0)


def _mm(name: str) -> pl.Expr:
    return (pl.col(name) * UNITS[name]).round().cast(pl.Int64).alias(name)


def _kept(halved: float, tenths: pl.Expr) -> pl.Expr:
    """What is left after so many tenths of weeks, in parts of ``GRAIN``."""
    return pl.lit(_halved(halved)).gather(tenths.clip(0, TENTHS * OLDEST))


@lru_cache(maxsize=8)
def _halved(weeks: float) -> pl.Series:
    kept = [round(GRAIN * 0.5 ** (tenths / TENTHS / weeks)) for tenths in range(TENTHS * OLDEST + 1)]
    return pl.Series(kept, dtype=pl.Int64)
