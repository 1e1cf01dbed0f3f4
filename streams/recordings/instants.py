"""Instants: what a recording's time column says, as UTC epoch seconds on whole ms; NaN is no valid time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from devices.plausible import whole_ms
from devices.samples import Floats, Ints
from streams.fleets.time_zones import offsets
from streams.recordings.mapping import MappingError, Time, utc

DAY_S = 86_400.0
PER_SECOND = {"ms": 1e3, "us": 1e6, "ns": 1e9}
LEND_S = 3600.0  # a date is lent over at most this long; an hour cannot hide a day
BACK_S = 600.0  # a clock that jumps back further than rows are ever out of order was put back

Bools = npt.NDArray[np.bool_]


class Instants(NamedTuple):
    """``t`` (n,) and how many of them were rebuilt or stood in the hour that comes twice."""

    t: Floats
    rebuilt: int = 0
    ambiguous: int = 0


def instants(frame: pl.DataFrame, time: Time, trip: Ints, vehicle: Ints) -> Instants:
    """When each row of ``frame`` was measured; ``trip`` and ``vehicle`` (n,) number the rows' trips and vehicles."""
    said, aware = _said(frame, time)
    if aware and time.zone != "UTC":
        raise MappingError(f"time.zone is {time.zone!r}, but the column carries its own offset: leave the zone out")
    if time.origin is not None:
        zero = utc(time.zero) if not isinstance(time.zero, float | int | None) else float(time.zero or 0.0)
        said = said - zero + utc(time.origin)
    for bound, beyond in ((time.not_before, np.less), (time.not_after, np.greater)):
        if bound is not None:
            said = np.where(beyond(said, utc(bound)), np.nan, said)
    rebuilt = 0
    if time.invalid == "rebuild":
        said, rebuilt = _rebuilt(said, _time_of_day(frame, time), trip)
    if aware or time.zone == "UTC":
        return Instants(whole_ms(said), rebuilt)
    said, ambiguous = _from_local(said, time, vehicle)
    return Instants(whole_ms(said), rebuilt, ambiguous)


def _said(frame: pl.DataFrame, time: Time) -> tuple[Floats, bool]:
    """The column as epoch seconds of the clock that wrote it (NaN unreadable), and whether that is UTC for sure."""
    names = [time.column] if isinstance(time.column, str) else time.column
    series = frame[names[0]]
    if len(names) > 1:
        joined = pl.concat_str([pl.col(name).cast(pl.String) for name in names], separator=" ")
        series = frame.select(joined).to_series()
    if series.dtype == pl.String:
        numbers = series.cast(pl.Float64, strict=False) if not time.format else series.clear()
        series = numbers if numbers.count() else _parsed(series, time.format)
    if series.dtype.is_numeric() or series.dtype == pl.Null:
        values = series.cast(pl.Float64).to_numpy()
        return (values / PER_SECOND[time.unit] if time.unit in PER_SECOND else values), False
    if series.dtype == pl.Date:
        series = series.cast(pl.Datetime("us"))
    if not isinstance(series.dtype, pl.Datetime):
        raise MappingError(f"time.column {names[0]!r} holds {series.dtype}, expected numbers, times or text")
    micros = series.dt.cast_time_unit("us").cast(pl.Int64).cast(pl.Float64).to_numpy()
    return micros / 1e6, series.dtype.time_zone is not None


def _parsed(series: pl.Series, form: str) -> pl.Series:
    if series.null_count() == series.len():
        return series.cast(pl.Datetime("us"))
    try:
        return series.str.to_datetime(form or None, time_unit="us", strict=False)
    except pl.exceptions.ComputeError as error:
        raise MappingError(f"time.format: text such as {series.drop_nulls()[0]!r} cannot be read as a time") from error


def _time_of_day(frame: pl.DataFrame, time: Time) -> Floats:
    """Seconds since the row's midnight; NaN unreadable."""
    series = frame[time.clock]
    if series.dtype == pl.String:
        series = series.str.to_time(time.clock_format, strict=False)
    if isinstance(series.dtype, pl.Datetime):
        series = series.dt.time()
    if series.dtype != pl.Time:
        raise MappingError(f"time.clock {time.clock!r} holds {series.dtype}, expected times of day or text")
    return series.cast(pl.Int64).cast(pl.Float64).to_numpy() / 1e9


def _rebuilt(said: Floats, clock: Floats, trip: Ints) -> tuple[Floats, int]:
    """``said`` with invalid rows dated from the nearest valid row of their trip, and how many were.

    A row takes the date of the valid row before it, over midnight if need be, where its own time of day then lies
    at most ``LEND_S`` later and not past the valid row after it; else likewise from the row after it, backwards.
    """
    valid = ~np.isnan(said)
    row = np.arange(said.size)
    before = np.maximum.accumulate(np.where(valid, row, -1))
    after = np.minimum.accumulate(np.where(valid, row, said.size)[::-1])[::-1]
    need = np.flatnonzero(~valid & ~np.isnan(clock))
    previous = _neighbour(said, before[need], trip, need)
    following = _neighbour(said, after[need], trip, need)
    ahead = previous + (clock[need] - previous) % DAY_S  # the first such time of day at or after the row before
    back = following - (following - clock[need]) % DAY_S
    ahead = np.where((ahead - previous <= LEND_S) & ~(ahead > following), ahead, np.nan)
    back = np.where((following - back <= LEND_S) & ~(back < previous), back, np.nan)
    found = np.where(np.isnan(ahead), back, ahead)
    out = said.copy()
    out[need] = found
    return out, int(np.count_nonzero(~np.isnan(found)))


def _neighbour(said: Floats, at: Ints, trip: Ints, of: Ints) -> Floats:
    """What row ``at`` says, NaN where there is none or it belongs to another trip."""
    inside = (at >= 0) & (at < said.size)
    at = np.where(inside, at, 0)
    return np.where(inside & (trip[at] == trip[of]), said[at], np.nan) if said.size else said


def _from_local(local: Floats, time: Time, vehicle: Ints) -> tuple[Floats, int]:
    """Local clock to UTC, and how many rows stood in an hour that comes twice.

    Times that a clock put forward skips are taken from a clock not yet put forward.
    """
    starts, values = (np.array(column) for column in offsets(time.zone))
    older, newer = values[:-1], values[1:]
    first = np.searchsorted(starts[1:] + np.maximum(older, newer), local, side="right")
    out = local - values[first]
    change = np.searchsorted(starts[1:] + np.minimum(older, newer), local, side="right") - 1
    rows = np.flatnonzero((change >= 0) & (change == first) & ~np.isnan(local))  # beyond the lower edge only
    rows = rows[values[change[rows]] > values[change[rows] + 1]]
    if rows.size:
        second = _second_pass(local[rows], vehicle[rows], change[rows], time.ambiguous)
        out[rows[second]] = local[rows[second]] - values[change[rows[second]] + 1]
        if time.ambiguous == "quarantine":
            out[rows] = np.nan
    return out, int(rows.size)


def _second_pass(local: Floats, vehicle: Ints, change: Ints, policy: str) -> Bools:
    """Which rows of hours that come twice belong to the second time.

    By ``order`` those after the vehicle's clock has jumped back within the hour, in the order of the file.
    """
    if policy != "order":
        return np.full(local.size, policy == "second")
    order = np.argsort(vehicle, kind="stable")
    starts = np.diff(vehicle[order], prepend=-1) != 0
    starts |= np.diff(change[order], prepend=-1) != 0
    jumps = (np.diff(local[order], prepend=np.inf) < -BACK_S) & ~starts
    count = np.cumsum(jumps)
    base = np.maximum.accumulate(np.where(starts, count, 0))
    second = np.empty(local.size, bool)
    second[order] = count > base
    return second
