"""Portfolio: whether a tariff in force still fits - by score and class, caps, credibility, drift, silence, moves."""

from datetime import date
from typing import Any

import polars as pl

from pricing.ladder import GAP, PREMIUM
from pricing.monitoring.actual_expected import by_level
from pricing.monitoring.bins import equal
from pricing.monitoring.groups import added
from pricing.reports.losses import CLAIM

VEHICLE = ["fleet_id", "vehicle_id"]
TENTHS = 10
MOVING = ("telematics", "experience")  # factors that move the sum of the premiums, and so the off-balance
ENTRIES: dict[str, Any] = {
    **dict.fromkeys(
        ("policy_id", "vehicle_id", "cover", "kind", "tariff", "tariff_id", "reverses", "recorded_at"), pl.String
    ),
    "seq": pl.Int64,
    "valid_from": pl.String,
    "amount": pl.Float64,
}


def technical(premiums: pl.DataFrame) -> pl.DataFrame:
    """Pure premium of each vehicle and cover for the days rated, off-balance included."""
    steps = premiums.select(*VEHICLE, "cover", "valid_from", "valid_to", "factors").explode("factors").unnest("factors")
    pure = steps.filter((pl.col("part") == PREMIUM) & (pl.col("name") == "off_balance"))
    return pure.select(*VEHICLE, "cover", "valid_from", "valid_to", technical=pl.col("amount").cast(pl.Float64))


def reported(claims: pl.DataFrame, premiums: pl.DataFrame) -> pl.DataFrame:
    """Claims of rated vehicles, covers and days, a row a vehicle."""
    rated = premiums.select(*VEHICLE, "cover", "valid_from", "valid_to")
    within = pl.col("loss_at").is_between(pl.col("valid_from"), pl.col("valid_to"), closed="left")
    found = claims.join(rated, on=[*VEHICLE, "cover"]).filter(within).unique(CLAIM)
    return found.group_by(VEHICLE).agg(claims=pl.len())


def level(premiums: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """By cover: claims of rated vehicles and days, what they are known to cost, and the pure premium for them."""
    pure = technical(premiums)
    within = pl.col("loss_at").is_between(pl.col("valid_from"), pl.col("valid_to"), closed="left")
    found = claims.join(pure.drop("technical"), on=[*VEHICLE, "cover"]).filter(within).unique(CLAIM)
    counts = found.group_by("cover").agg(claims=pl.len(), incurred=pl.col("incurred").sum() / 100)  # whole cents
    rows = added(pure, "cover", "technical").join(counts, on="cover", how="left").sort("cover")
    if claims.height:  # else nothing is known of them, which is not that there were none
        rows = rows.with_columns(pl.col("claims", "incurred").fill_null(0))
    return rows.with_columns(ratio=pl.when(pl.col("technical") > 0).then(pl.col("incurred") / pl.col("technical")))


def judged(premiums: pl.DataFrame, scores: pl.DataFrame, claims: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """A row a vehicle: score, class, claims, and those expected: the portfolio's, in proportion to the pure premium."""
    pure = added(technical(premiums), VEHICLE, "technical")
    score = scores.filter(pl.col("subject") == "vehicle").select(*VEHICLE, "score", "km", "provisional")
    rows = pure.join(score, on=VEHICLE).join(reported(claims, premiums), on=VEHICLE, how="left")
    rows = rows.join(classes.select(*VEHICLE, "class").unique(VEHICLE, keep="first"), on=VEHICLE, how="left")
    rows = rows.sort(VEHICLE).with_columns(pl.col("claims").fill_null(0).cast(pl.Float64))
    paid = rows["technical"].to_numpy()
    level = float(rows["claims"].sum()) / float(paid.sum()) if rows.height else 0.0
    return rows.with_columns(expected=pl.col("technical") * level)


def by_score(rows: pl.DataFrame) -> pl.DataFrame:
    """A/E by tenth of the pure premium, in rising order of the score."""
    if rows["claims"].sum() == 0:
        return _none("tenth")
    bins = equal(rows["score"].to_numpy(), rows["technical"].to_numpy(), TENTHS) + 1
    told = rows.with_columns(tenth=pl.Series(bins), exposure=pl.col("technical"))
    ends = told.group_by("tenth").agg(vehicles=pl.len(), lowest=pl.col("score").min(), highest=pl.col("score").max())
    return by_level(told, "tenth").join(ends, on="tenth", how="left", maintain_order="left")


def by_class(rows: pl.DataFrame) -> pl.DataFrame:
    """A/E by vehicle class."""
    if rows["claims"].sum() == 0:
        return _none("class")
    return by_level(rows.with_columns(pl.col("class").fill_null("not known"), exposure=pl.col("technical")), "class")


def _none(name: str) -> pl.DataFrame:
    schema = {name: pl.String, **dict.fromkeys(("exposure", "claims", "expected", "ratio", "low", "high"), pl.Float64)}
    return pl.DataFrame(schema=schema | {"off": pl.Boolean})


def caps(premiums: pl.DataFrame) -> pl.DataFrame:
    """Share of premiums in which a cap bound, by cover and cap; ``any`` is one or more."""
    bound = premiums.select("cover", cap=pl.col("caps").str.split(", ")).explode("cap").drop_nulls()
    several = premiums.filter(pl.col("caps").is_not_null()).select("cover", cap=pl.lit("any"))
    total = premiums.group_by("cover").agg(premiums=pl.len())
    counts = pl.concat([bound, several]).group_by("cover", "cap").agg(bound=pl.len())
    joined = total.join(counts, on="cover", how="left").with_columns(
        pl.col("cap").fill_null("any"), pl.col("bound").fill_null(0)
    )
    return (
        joined.with_columns(share=pl.col("bound") / pl.col("premiums"))
        .sort("cover", "cap")
        .select("cover", "cap", "premiums", "bound", "share")
    )


def credibility(premiums: pl.DataFrame) -> pl.DataFrame:
    """Vehicles by tenth of the credibility that their own driving has."""
    z = premiums.drop_nulls("credibility").unique(VEHICLE, keep="first", maintain_order=True)["credibility"]
    tenth = (z * TENTHS).floor().clip(0, TENTHS - 1).cast(pl.Int64)
    counts = dict(tenth.value_counts().iter_rows())
    rows = [(f"{k / TENTHS:.1f} to {(k + 1) / TENTHS:.1f}", counts.get(k, 0)) for k in range(TENTHS)]
    frame = pl.DataFrame(rows, {"credibility": pl.String, "vehicles": pl.Int64}, orient="row")
    return frame.with_columns(share=pl.col("vehicles") / max(z.len(), 1))


def drift(premiums: pl.DataFrame) -> pl.DataFrame:
    """By cover and moving factor: what it does to the sum of what it multiplies, and the off-balance that undoes it."""
    steps = premiums.select("cover", "factors").explode("factors").unnest("factors")
    moving = steps.filter(pl.col("name").is_in(MOVING), pl.col("op") == "times", pl.col("part") != GAP)
    both = moving.select(
        "cover",
        factor="name",
        after=pl.col("amount").cast(pl.Float64),
        before=pl.col("amount").cast(pl.Float64) / pl.col("effect").cast(pl.Float64),
    )
    found = added(both, ["cover", "factor"], "before", "after").filter(pl.col("before") > 0)
    ratio = pl.col("after") / pl.col("before")
    return found.with_columns(drift=ratio - 1, off_balance=1 / ratio)


def silence(insured: pl.DataFrame, exposure: pl.DataFrame, since: date, until: date) -> pl.DataFrame:
    """By fleet: insured vehicle-days ``since`` to before ``until``, those without a report, and km unseen."""
    first = pl.max_horizontal(pl.col("valid_from").cast(pl.Date), pl.lit(since))
    last = pl.min_horizontal(pl.col("valid_to").cast(pl.Date), pl.lit(until))
    cut = insured.select(*VEHICLE, first=first, last=last).filter(pl.col("first") < pl.col("last"))
    spans = cut.select(*VEHICLE, day=pl.date_ranges("first", "last", closed="left"))
    days = spans.explode("day").unique()
    heard = exposure.filter(pl.col("km_measured") + pl.col("hours") > 0).select(*VEHICLE, "day").unique()
    known = days.join(heard.with_columns(heard=True), on=[*VEHICLE, "day"], how="left")
    counts = known.group_by("fleet_id").agg(vehicle_days=pl.len(), silent=pl.col("heard").is_null().sum())
    km = added(exposure, "fleet_id", "km_measured", "km_gap")
    rows = counts.join(km, on="fleet_id", how="left").sort("fleet_id")
    total = pl.col("km_measured") + pl.col("km_gap")
    unseen = pl.when(total > 0).then(pl.col("km_gap") / total)
    return rows.with_columns(silent_share=pl.col("silent") / pl.col("vehicle_days"), unseen_share=unseen)


def _indicated(entries: pl.DataFrame) -> pl.DataFrame:
    """Indications in order, without those that take another back."""
    return entries.filter((pl.col("kind") == "indicated") & pl.col("reverses").is_null()).sort("policy_id", "seq")


def moves(entries: pl.DataFrame) -> pl.DataFrame:
    """By month: indications that moved, and those that turned back; a flip is a move against the one before it."""
    told = _indicated(entries).with_columns(month=pl.col("recorded_at").str.slice(0, 7))
    of = ["policy_id", "vehicle_id", "cover", "valid_from"]
    change = (pl.col("amount") - pl.col("amount").shift(1)).over(of).sign()
    moved = told.with_columns(turn=change).filter(pl.col("turn").fill_null(0.0) != 0.0)
    flipped = (pl.col("turn") * pl.col("turn").shift(1)).over(of) < 0
    by_month = (
        moved.with_columns(flip=flipped.fill_null(False))
        .group_by("month")
        .agg(moves=pl.len(), flips=pl.col("flip").sum())
    )
    vehicles = told.group_by("month").agg(shown=pl.struct("policy_id", "vehicle_id").n_unique())
    rows = vehicles.join(by_month, on="month", how="left").sort("month")
    rows = rows.with_columns(pl.col("moves", "flips").fill_null(0))
    return rows.with_columns(a_vehicle=pl.col("flips") / pl.col("shown")).rename({"shown": "vehicles"})


def last_change(entries: pl.DataFrame) -> pl.DataFrame:
    """Of each vehicle and cover the last indication by the tariff before, and the first by the newest one."""
    told = _indicated(entries)
    of = ["policy_id", "vehicle_id", "cover", "valid_from"]
    before = pl.col("tariff").shift(1).over(of)
    changed = told.with_columns(before=before, old=pl.col("amount").shift(1).over(of)).filter(
        pl.col("before").is_not_null() & (pl.col("before") != pl.col("tariff"))
    )
    if changed.is_empty():
        return changed.select(*of, "old", new="amount", tariff_id="tariff_id")
    newest = changed.sort("recorded_at", "policy_id", "seq")["tariff"][-1]
    kept = changed.filter(pl.col("tariff") == newest)
    return kept.select(*of, "old", new="amount", tariff_id="tariff_id")
