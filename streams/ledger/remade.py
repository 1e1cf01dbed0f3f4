"""Remade: days made again by pinned rules, as they are kept, and how they take the place of the record's."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, select

from pricing.condition import PARTS, SOFT
from pricing.counts import KINDS as COUNTED
from streams.journeys.exposure import SUMS
from streams.kernels.bands import BANDS
from streams.store.accounts import remade
from streams.store.store import rows_of

Row = dict[str, Any]

DAY_S = 86_400.0
VEHICLE = ("fleet_id", "vehicle_id")
KEY = (*VEHICLE, "day")
MADE, GONE, UNREAD = "made", "gone", "unread"  # of a day itself: done, or why not
KINDS = {*COUNTED, *SOFT, *(kind for kinds, _ in PARTS.values() for kind in kinds)}  # that premiums are read from
EVENTS, SPANS, SEGMENTS, INTERVALS, POINTS = "events", "spans", "segments", "intervals", "tyre_points"
HOURS, HOURS_DAY = "hours", "hours_day"  # events of streams.ledger.wheel, and a fleet's day they are all of
_EVENT = ("event_id", "kind", "subject", "level", "start", "end", "quality", "source", *BANDS)
_KEPT = {  # what of a row is kept, besides whose it is
    EVENTS: _EVENT,
    SPANS: _EVENT,  # events over many days: hours at the wheel, slow leaks
    HOURS: _EVENT,
    SEGMENTS: ("day", "start", "end", *SUMS),
    INTERVALS: ("start", "activity", "end", "status", "quality", "named"),
    POINTS: ("wheel", "start", "cold_kpa", "readings"),
}
_NAMED = {  # what tells a row of a vehicle from its others
    EVENTS: ("event_id",),
    SPANS: ("event_id",),
    HOURS: ("event_id",),
    SEGMENTS: ("day", "start"),
    INTERVALS: ("activity", "start"),
    POINTS: ("wheel", "start"),
}


def kept(what: str, row: Mapping[str, Any], rules: str, day: int) -> Row:
    """A row of a public table as it is kept for a day."""
    end = row.get("end")
    return {
        **{name: row[name] for name in VEHICLE},
        "rules": rules,
        "what": what,
        "row_id": " ".join(str(row[name]) for name in _NAMED[what]),
        "day": day,
        "end": row["start"] if end is None else end,
        "driver_id": row.get("driver_id"),
        "body": json.dumps({name: row[name] for name in _KEPT[what]}),
    }


def marker(what: str, vehicle: tuple[str, str], rules: str, day: int) -> Row:
    """Says of a day that it was made again, or why it was not."""
    body = {"row_id": str(day), "day": day, "end": (day + 1) * DAY_S, "driver_id": None, "body": "{}"}
    who = dict(zip(VEHICLE, vehicle, strict=True))
    return {**who, "rules": rules, "what": what, **body}


def named(connection: Connection, vehicle: tuple[str, str], rules: str, *where: ColumnElement[bool]) -> list[Row]:
    """What to name, so that those rows of a vehicle go ``where`` something holds."""
    columns = [remade.c[name] for name in (*KEY, "rules", "what")]
    mine = [remade.c[name] == value for name, value in zip(VEHICLE, vehicle, strict=True)]
    return rows_of(connection, select(*columns).distinct().where(*mine, remade.c.rules == rules, *where))


def ending(
    connection: Connection, vehicle: tuple[str, str], rules: str, since: float, begun: Sequence[str]
) -> list[Row]:
    """The keys of a vehicle's rows, but for spans, that end after an instant, and of the events ``begun``."""
    mine = [remade.c[name] == value for name, value in zip(VEHICLE, vehicle, strict=True)]
    ends = remade.c.what.in_([EVENTS, SEGMENTS, INTERVALS, POINTS]) & (remade.c.end > since)
    named = (remade.c.what == EVENTS) & remade.c.row_id.in_(begun)
    return rows_of(connection, select(*remade.primary_key).where(*mine, remade.c.rules == rules, ends | named))


@dataclass(frozen=True)
class Remade:
    """Days of vehicles that were made again, and their rows."""

    days: pl.DataFrame  # KEY, day since 1970
    rows: Sequence[Row]  # of the table
    why: Mapping[tuple[str, str, int], str]  # of days that could not be: GONE, UNREAD

    @classmethod
    def read(
        cls, connection: Connection, rules: str, since: int, holds: Callable[[Row], bool] = lambda _: True
    ) -> "Remade":
        """Those by a rule set from a day on for which that ``holds``."""
        query = select(remade).where(remade.c.rules == rules, remade.c.day >= since)
        found = [row for row in rows_of(connection, query.order_by(*remade.primary_key)) if holds(row)]
        made = [tuple(row[name] for name in KEY) for row in found if row["what"] == MADE]
        why = {tuple(row[name] for name in KEY): row["what"] for row in found if row["what"] in (GONE, UNREAD)}
        days = pl.DataFrame(made, schema={**dict.fromkeys(VEHICLE, pl.String), "day": pl.Int64}, orient="row")
        return cls(days, found, why)

    def told(self, *what: str) -> Iterator[Row]:
        """The rows of a table, as far as they are kept."""
        for row in self.rows:
            if row["what"] in what:
                yield told(row)

    def instead(self, live: pl.DataFrame, *what: str) -> pl.DataFrame:
        """A table of the record with these days' rows in the place of its own."""
        if self.days.is_empty():
            return live
        mine = pl.DataFrame(list(self.told(*what)), schema=live.schema)
        day = pl.col("day") if "day" in live.columns else pl.col("start") // DAY_S
        dated, keys = live.with_columns(_day=day.cast(pl.Int64)), [*VEHICLE, *_NAMED[what[0]]]
        rest = dated.join(self.days, left_on=[*VEHICLE, "_day"], right_on=list(KEY), how="anti").drop("_day")
        rest = rest.join(mine, on=keys, how="anti")
        return pl.concat([rest, mine])


def told(row: Row) -> Row:
    """A row of a public table, as far as it is kept."""
    body: Row = json.loads(row["body"])
    return {name: row[name] for name in (*VEHICLE, "driver_id")} | body


def by_vehicle(days: pl.DataFrame) -> dict[tuple[str, str], list[int]]:
    """Days by vehicle, ascending."""
    found: dict[tuple[str, str], list[int]] = {}
    for fleet_id, vehicle_id, day in days.sort(KEY).iter_rows():
        found.setdefault((fleet_id, vehicle_id), []).append(day)
    return found
