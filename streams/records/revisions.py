"""Revisions: what changed in the record after it had been told, with the row as it was."""

import json
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Table

from streams import metrics
from streams.records.rows import Revised
from streams.store import schema
from streams.store.store import Commit, named

Row = dict[str, Any]


def settled(connection: Connection, commit: Commit, now: float) -> None:
    """Add what ``commit`` makes new, replaces or retracts in events and trips."""
    for table, key in ((schema.events, "event_id"), (schema.trips, "trip_id")):
        wanted = {row[key]: row for row in commit.upserts[table]}
        names = [*wanted, *(row[key] for row in commit.deletes.get(table, ()) if row[key] not in wanted)]
        before = {row[key]: row for row in named(connection, table.c[key], names)}
        for name in names:
            change = _change(before.get(name), wanted.get(name))
            if change:
                _write(commit, table, name, change, before.get(name), now)


def reported(connection: Connection, revised: Revised, commit: Commit, now: float) -> None:
    """Add what reports of devices make otherwise in the past: an event that only goes on is no revision."""
    key, gone = "event_id", {_about(row) for row in revised.retracted}
    names = [row[key] for row in (*revised.rows, *revised.retracted)]
    before = {row[key]: row for row in named(connection, schema.events.c[key], names)}
    for row in revised.retracted:
        _write(commit, schema.events, row[key], "retracted", before.get(row[key]), now)
    for row in revised.rows:
        was = before.get(row[key])
        if was is None and _about(row) in gone:
            _write(commit, schema.events, row[key], "new", None, now)
        elif was is not None and was["end"] == row["end"]:
            _write(commit, schema.events, row[key], "replaced", was, now)


def _about(row: Row) -> tuple[str, ...]:
    return row["fleet_id"], row["vehicle_id"], row["kind"], row["subject"]


def _change(before: Row | None, after: Row | None) -> str | None:
    if before is None:
        return None if after is None else "new"
    if after is None:
        return "retracted"
    return None if before == after or before.get("status") == "open" else "replaced"  # an open trip only went on


def _write(commit: Commit, table: Table, name: str, change: str, before: Row | None, now: float) -> None:
    was = None if before is None else json.dumps(before)
    entry = {"at": now, "engine": version("tripmeter"), "table_name": table.name, "row_id": name, "change": change}
    commit.append(schema.revisions, [entry | {"before": was}])
    metrics.REVISIONS.labels(change).inc()
