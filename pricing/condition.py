"""Condition: how long a vehicle was driven on soft tyres, and on how many days with something wrong in it."""

from datetime import datetime

import polars as pl

from pricing.counts import milliseconds

FAULTS = "fault_code"  # the kind whose days are counted, not its events
CODES = "fault_code_days"
TYRES, BRAKES, ENGINE = "tyre_low_min", "brake_fault_days", "engine_fault_days"
DAYS = (CODES, BRAKES, ENGINE)
SOFT = ("tyre_low", "tyre_flat")
PARTS = {  # of the vehicle: kinds of events, and the first letter of trouble codes (SAE J2012: chassis, powertrain)
    BRAKES: (("brake_air_low", "brake_fade", "brake_lining_worn"), "C"),
    ENGINE: (("battery_low", "coolant_hot", "oil_pressure_low"), "P"),
}
KINDS = (FAULTS, *SOFT, *PARTS[BRAKES][0], *PARTS[ENGINE][0])
WHEEL = ("moving_h", "idle_h")
DAY_MS = 86_400_000
VEHICLE = ("fleet_id", "vehicle_id")
ROWS = dict.fromkeys((*VEHICLE, "driver_id"), pl.String) | {"day": pl.Date} | dict.fromkeys((*DAYS, TYRES), pl.Int64)
NEEDED = {"subject": pl.String, "end": pl.Float64, "source": pl.String}  # columns that events may lack


def condition(events: pl.DataFrame, driven: pl.DataFrame, now: datetime | None) -> pl.DataFrame:
    """Rows of no driver: ``fault_code_days``, ``brake_fault_days``, ``engine_fault_days``, and ``tyre_low_min`` in ms.

    ``events`` as for ``count_events``, with ``end`` (null while one lasts, then it does until ``now``) and, of trouble
    codes, ``subject``. ``driven`` has ``fleet_id vehicle_id day`` and ms at the wheel. The first counts codes on every
    day of ``driven``, parked or not: that one lasts is no word from a vehicle. The others count only days with ms at
    the wheel, and of soft tyres no longer than was driven.
    """
    spans = _spans(events, now)
    if spans.is_empty():
        return pl.DataFrame(schema=ROWS)
    heard, named = _at_the_wheel(driven), pl.col("kind") == FAULTS
    wheel = heard.filter(pl.col("ms") > 0)
    codes = _daily(spans.filter(named)).join(heard, on=[*VEHICLE, "day"], how="semi")
    found = [codes.group_by(*VEHICLE, "day").agg(pl.len().cast(pl.Int64).alias(CODES))]
    for column, (kinds, letter) in PARTS.items():
        own = pl.col("kind").is_in(kinds) | (named & pl.col("subject").str.to_uppercase().str.starts_with(letter))
        days = _daily(spans.filter(own)).select(*VEHICLE, "day").unique().join(wheel, on=[*VEHICLE, "day"], how="semi")
        found.append(days.with_columns(pl.lit(1, pl.Int64).alias(column)))
    found.append(_soft(_daily(spans.filter(pl.col("kind").is_in(SOFT))), wheel))
    rows = pl.concat(found, how="diagonal").with_columns(pl.lit(None, pl.String).alias("driver_id"))
    return rows.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Date))


def _at_the_wheel(driven: pl.DataFrame) -> pl.DataFrame:
    """ms at the wheel of each vehicle and day (since 1970) that it was heard of."""
    spent = [pl.col(name).fill_null(0) for name in WHEEL if name in driven.columns]
    day = pl.col("day").to_physical().cast(pl.Int64)
    rows = driven.select(*VEHICLE, day, ms=pl.sum_horizontal(pl.lit(0, pl.Int64), *spent))
    return rows.group_by(*VEHICLE, "day").agg(pl.col("ms").sum())


def _spans(events: pl.DataFrame, now: datetime | None) -> pl.DataFrame:
    """Kind, subject, first and last instant in ms of what the vehicle's own data says; of no length without an end."""
    if events.is_empty() or not events["kind"].is_in(KINDS).any():
        return pl.DataFrame(
            schema=dict.fromkeys((*VEHICLE, "kind", "subject"), pl.String) | dict.fromkeys("ab", pl.Int64)
        )
    full = events.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in NEEDED.items() if name not in events.columns
    )
    own = full.filter(pl.col("kind").is_in(KINDS), pl.col("source").ne_missing("device"))
    first, last = milliseconds(own, "start").alias("a"), milliseconds(own, "end").alias("b")
    spans = own.select(*VEHICLE, "kind", "subject", first, last)
    until = pl.col("a") if now is None else pl.max_horizontal("a", pl.lit(round(now.timestamp() * 1000)))
    return spans.with_columns(pl.col("b").fill_null(until))


def _daily(spans: pl.DataFrame) -> pl.DataFrame:
    """A row a span and UTC day (since 1970), cut to it."""
    days = spans.with_columns(day=pl.int_ranges(pl.col("a") // DAY_MS, pl.col("b") // DAY_MS + 1)).explode("day")
    midnight = pl.col("day") * DAY_MS
    return days.with_columns(a=pl.max_horizontal("a", midnight), b=pl.min_horizontal("b", midnight + DAY_MS))


def _soft(days: pl.DataFrame, wheel: pl.DataFrame) -> pl.DataFrame:
    """ms of a day on which any tyre was soft, however many were, and no more of them than were driven."""
    keys = [*VEHICLE, "day"]
    ordered = days.sort(*keys, "a", "b")
    known = pl.col("b").cum_max().shift(1).over(keys)
    more = (pl.col("b") - pl.max_horizontal("a", known)).clip(0)
    soft = ordered.with_columns(more=more).group_by(keys).agg(pl.col("more").sum())
    driven = soft.join(wheel, on=keys)
    return driven.select(*keys, pl.min_horizontal("more", "ms").alias(TYRES)).filter(pl.col(TYRES) > 0)
