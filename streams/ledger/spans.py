"""Spans: events over many days - hours at the wheel, slow leaks - of days that were made again."""

from bisect import bisect_right
from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, Table, select

from pricing.counts import KINDS
from streams import tables
from streams.ledger import remade
from streams.ledger.again import Task
from streams.ledger.pinned import DAY_S, EVER
from streams.ledger.remade import Remade, Row
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.store import schema
from streams.store.accounts import remade as kept_rows
from streams.store.store import Commit, rows_of


def spans(connection: Connection, task: Task, horizon: float) -> Commit:
    """Fold everybody's hours and every tyre anew, as premiums read them, and keep what concerns days made again."""
    pipeline, commit = task.pipeline, Commit()
    days = Remade.read(connection, task.own, -EVER)
    if days.days.is_empty():
        return commit
    hours = HoursBook(pipeline.in_force, pipeline.fleet, horizon)
    hours.load(_instead(connection, days, schema.intervals, remade.INTERVALS), ())
    leaks = LeakBook(pipeline.in_force, pipeline.fleet, horizon)
    leaks.load(_instead(connection, days, schema.tyre_points, remade.POINTS), ())
    made = remade.by_vehicle(days.days)
    found = []
    for row in [*hours.everything().rows, *leaks.everything().rows]:
        day = _day(row, made.get((row["fleet_id"], row["vehicle_id"]), ()))
        if row["kind"] in KINDS and day is not None:
            found.append(remade.kept(remade.SPANS, row, task.own, day))
    since = int((task.until * DAY_S - hours.window) // DAY_S)
    names = [kept_rows.c[name] for name in ("fleet_id", "vehicle_id", "rules", "what", "row_id")]
    old = select(*names).where(kept_rows.c.rules == task.own, kept_rows.c.what == remade.SPANS)
    commit.remove(kept_rows, rows_of(connection, old.where(kept_rows.c.day >= since)))
    commit.upsert(kept_rows, [row for row in found if row["day"] >= since])
    return commit


def _instead(connection: Connection, days: Remade, table: Table, what: str) -> list[Row]:
    """Rows of the record with those of days made again in their place."""
    live: pl.DataFrame = tables.whole(connection, table)
    keys = [column.name for column in table.primary_key]
    return days.instead(live, what).sort(keys).to_dicts()


def _day(row: Row, days: Sequence[int]) -> int | None:
    """The day made again that an event counts with: its own, or the first one that it has gone on into."""
    first = int(row["start"] // DAY_S)
    k = bisect_right(days, first)
    if k and days[k - 1] == first:
        return first
    goes_on = k < len(days) and (row["end"] is None or row["end"] >= days[k] * DAY_S)
    return days[k] if goes_on else None
