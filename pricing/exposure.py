"""Exposure: kilometres, hours and counted events per vehicle, driver and UTC day, in sums that merge exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from pricing.condition import DAYS, TYRES, condition
from pricing.counts import COUNTS, KEYS, count_events

# column here <- column of a segment, which is in m
KILOMETRES = {
    "km_measured": "metres",
    "km_odometer": "odometer_m",
    "km_gap": "gap_m",
    "night_km": "night_m",  # from 22:00 to 5:00 of the local day
    "hour_5_9_km": "hour_5_9_m",
    "hour_9_16_km": "hour_9_16_m",
    "hour_16_19_km": "hour_16_19_m",
    "hour_19_22_km": "hour_19_22_m",
    "over_limit_0_10_km": "over_0_10_m",
    "over_limit_10_20_km": "over_10_20_m",
    "over_limit_20_30_km": "over_20_30_m",
    "over_limit_30_km": "over_30_m",
    "limit_known_km": "limit_known_m",  # posted: what follows by device and road, the rest the vehicle's own, lower one
    "limit_device_km": "limit_device_m",
    "limit_road_km": "limit_road_m",
    "limit_class_km": "limit_class_m",  # none posted, the class's assumed
    "motorway_km": "motorway_m",
    "rural_km": "rural_m",
    "urban_km": "urban_m",
    "residential_km": "residential_m",
    "road_unknown_km": "unclassed_m",  # a level of its own
    "speed_0_20_km": "speed_0_20_m",  # km/h
    "speed_20_50_km": "speed_20_50_m",
    "speed_50_80_km": "speed_50_80_m",
    "speed_80_100_km": "speed_80_100_m",
    "speed_100_130_km": "speed_100_130_m",
    "speed_130_km": "speed_130_m",
    "observed_km": "observed_m",  # where a harsh brake or start could have been seen
    "observed_corner_km": "observed_corner_m",
    "observed_tyre_km": "observed_tyre_m",
}
HOURS = {"moving_h": "moving_s", "idle_h": "idle_s"}
STATUS = OPEN, CLOSED, FINAL = ("open", "closed", "final")
CLOSES = timedelta(hours=1)  # after midnight
HORIZON = timedelta(days=7)  # after which late samples are no longer settled

SCHEMA = {
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "driver_id": pl.String,  # null: nobody knows who drove
    "day": pl.Date,
    "status": pl.String,
    "km_measured": pl.Float64,
    "km_odometer": pl.Float64,  # null: no odometer
    "km_gap": pl.Float64,
    "hours": pl.Float64,  # at the wheel: moving and idle
    **dict.fromkeys(HOURS, pl.Float64),
    **dict.fromkeys([name for name in KILOMETRES if not name.startswith("km_")], pl.Float64),
    **dict.fromkeys(COUNTS, pl.Int64),
    **dict.fromkeys(DAYS, pl.Int64),  # on which faults were outstanding; on a row of no driver
    TYRES: pl.Float64,  # minutes at the wheel on soft tyres; on a row of no driver
}
SUMS = (*KILOMETRES, *HOURS, *COUNTS, *DAYS, TYRES)
# whole units inside (mm, ms, events, days) of one public unit (km, h, min, event, day)
UNITS = dict.fromkeys(KILOMETRES, 1e6) | dict.fromkeys(HOURS, 3.6e6) | dict.fromkeys((*COUNTS, *DAYS), 1.0)
UNITS[TYRES] = 6e4
YEAR = 365  # days that km a year, and what a year costs, are for
SILENT = "silent"  # beside the sums of what counts: the share of the credit for it that a silence since has taken


@dataclass(frozen=True)
class Exposure:
    """Totals of one vehicle or driver: the sum of each column of ``SUMS``, and ``SILENT``; what is absent is 0."""

    sums: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, column: str) -> float:
        return self.sums.get(column) or 0.0


def exposure(segments: pl.DataFrame, events: pl.DataFrame, now: datetime | None = None) -> pl.DataFrame:
    """One row a vehicle, driver and UTC day.

    ``segments`` are pieces of driving that do not cross midnight, with ``fleet_id vehicle_id driver_id day`` (a
    date, or days since 1970) and the columns named in ``KILOMETRES`` (m) and ``HOURS`` (s); one that is absent was
    not observed and is 0. Kilometres of an unknown driver are a row of their own (``driver_id`` null). ``events``
    as for ``count_events``. ``now`` is the clock that closes days; without it every day is open.
    """
    if segments.is_empty():
        segments = pl.DataFrame(schema={name: SCHEMA[name] for name in KEYS})
    said = {name: column for name, column in (KILOMETRES | HOURS).items() if column in segments.columns}
    whole = [
        (pl.col(column).cast(pl.Float64) * 1000).fill_nan(None).round().cast(pl.Int64).alias(name)
        for name, column in said.items()
    ]
    keys = [pl.col(name).cast(SCHEMA[name]) for name in KEYS]
    driven = segments.select(*keys, *whole)
    rows = pl.concat([driven, count_events(events), condition(events, driven, now)], how="diagonal_relaxed")
    return _public(_sum(rows.with_columns(status(now))))


def merge(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The sum of exposure frames: the same to the bit in any order and grouping, as it is made of integers.

    A row is as final as the least final of its parts.
    """
    return _public(_sum(pl.concat([_whole(frame) for frame in frames], how="diagonal")))


def park(frame: pl.DataFrame, insured: pl.DataFrame, now: datetime | None = None) -> pl.DataFrame:
    """``frame`` with a row of zero km for every insured vehicle-day on which nothing was heard: parked days earn.

    ``insured`` has ``fleet_id vehicle_id valid_from valid_to`` (the end excluded).
    """
    first, end = pl.col("valid_from").cast(pl.Date), pl.col("valid_to").cast(pl.Date)
    vehicle = ["fleet_id", "vehicle_id"]
    days = insured.filter(first < end).select(*vehicle, day=pl.date_ranges(first, end, closed="left")).explode("day")
    silent = days.unique().join(frame, on=[*vehicle, "day"], how="anti")
    parked = silent.with_columns(pl.lit(None, pl.String).alias("driver_id"), status(now))
    return pl.concat([frame, _public(parked)]).sort(KEYS)


def first_open(now: datetime) -> date:
    """The first day that is not closed at ``now`` (UTC): of which not all can be known yet."""
    return (now - CLOSES).date()


def status(now: datetime | None) -> pl.Expr:
    """State of a row's day at ``now`` (UTC): open, closed an hour after midnight, final past the horizon."""
    if now is None:
        return pl.lit(OPEN).alias("status")
    closed, final = first_open(now), (now - HORIZON).date()
    heard = pl.when(pl.col("day") < final).then(pl.lit(FINAL)).otherwise(pl.lit(CLOSED))
    return pl.when(pl.col("day") < closed).then(heard).otherwise(pl.lit(OPEN)).alias("status")


def vehicle_days(valid_from: date, valid_to: date) -> int:
    """Insured days of a period by the calendar, the end excluded, whether the vehicle was heard of or not."""
    return max((valid_to - valid_from).days, 0)


def totals(frame: pl.DataFrame, *by: str) -> dict[tuple[Any, ...], Exposure]:
    """Exposure of each group of rows of an exposure frame, which may have columns more to group ``by``."""
    whole = _whole(frame).with_columns(frame[name] for name in by if name not in KEYS)
    there, n = [name for name in SUMS if name in whole.columns], len(by)
    summed = whole.group_by(by).agg(pl.col(there).sum()).sort(by)
    rows = summed.select(*by, *_divided(there)).iter_rows()
    return {row[:n]: Exposure(dict(zip(there, row[n:], strict=True))) for row in rows}


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    """An exposure frame with its sums in whole mm, ms and events: km to 1e-6 and hours give them back exactly.

    One of an older version may lack columns.
    """
    units = {name: unit for name, unit in UNITS.items() if name in frame.columns}
    sums = [(pl.col(name) * unit).round().cast(pl.Int64) for name, unit in units.items()]
    return frame.select(*KEYS, "status", *sums)


def _sum(whole: pl.DataFrame) -> pl.DataFrame:
    """Rows of one vehicle, driver and day added up; no odometer on any of them stays unknown."""
    present = [name for name in SUMS if name in whole.columns]
    known = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in present]
    least = pl.col("status").replace_strict(STATUS, range(3)).min().replace_strict(range(3), STATUS)
    return whole.group_by(KEYS).agg(least.alias("status"), *known)


def _public(whole: pl.DataFrame) -> pl.DataFrame:
    """The exposure frame of summed rows, ordered by its keys; what nobody observed is 0, but for the odometer."""
    zero = [pl.lit(0, pl.Int64).alias(name) for name in SUMS if name not in whole.columns and name != "km_odometer"]
    odometer = [] if "km_odometer" in whole.columns else [pl.lit(None, pl.Int64).alias("km_odometer")]
    full = whole.with_columns(*zero, *odometer).with_columns(pl.col(set(SUMS) - {"km_odometer"}).fill_null(0))
    hours = ((pl.col("moving_h") + pl.col("idle_h")) / UNITS["moving_h"]).round(9).alias("hours")
    return (
        full.with_columns(hours, *_divided(SUMS))
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort(KEYS)
    )


def _divided(names: Iterable[str]) -> list[pl.Expr]:
    return [divided(name) if name not in COUNTS else pl.col(name) for name in names]


def divided(name: str) -> pl.Expr:
    """A sum of whole units in public ones, the same bits however many rows a frame has.

    Polars multiplies by 1 / unit where there are several rows and divides where there is one: 29 of 100 km differed in
    the last bit. A km has six places; an hour or minute of whole ms is never half way between two numbers of nine.
    """
    return (pl.col(name) / UNITS[name]).round(9 if name in (*HOURS, TYRES) else 6)
