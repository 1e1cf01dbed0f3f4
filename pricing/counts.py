"""Counts: which events count towards a score, at most one a minute, and never fewer for one event more."""

from collections.abc import Iterable

import polars as pl

KINDS = (
    "harsh_braking",
    "harsh_acceleration",
    "harsh_cornering",
    "lane_change",
    "harsh_manoeuvre",
    "speeding",
    "continuous_driving",
    "daily_driving",
    "tyre_low",
    "tyre_flat",
    "tyre_rapid_loss",
    "tyre_slow_leak",
    "crash",
    "rollover",
)
LEVELS = (1, 2, 3)  # notable, harsh, severe
COUNTS = tuple(f"{kind}_{level}" for kind in KINDS for level in LEVELS)
APART_MS = 60_000

UNCONFIRMED = "unconfirmed"  # word in the quality of an event that what followed did not bear out

KEYS = ("fleet_id", "vehicle_id", "driver_id", "day")
_SCHEMA = {"fleet_id": pl.String, "vehicle_id": pl.String, "driver_id": pl.String, "day": pl.Date}


def counted(events: Iterable[tuple[int, int]]) -> tuple[int, int, int]:
    """How many of ``events`` (start in ms, level) count, by level 1, 2 and 3.

    At each level the largest number of events of that level or more that lie 60 s apart; a level's own count
    is what the next one leaves. Counting the first and dropping what follows would let a light event hide a
    severe one; this way one event more never lowers a weighted sum whose weights rise with the level.
    """
    ordered = sorted(events)
    at_least = [_apart(start for start, level in ordered if level >= floor) for floor in LEVELS]
    return at_least[0] - at_least[1], at_least[1] - at_least[2], at_least[2]


def _apart(starts: Iterable[int]) -> int:
    """The most of these ascending instants that can be chosen 60 s apart: taking each as early as possible."""
    n, last = 0, None
    for start in starts:
        if last is None or start - last >= APART_MS:
            n, last = n + 1, start
    return n


def count_events(events: pl.DataFrame) -> pl.DataFrame:
    """Counted events per vehicle, driver and UTC day of their start, one column a kind and level.

    ``events`` has ``fleet_id vehicle_id driver_id kind level start`` (UTC timestamp, or epoch seconds) and may
    have ``source`` and ``quality``; what the device itself raised (``source = device``), what turned out to be
    ``unconfirmed`` (a blow after which the vehicle drove on) and kinds not in ``KINDS`` do not count.
    The minute between two events does not reach over midnight or to another driver: each row of exposure is
    made from its own events alone.
    """
    rows: dict[tuple[object, ...], dict[str, int]] = {}
    for key, starts in _groups(events).items():
        row = rows.setdefault(key[:-1], dict.fromkeys(COUNTS, 0))
        for level, n in zip(LEVELS, counted(starts), strict=True):
            row[f"{key[-1]}_{level}"] = n
    records = [dict(zip(KEYS, key, strict=True)) | row for key, row in rows.items()]
    return pl.DataFrame(records, schema=_SCHEMA | dict.fromkeys(COUNTS, pl.Int64))


def _groups(events: pl.DataFrame) -> dict[tuple[object, ...], list[tuple[int, int]]]:
    """(start in ms, level) of what may count, by fleet, vehicle, driver, day and kind."""
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    chosen = _chosen(events).iter_rows() if len(events) else ()  # a table of no rows may lack the columns too
    for *key, start, level in chosen:
        groups.setdefault(tuple(key), []).append((start, level))
    return groups


def _chosen(events: pl.DataFrame) -> pl.DataFrame:
    own = pl.col("kind").is_in(KINDS)
    if "source" in events.columns:
        own &= pl.col("source").ne_missing("device")
    if "quality" in events.columns:
        own &= ~pl.col("quality").fill_null("").str.split(" ").list.contains(UNCONFIRMED)
    start = milliseconds(events, "start")
    day = start.cast(pl.Datetime("ms")).dt.date()
    return events.filter(own).select(
        "fleet_id", "vehicle_id", "driver_id", day.alias("day"), "kind", start, pl.col("level").cast(pl.Int64)
    )


def milliseconds(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column of UTC timestamps, or of epoch seconds, as whole milliseconds."""
    if frame.schema[name].is_temporal():
        return pl.col(name).dt.epoch("ms").alias(name)
    return (pl.col(name) * 1000).round().cast(pl.Int64).alias(name)
