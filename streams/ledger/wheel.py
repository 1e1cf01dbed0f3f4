"""Wheel: hours at the wheel as premiums read them - of whom the device has named, or the insurer has accepted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

import polars as pl
from sqlalchemy import Connection, func, select

from streams import tables
from streams.hours import KINDS as HOURS_KINDS
from streams.hours import WINDOW_S
from streams.ledger import remade
from streams.ledger.again import Task
from streams.ledger.books import Span, assigned
from streams.ledger.pinned import DAY_S, EVER
from streams.ledger.remade import HOURS, HOURS_DAY, Remade, Row
from streams.records.hours_book import HoursBook
from streams.store import schema
from streams.store.accounts import remade as kept_rows
from streams.store.store import Commit, rows_of

Accepted = Mapping[tuple[str, str], Sequence[Span]]  # assignments by vehicle

REACH = 2  # days that driving may be told of after it began; ours: no count that is priced goes on for longer


def hours(connection: Connection, task: Task, horizon: float) -> Commit:
    """Fold the hours of fleets that assign drivers by whom devices have named, and keep those of days that may be new.

    ``horizon`` s is how far late data reaches back.
    """
    commit = Commit()
    since = min(task.begun, task.until - int(horizon // DAY_S) - REACH)  # days before it stand
    reach = max(since - int(WINDOW_S // DAY_S), -EVER)
    accepted = assigned(connection)
    fleets = _concerned(connection, reach, accepted)
    old = select(*kept_rows.primary_key).where(kept_rows.c.rules == task.own, kept_rows.c.day >= since)
    commit.remove(kept_rows, rows_of(connection, old.where(kept_rows.c.what.in_([HOURS, HOURS_DAY]))))
    book = HoursBook(task.pipeline.in_force, task.pipeline.fleet, horizon)
    if fleets:
        book.load(_by_word(_driven(connection, task, fleets, reach), accepted), ())
    for row in book.everything().rows:
        day = int(row["start"] // DAY_S)
        if row["kind"] in remade.KINDS and max(since, fleets[row["fleet_id"]]) <= day < task.until:
            commit.upsert(kept_rows, [remade.kept(HOURS, row, task.own, day)])
    for fleet_id, first in fleets.items():
        days = range(max(since, first), task.until)
        commit.upsert(kept_rows, [remade.marker(HOURS_DAY, (fleet_id, ""), task.own, day) for day in days])
    return commit


def _concerned(connection: Connection, since: int, accepted: Accepted) -> Mapping[str, int]:
    """The fleets that have had drivers by assignment alone since a day, and the day from which on that may count.

    And those of which the insurer has accepted some.
    """
    intervals = schema.intervals
    assigned = (intervals.c.named == 0, intervals.c.driver_id.is_not(None), intervals.c.end >= since * DAY_S)
    query = select(intervals.c.fleet_id, func.min(intervals.c.start)).where(*assigned)
    rows = connection.execute(query.group_by(intervals.c.fleet_id)).all()
    starts = [(fleet_id, start) for fleet_id, start in rows]
    starts += [(fleet_id, spans[0][0]) for (fleet_id, _), spans in accepted.items()]
    found: dict[str, int] = {}
    for fleet_id, start in starts:
        first = max(int(start // DAY_S) - REACH, since)
        found[fleet_id] = min(first, found.get(fleet_id, first))
    return found


def _driven(connection: Connection, task: Task, fleets: Collection[str], since: int) -> Iterator[Row]:
    """Intervals of fleets since a day as premiums read them."""
    intervals = schema.intervals
    live = tables.whole(connection, intervals, intervals.c.end >= since * DAY_S, intervals.c.fleet_id.in_(fleets))
    found = Remade.read(connection, task.own, since).instead(live, remade.INTERVALS)
    theirs = found.filter(pl.col("fleet_id").is_in(list(fleets)))
    return theirs.sort("fleet_id", "vehicle_id", "start", "activity").iter_rows(named=True)


def _by_word(driven: Iterator[Row], accepted: Accepted) -> Iterator[Row]:
    """Driving of whom the device has named; where it has named nobody, of whom the insurer has accepted, or nobody."""
    for row in driven:
        if row["named"]:
            yield row
            continue
        spans = accepted.get((row["fleet_id"], row["vehicle_id"]), ())
        edges = {edge for span in spans for edge in span[:2] if row["start"] < edge < row["end"]}
        for start, end in pairwise(sorted({row["start"], row["end"]} | edges)):
            yield row | {"start": start, "end": end, "driver_id": _at(spans, start)}


def _at(spans: Sequence[Span], t: float) -> str | None:
    """Who was assigned at an instant; of two assignments the later start counts."""
    begun = [(end, driver_id) for start, end, driver_id in spans if start <= t]
    return begun[-1][1] if begun and t < begun[-1][0] else None


def kept(connection: Connection, rules: str) -> list[Row]:
    """What is kept for a rule set: events, and the days of fleets on which they take the place of the record's."""
    query = select(kept_rows).where(kept_rows.c.rules == rules, kept_rows.c.what.in_([HOURS, HOURS_DAY]))
    return rows_of(connection, query.order_by(*kept_rows.primary_key))


def instead(events: pl.DataFrame, kept: Sequence[Row]) -> pl.DataFrame:
    """``events`` of the record with what is ``kept`` in the place of its own hours at the wheel."""
    days = [(row["fleet_id"], row["day"]) for row in kept if row["what"] == HOURS_DAY]
    if not days:
        return events
    by_day = pl.DataFrame(days, schema={"fleet_id": pl.String, "_day": pl.Int64}, orient="row")
    dated = events.with_columns(_day=(pl.col("start") // DAY_S).cast(pl.Int64))
    is_hours = pl.col("kind").is_in(list(HOURS_KINDS)) & (pl.col("source") != "device")
    rest = dated.filter(is_hours).join(by_day, on=["fleet_id", "_day"], how="anti")
    mine = pl.DataFrame([remade.told(row) for row in kept if row["what"] == HOURS], schema=events.schema)
    return pl.concat([dated.filter(~is_hours).drop("_day"), rest.drop("_day"), mine])
