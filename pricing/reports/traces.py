"""Traces: what the telematics record has of each reported loss, how sure that is, and crashes nobody has reported.

A loss is looked for in its own vehicle around the moment it is said to have happened; one that is told by the day, on
all of that day. Hours, days and places may be told wrong, so a crash that no other loss explains is held for it too.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from pricing.reports.losses import CLAIM

IMPACT = ("crash", "rollover")
HARSH = ("harsh_braking", "harsh_cornering", "lane_change", "harsh_manoeuvre")
OTHER = ("tyre_rapid_loss", "tow", "ignition_off_movement", "power_cut")
NEAR = timedelta(minutes=15)  # ours: a driver knows the time of a loss to a quarter of an hour, if at all
WIDE = timedelta(days=3)  # ours: how far a day is told wrong
DAY = timedelta(days=1)
HERE, ELSEWHERE = 1.0, 25.0  # km, ours: a place that agrees, and one that does not
SEVERE = 3
UNCONFIRMED = "unconfirmed"  # word in the quality of a crash after which the vehicle drove on
SURE, LIKELY_ONE, POSSIBLE, DRIVING, NONE = CONFIDENCES = ("sure", "likely", "possible", "driving", "none")
FOUND = (SURE, LIKELY_ONE, POSSIBLE)
VEHICLE = ["fleet_id", "vehicle_id"]
MOMENT = pl.Datetime("ms", "UTC")
KM_A_DEGREE = 111.195  # of a meridian, mean earth radius of 6371 km
TRACES: dict[str, Any] = {
    **dict.fromkeys(("claim_id", "fleet_id", "vehicle_id", "cover"), pl.String),
    "loss_at": MOMENT,
    "by_day": pl.Boolean,  # nobody knows the hour
    "confidence": pl.String,
    "kind": pl.String,  # of the event; null: none
    "level": pl.Int64,
    "event_id": pl.String,
    "start": MOMENT,
    "minutes": pl.Float64,  # from the loss to the event; of one by the day outside that day
    "km": pl.Float64,  # from the place that was told; null: none was
    "lat_deg": pl.Float64,
    "lon_deg": pl.Float64,
    "trip_id": pl.String,  # in which the loss lies
}
LOSS: dict[str, Any] = {
    **dict.fromkeys(("claim_id", "fleet_id", "vehicle_id", "cover"), pl.String),
    "loss_at": MOMENT,
    "reported_at": MOMENT,
    "by_day": pl.Boolean,
    "place_lat": pl.Float64,
    "place_lon": pl.Float64,
}


def traces(
    claims: pl.DataFrame,
    events: pl.DataFrame,
    trips: pl.DataFrame,
    window: timedelta,
    others: Sequence[str] = (),
) -> pl.DataFrame:
    """A row of ``TRACES`` a claim: its surest event, of equals the nearest in time.

    ``claims`` as ``losses.happened`` has them. *Sure* is a crash or rollover within a quarter of an hour, or within
    ``window`` where it was told to be; *likely* one within ``window`` (or on the day), or a severe harsh event within
    the quarter; *possible* one that the vehicle drove on after, one up to three days off that is no other loss's, a
    lesser harsh event or another trace within the quarter. A place that disagrees takes a step off; what came after
    the report is no trace. *Driving*: no event, but under way. ``others`` names events that are of other losses.
    """
    losses = _losses(claims)
    near = _candidates(losses, events).with_columns(rank=_rank(window)).filter(pl.col("rank").is_not_null())
    own = near.filter(pl.col("rank") < WRONG_DAY)
    taken = {*others, *_best(own).filter(pl.col("kind").is_in(IMPACT))["event_id"]}
    free = near.filter(pl.col("rank") == WRONG_DAY, ~pl.col("event_id").is_in(sorted(taken)))
    chosen = _best(pl.concat([own, free])).select(
        *CLAIM, "rank", "kind", "level", "event_id", "start", "lat_deg", "lon_deg", "km", minutes=_minutes()
    )
    joined = losses.join(chosen, on=CLAIM, how="left").join(_under_way(losses, trips), on=CLAIM, how="left")
    unseen = pl.when(pl.col("trip_id").is_not_null()).then(pl.lit(DRIVING)).otherwise(pl.lit(NONE))
    said = pl.col("rank").replace_strict(range(len(RANKS)), RANKS, return_dtype=pl.String)
    named = joined.with_columns(confidence=pl.coalesce(said, unseen))
    return named.select(pl.col(name).cast(kind) for name, kind in TRACES.items()).sort("loss_at", *CLAIM)


RANKS = (SURE, LIKELY_ONE, POSSIBLE, POSSIBLE)
WRONG_DAY = len(RANKS) - 1


def _losses(claims: pl.DataFrame) -> pl.DataFrame:
    """Losses with all columns of ``LOSS``; what is not told is null, and a loss by the day is one at midnight."""
    absent = [pl.lit(None, kind).alias(name) for name, kind in LOSS.items() if name not in claims.columns]
    full = claims.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in LOSS.items())
    midnight = pl.col("loss_at").dt.time() == pl.time(0)
    return full.with_columns(pl.coalesce("by_day", midnight).alias("by_day")).unique(CLAIM, keep="last")


def _candidates(losses: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Events of a loss's vehicle until it was told of: how far they are in time, 0 on the day it is told by, and km."""
    until = pl.when(pl.col("reported_at").dt.time() == pl.time(0)).then(pl.col("reported_at") + DAY)
    known = pl.col("start") <= until.otherwise(pl.col("reported_at"))
    after = pl.col("start") - pl.col("loss_at")
    outside = pl.max_horizontal(after - DAY, pl.min_horizontal(after, timedelta(0)))
    apart = pl.when(pl.col("by_day")).then(outside).otherwise(after)
    rows = losses.join(relevant(events), on=VEHICLE).filter(known.fill_null(True))
    return rows.with_columns(apart=apart, km=_km())


def relevant(events: pl.DataFrame) -> pl.DataFrame:
    """Events that may be of a loss; ``doubtful``: it may be none."""
    kept = events.filter(pl.col("kind").is_in([*IMPACT, *HARSH, *OTHER]))
    doubtful = (
        pl.col("quality").fill_null("").str.contains(UNCONFIRMED) if "quality" in events.columns else pl.lit(False)
    )
    return kept.select(
        *VEHICLE, "event_id", "kind", pl.col("level").cast(pl.Int64), pl.col("start").cast(MOMENT), "lat_deg",
        "lon_deg", doubtful=doubtful,
    )  # fmt: skip


def _km() -> pl.Expr:
    """From the place that was told to the event's, on a map that is flat between them."""
    north = pl.col("lat_deg") - pl.col("place_lat")
    east = (pl.col("lon_deg") - pl.col("place_lon")) * pl.col("place_lat").radians().cos()
    return (KM_A_DEGREE * (north**2 + east**2).sqrt()).round(3)


def _rank(window: timedelta) -> pl.Expr:
    """Place of a candidate's confidence in ``RANKS``; null: it is no trace."""
    far, hour = pl.col("apart").abs(), ~pl.col("by_day")
    near, within = (far <= NEAR) & hour, far <= window
    here, elsewhere = (pl.col("km") <= HERE).fill_null(False), (pl.col("km") > ELSEWHERE).fill_null(False)
    impact, severe = pl.col("kind").is_in(IMPACT), pl.col("kind").is_in(HARSH) & (pl.col("level") >= SEVERE)
    crashed = impact & ~pl.col("doubtful")
    return (
        pl.when(crashed & ((near & ~elsewhere) | (within & here)))
        .then(0)
        .when((crashed & (near | (within & ~elsewhere))) | (severe & near & ~elsewhere))
        .then(1)
        .when(near | (impact & within))
        .then(2)
        .when(crashed & (far <= WIDE) & ~elsewhere)
        .then(WRONG_DAY)
    )


def _best(candidates: pl.DataFrame) -> pl.DataFrame:
    ordered = candidates.sort("rank", pl.col("apart").abs(), "event_id")
    return ordered.unique(CLAIM, keep="first", maintain_order=True)


def _minutes() -> pl.Expr:
    return (pl.col("apart").dt.total_milliseconds() / 60_000).round(3)


def _under_way(losses: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    """The trip in which a loss lies."""
    spans = trips.select(*VEHICLE, "trip_id", pl.col("start").cast(MOMENT), pl.col("end").cast(MOMENT))
    timed = losses.filter(~pl.col("by_day"))
    joined = timed.join(spans, on=VEHICLE).filter(pl.col("loss_at").is_between(pl.col("start"), pl.col("end")))
    return joined.sort("start", "trip_id").unique(CLAIM, keep="first", maintain_order=True).select(*CLAIM, "trip_id")


def unreported(claims: pl.DataFrame, events: pl.DataFrame, trips: pl.DataFrame, window: timedelta) -> pl.DataFrame:
    """Crashes and rollovers that are no loss's and near none of the vehicle: losses never seen, or never told."""
    impacts = relevant(events).filter(pl.col("kind").is_in(IMPACT))
    near = _candidates(_losses(claims), events).filter(pl.col("apart").abs() <= window)
    found = traces(claims, events, trips, window).select("event_id").drop_nulls()
    told = pl.concat([near.select("event_id"), found]).unique()
    left = impacts.join(told, on="event_id", how="anti").sort("start", "event_id")
    confidence = pl.when(pl.col("doubtful")).then(pl.lit(POSSIBLE)).otherwise(pl.lit(SURE))
    return left.select("event_id", *VEHICLE, "kind", "level", "start", "lat_deg", "lon_deg", confidence=confidence)
