"""Recorded: a registry written to the store, and in the audit log which rows that changed."""

import time

from sqlalchemy import Connection

from streams.registry import Registry, stored
from streams.registry.book import Change
from streams.store.audit import Entry, record


def write(connection: Connection, before: Registry, after: Registry, actor: str) -> None:
    """Make the stored registry ``after``, in the caller's transaction."""
    changes = stored.write(connection, after, time.time())
    record(connection, [_entry(change, before, after, actor) for change in changes])


def _entry(change: Change, before: Registry, after: Registry, actor: str) -> Entry:
    """For the audit log: which fields, not what was in them - some is of persons, some is secret."""
    row = (before if change.what == "removed" else after).rows[change.kind][change.key]
    detail = {"fields": change.fields} if change.fields else {}
    fleet_id = str(getattr(row, "fleet_id", ""))
    return Entry(actor, f"registry.{change.what}", fleet_id, f"{change.kind} {change.key}", detail)
