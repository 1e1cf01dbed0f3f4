"""Traces: what the telematics record has of each reported loss, how sure that is, and crashes nobody has reported.

A loss is looked for in its own vehicle around the moment it is said to have happened. How many would be found by
chance is told beside it: the same losses moved by days and weeks, to when nothing happened; one that was under way only
to moments under way.
"""

import math
from datetime import timedelta
from typing import Any

import polars as pl

from pricing.models.document import LIKELY
from pricing.reports.losses import CLAIM

IMPACT = ("crash", "rollover")
HARSH = ("harsh_braking", "harsh_cornering", "lane_change", "harsh_manoeuvre")
OTHER = ("tyre_rapid_loss", "tow", "ignition_off_movement", "power_cut")
NEAR = timedelta(minutes=15)  # ours: a driver knows the time of a loss to a quarter of an hour, if at all
SEVERE = 3
UNCONFIRMED = "unconfirmed"  # word in the quality of a crash after which the vehicle drove on
SURE, LIKELY_ONE, POSSIBLE, DRIVING, NONE = CONFIDENCES = ("sure", "likely", "possible", "driving", "none")
FOUND = (SURE, LIKELY_ONE, POSSIBLE)
MOVES = (-21, -14, -7, -2, -1, 1, 2, 7, 14, 21)  # days by which losses are moved to see what is found by chance
VEHICLE = ["fleet_id", "vehicle_id"]
MOMENT = pl.Datetime("ms", "UTC")
TRACES: dict[str, Any] = {
    **dict.fromkeys(("claim_id", "fleet_id", "vehicle_id", "cover"), pl.String),
    "loss_at": MOMENT,
    "confidence": pl.String,
    "kind": pl.String,  # of the event; null: none
    "level": pl.Int64,
    "event_id": pl.String,
    "start": MOMENT,
    "minutes": pl.Float64,  # from the loss to the event
    "lat_deg": pl.Float64,
    "lon_deg": pl.Float64,
    "trip_id": pl.String,  # in which the loss or the event lies
}


def traces(claims: pl.DataFrame, events: pl.DataFrame, trips: pl.DataFrame, window: timedelta) -> pl.DataFrame:
    """A row of ``TRACES`` a claim: its surest event, of equals the nearest in time.

    *Sure* is a crash or rollover within a quarter of an hour; *likely* one within ``window``, or a severe harsh event
    within the quarter; *possible* one that the vehicle drove on after, a lesser harsh event or another trace (a tow, a
    tyre that burst) within the quarter. *Driving*: no event, but under way. Losses of which nobody knows the hour
    (midnight) are found within ``window`` only.
    """
    losses = claims.select("claim_id", *VEHICLE, "cover", pl.col("loss_at").cast(MOMENT)).unique(CLAIM, keep="last")
    candidates = losses.join(_relevant(events), on=VEHICLE).with_columns(apart=pl.col("start") - pl.col("loss_at"))
    rank = _rank(window)
    near = candidates.with_columns(rank=rank).filter(pl.col("rank").is_not_null())
    best = near.sort("rank", pl.col("apart").abs(), "event_id").unique(CLAIM, keep="first", maintain_order=True)
    chosen = best.select(*CLAIM, "rank", "kind", "level", "event_id", "start", "lat_deg", "lon_deg", minutes=_minutes())
    joined = losses.join(chosen, on=CLAIM, how="left").join(_under_way(losses, trips), on=CLAIM, how="left")
    unseen = pl.when(pl.col("trip_id").is_not_null()).then(pl.lit(3)).otherwise(pl.lit(4))
    place = pl.coalesce("rank", unseen)
    named = joined.with_columns(confidence=place.replace_strict(range(5), CONFIDENCES, return_dtype=pl.String))
    return named.select(pl.col(name).cast(kind) for name, kind in TRACES.items()).sort("loss_at", *CLAIM)


def _relevant(events: pl.DataFrame) -> pl.DataFrame:
    kept = events.filter(pl.col("kind").is_in([*IMPACT, *HARSH, *OTHER]))
    doubtful = (
        pl.col("quality").fill_null("").str.contains(UNCONFIRMED) if "quality" in events.columns else pl.lit(False)
    )
    return kept.select(
        *VEHICLE, "event_id", "kind", pl.col("level").cast(pl.Int64), pl.col("start").cast(MOMENT), "lat_deg",
        "lon_deg", doubtful=doubtful,
    )  # fmt: skip


def _rank(window: timedelta) -> pl.Expr:
    """Place of a candidate's confidence in ``CONFIDENCES``; null: it is no trace."""
    far = pl.col("apart").abs()
    impact, near, within = pl.col("kind").is_in(IMPACT), far <= NEAR, far <= window
    severe = pl.col("kind").is_in(HARSH) & (pl.col("level") >= SEVERE)
    sure = impact & ~pl.col("doubtful")
    return (
        pl.when(sure & near)
        .then(0)
        .when((sure & within) | (severe & near))
        .then(1)
        .when(near | (impact & within))
        .then(2)
    )


def _minutes() -> pl.Expr:
    return (pl.col("apart").dt.total_milliseconds() / 60_000).round(3)


def _under_way(losses: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    """The trip in which a loss lies."""
    spans = trips.select(*VEHICLE, "trip_id", pl.col("start").cast(MOMENT), pl.col("end").cast(MOMENT))
    joined = losses.join(spans, on=VEHICLE).filter(pl.col("loss_at").is_between(pl.col("start"), pl.col("end")))
    return joined.sort("start", "trip_id").unique(CLAIM, keep="first", maintain_order=True).select(*CLAIM, "trip_id")


def recall(found: pl.DataFrame, by_chance: pl.DataFrame) -> pl.DataFrame:
    """A row a cover, and one of all: losses by confidence, share found with its 95 % interval, found by chance."""
    rows = [_row("all", found, by_chance)]
    for cover in sorted(found["cover"].unique()):
        of = pl.col("cover") == cover
        rows.append(_row(cover, found.filter(of), by_chance.filter(of)))
    return pl.DataFrame(rows, infer_schema_length=None)


def chance(
    found: pl.DataFrame, claims: pl.DataFrame, events: pl.DataFrame, trips: pl.DataFrame, window: timedelta
) -> pl.DataFrame:
    """Of each loss the share of its moved selves that would be found, of those on record and under way as it was."""
    spans = trips.group_by(VEHICLE).agg(first=pl.col("start").min().cast(MOMENT), last=pl.col("end").max().cast(MOMENT))
    was = found.select(*CLAIM, driving=pl.col("trip_id").is_not_null())
    steps = [timedelta(days=days) for days in MOVES if timedelta(days=abs(days)) > window]
    moved = [traces(claims.with_columns(pl.col("loss_at") + step), events, trips, window) for step in steps]
    rows = pl.concat(moved).join(spans, on=VEHICLE).join(was, on=CLAIM)
    alike = pl.col("trip_id").is_not_null() == pl.col("driving")
    kept = rows.filter(pl.col("loss_at").is_between("first", "last") & alike)
    told = kept.group_by(*CLAIM, "cover").agg(moved=pl.len(), hits=pl.col("confidence").is_in(FOUND).sum())
    return told.with_columns(share=pl.col("hits") / pl.col("moved")).sort(CLAIM)


def _row(cover: str, found: pl.DataFrame, by_chance: pl.DataFrame) -> dict[str, Any]:
    counts = {name: found.filter(pl.col("confidence") == name).height for name in CONFIDENCES}
    seen, n = sum(counts[name] for name in FOUND), found.height
    low, high = wilson(seen, n)
    moved = float(by_chance["share"].to_numpy().mean()) if by_chance.height else None
    share = {"found": seen / n if n else None, "low": low, "high": high, "by_chance": moved}
    return {"cover": cover, "losses": n, **counts, **share, "compared": by_chance.height}


def wilson(k: int, n: int) -> tuple[float | None, float | None]:
    """95 % interval of a share. Source: Wilson 1927."""
    if n == 0:
        return None, None
    z = LIKELY**2
    middle, half = (k + z / 2) / (n + z), LIKELY * math.sqrt(k * (n - k) / n + z / 4) / (n + z)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def unreported(claims: pl.DataFrame, events: pl.DataFrame, window: timedelta) -> pl.DataFrame:
    """Crashes and rollovers without a claim of the vehicle within ``window``: losses never seen, or never told."""
    impacts = _relevant(events).filter(pl.col("kind").is_in(IMPACT))
    losses = claims.select(*VEHICLE, pl.col("loss_at").cast(MOMENT)).unique()
    near = (pl.col("start") - pl.col("loss_at")).abs() <= window
    told = impacts.join(losses, on=VEHICLE).filter(near).select("event_id").unique()
    left = impacts.join(told, on="event_id", how="anti").sort("start", "event_id")
    confidence = pl.when(pl.col("doubtful")).then(pl.lit(POSSIBLE)).otherwise(pl.lit(SURE))
    return left.select("event_id", *VEHICLE, "kind", "level", "start", "lat_deg", "lon_deg", confidence=confidence)
