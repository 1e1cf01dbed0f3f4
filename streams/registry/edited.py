"""Edited: a changed registry put on record, with who changed what in the audit log."""

import time
from collections.abc import Callable

from sqlalchemy import Connection

from streams.registry import stored
from streams.registry.book import Change, Registry
from streams.store.audit import Entry, record
from streams.store.store import Store


def edited(store: Store, actor: str, change: Callable[[Registry], Registry]) -> list[Change]:
    """Make of the stored registry what ``change`` makes of it and ``validate`` has found good; nobody writes between.

    Where ``change`` raises, nothing has been changed.
    """
    with store.writing() as connection:
        before = stored.read(connection)
        return put(connection, before, change(before), actor)


def put(connection: Connection, before: Registry, after: Registry, actor: str) -> list[Change]:
    """Make the stored registry, which is ``before``, equal to ``after``, in the caller's transaction."""
    changes = stored.write(connection, after, time.time())
    record(connection, [_entry(change, before, after, actor) for change in changes])
    return changes


def _entry(change: Change, before: Registry, after: Registry, actor: str) -> Entry:
    """For the audit log: which fields, not what was in them - some is of persons, some is secret."""
    row = (before if change.what == "removed" else after).rows[change.kind].get(change.key)
    detail = {"fields": change.fields} if change.fields else {}
    fleet_id = str(getattr(row, "fleet_id", ""))
    return Entry(actor, f"registry.{change.what}", fleet_id, f"{change.kind} {change.key}", detail)
