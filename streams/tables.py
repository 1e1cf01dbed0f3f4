"""Tables: the six public tables as frames, read from a store or from a folder of Parquet files."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import ColumnElement, Connection, Table, select

from pricing import frames
from pricing.counts import COUNTS, count_events
from pricing.exposure import FINAL, KILOMETRES, exposure, first_open, merge
from pricing.risks import joined, parted
from pricing.tariff import Tariff
from streams.desk.decisions import Row, dismissed
from streams.desk.desk import Desk, laid_out
from streams.journeys.exposure import GRAINS, SUMS
from streams.kernels.bands import BANDS
from streams.store import schema

Tables = dict[str, pl.DataFrame]
Actions = Mapping[tuple[str, str, str, str], Sequence[Row]]  # what people said, by what an alert is about

NAMES = ("events", "trips", "alerts", "exposure", "scores", "premiums")
MOMENT = pl.Datetime("ms", "UTC")
TIMES = ("start", "end", "first_seen", "last_seen", "paged", "shelved_until")
ASSUMED = "assumed"  # policy of a recording without a registry
ASSUMED_COVERS = ("compulsory", "tpl_injury", "tpl_property", "own_damage")
ALERTS: dict[str, Any] = {
    **dict.fromkeys(("alert_id", "fleet_id", "vehicle_id", "driver_id", "kind", "subject"), pl.String),
    **dict.fromkeys(("priority", "condition", "state"), pl.String),
    **dict.fromkeys(("level", "count"), pl.Int64),
    **dict.fromkeys(("first_seen", "last_seen"), pl.Float64),
    "flapping": pl.Boolean,
    **dict.fromkeys(("assignee", "reason"), pl.String),
    "paged": pl.Float64,
    "held": pl.String,  # why nobody was paged
    "shelved_until": pl.Float64,
    "last_event_id": pl.String,
}
_TYPES = {"VARCHAR": pl.String, "TEXT": pl.String, "FLOAT": pl.Float64, "INTEGER": pl.Int64}


class TablesError(Exception):
    """A folder that does not hold the tables."""


class Priced(NamedTuple):
    """Exposure as premiums read it: km of all days, and the days whose events and rates count."""

    driven: pl.DataFrame  # whoever drove
    judged: pl.DataFrame
    people: pl.DataFrame  # the same of each driver
    until: date  # the first day of which not all can be known yet: until then a silence is one


def read(
    connection: Connection,
    tariff: Tariff,
    risks: pl.DataFrame | None,
    now: datetime,
    klass: str = "car",
    priced: Priced | None = None,
    insured: pl.DataFrame | None = None,
) -> Tables:
    """The six tables of a store at ``now`` (its clock, UTC).

    Premiums are for the days since the first on record: Tripmeter does not rate what it has not watched.
    ``risks`` as pricing.frames.premiums wants it; None: a recording without a registry, every vehicle is assumed
    to be of class ``klass`` and insured for the days heard of. Scores and premiums are made of what is ``priced``, or
    of the exposure on record; premiums of those ``insured``, or of all risks.
    """
    events, segments = whole(connection, schema.events), whole(connection, schema.segments)
    driven = without({}, segments, events, now)
    if priced is None:
        anybodys = without({}, by_day(segments), unnamed(events), now)
        priced = Priced(anybodys, anybodys, driven, first_open(now))
    if risks is None:
        risks = assumed(driven, klass)
    first, end = days(driven, now)
    said = Desk(connection).actions
    coached = without(said, segments, events, now) if said else driven
    return {
        "events": _public(events),
        "trips": _public(whole(connection, schema.trips)),
        "alerts": alerts(connection, now.timestamp()),
        "exposure": driven,
        "scores": _scores(priced, coached, risks, tariff),
        "premiums": frames.premiums(
            priced.driven,
            risks if insured is None else insured,
            tariff,
            first,
            end,
            judged=priced.judged,
            until=priced.until,
        ),
    }


def without(said: Actions, segments: pl.DataFrame, events: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Exposure without the events that ``said`` dismisses, and without the km over the limit in them.

    ``segments`` and ``events`` as ``whole`` reads them.
    """
    segments = segments.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Date))
    keys = ("fleet_id", "vehicle_id", "kind", "subject")
    rows = events.iter_rows(named=True) if said else ()
    gone = [dismissed(row, said.get(tuple(row[key] for key in keys), ())) for row in rows]
    if not any(gone):
        return exposure(segments, events, now)
    taken = events.filter(pl.Series(gone, dtype=pl.Boolean) & (pl.col("kind") == "speeding"))
    day = (pl.col("start") // 86_400.0).cast(pl.Int32).cast(pl.Date).alias("day")
    less = [(pl.col(name) * -1000.0).alias(KILOMETRES[name]) for name in BANDS]
    pieces = [segments, taken.select("fleet_id", "vehicle_id", "driver_id", day, *less)]
    kept = exposure(pl.concat(pieces, how="diagonal_relaxed"), events.filter(~pl.Series(gone, dtype=pl.Boolean)), now)
    return kept.with_columns(pl.col(BANDS).clip(0.0))  # one that went on after midnight is taken from its first day


def _scores(priced: Priced, coached: pl.DataFrame, risks: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Scores; the coaching score alone is made without what was dismissed, so that a fleet cannot move its price."""
    found = frames.scores(priced.people, risks, tariff, priced.judged, priced.until, priced.driven)
    if coached.equals(priced.people):
        return found
    who = ["fleet_id", "vehicle_id", "driver_id", "subject"]
    other = frames.scores(coached, risks, tariff, until=priced.until).select(*who, coached="coaching_score")
    joined = found.join(other, on=who, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(coaching_score=pl.coalesce("coached", "coaching_score")).drop("coached")


def days(driven: pl.DataFrame, now: datetime) -> tuple[date | None, date]:
    """First day on record and the one after today: Tripmeter does not rate what it has not watched."""
    first = driven["day"].min()
    return first if isinstance(first, date) else None, (now + timedelta(days=1)).date()


def ended(exposure: pl.DataFrame) -> date | None:
    """The day after the last one on record, where no clock says what time it is."""
    last = exposure["day"].max()
    return last + timedelta(days=1) if isinstance(last, date) else None


def alerts(connection: Connection, now: float) -> pl.DataFrame:
    """The alerts with what people's actions and pages have made of them by ``now`` (UTC epoch s)."""
    rows = laid_out(connection, now)
    frame = pl.DataFrame([tuple(row[name] for name in ALERTS) for row in rows], schema=ALERTS, orient="row")
    return _public(frame)


def assumed(driven: pl.DataFrame, klass: str) -> pl.DataFrame:
    """Risks of a recording nobody has registered: each vehicle, the usual covers, the days heard of."""
    day = pl.col("day")
    heard = driven.group_by("fleet_id", "vehicle_id").agg(valid_from=day.min(), last=day.max())
    covers = pl.DataFrame({"cover": ASSUMED_COVERS})
    return heard.select(
        "fleet_id",
        "vehicle_id",
        "valid_from",
        pl.lit(ASSUMED).alias("policy_id"),
        pl.lit(klass).alias("class"),
        valid_to=pl.col("last") + pl.duration(days=1),
    ).join(covers, how="cross")


def write(tables: Tables, folder: Path) -> None:
    """One Parquet file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")


def load(folder: Path) -> Tables:
    """The tables ``write`` has written; raises ``TablesError`` if one is missing."""
    missing = [name for name in NAMES if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise TablesError(
            f"{folder} has no {missing[0]}.parquet: give a folder that 'tripmeter replay --out' has written"
        )
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in NAMES}


def moment(t: float) -> datetime:
    """UTC epoch seconds as a timestamp."""
    return datetime.fromtimestamp(t, UTC)


def unnamed(rows: pl.DataFrame) -> pl.DataFrame:
    """Events, or exposure, as premiums read them: whoever drove."""
    return rows.with_columns(pl.lit(None, pl.String).alias("driver_id"))


def by_day(segments: pl.DataFrame) -> pl.DataFrame:
    """Segments as premiums read them, one a vehicle and day: the same to the bit wherever drivers changed."""
    grains = [(pl.col(name) * GRAINS).fill_nan(None).round().cast(pl.Int64) for name in SUMS]
    summed = segments.select("fleet_id", "vehicle_id", "day", *grains).group_by("fleet_id", "vehicle_id", "day")
    known = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum() / GRAINS).alias(name) for name in SUMS]
    return summed.agg(known).with_columns(pl.lit(None, pl.String).alias("driver_id"))


def whole(connection: Connection, table: Table, *where: ColumnElement[bool]) -> pl.DataFrame:
    """All rows of a table, or those ``where`` something holds, ordered by its key."""
    rows = connection.execute(select(table).where(*where).order_by(*table.primary_key.columns)).all()
    types: Mapping[str, Any] = {column.name: _TYPES.get(str(column.type), pl.Binary) for column in table.columns}
    return pl.DataFrame([tuple(row) for row in rows], schema=types, orient="row")


def _public(frame: pl.DataFrame) -> pl.DataFrame:
    """Times as UTC timestamps, rows in order of vehicle and time."""
    times = [(pl.col(name) * 1000).round().cast(pl.Int64).cast(MOMENT) for name in TIMES if name in frame.columns]
    first = "start" if "start" in frame.columns else "first_seen"
    return frame.with_columns(times).sort("fleet_id", "vehicle_id", first, frame.columns[0])


def rated(six: Tables, tariff: Tariff, risks: pl.DataFrame, others: Sequence[Tariff] = ()) -> Tables:
    """The tables with scores and premiums made anew; what is insured in the currency of another tariff by that one."""
    people, driven, end = six["exposure"], whoever(six), ended(six["exposure"])
    (_, mine), *parts = parted(risks, tariff, others)
    found = six | {"scores": frames.scores(people, risks, tariff, driven, end)}
    found["premiums"] = frames.premiums(driven, mine, tariff, until=end)
    for other, part in parts:
        scored = frames.scores(people, risks, other, driven, end)
        found |= joined(found, scored, frames.premiums(driven, part, other, until=end), part)
    return found


def whoever(six: Tables) -> pl.DataFrame:
    """The exposure of tables as premiums read it, whoever drove: of two drivers' events within a minute one counts."""
    counted = count_events(unnamed(six["events"])).with_columns(status=pl.lit(FINAL))
    return merge([unnamed(six["exposure"]).drop(COUNTS, strict=False), counted])
