"""Stored: the registry as rows of the store, written in the caller's transaction."""

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from streams.registry.book import Change, Registry, Some, diff
from streams.registry.rows import KINDS
from streams.store import schema

_encode = msgspec.json.Encoder().encode


def read(connection: Connection, table: Table = schema.registry) -> Registry:
    """The registry as it is stored."""
    registry = Registry()
    for kind, _, body in connection.execute(select(table.c.kind, table.c.key, table.c.body)):
        registry.put(msgspec.json.decode(body, type=KINDS[kind]))
    return registry


def of(connection: Connection, kind: type[Some]) -> list[Some]:
    """Rows of one kind."""
    table = schema.registry
    query = select(table.c.body).where(table.c.kind == kind.KIND)
    return [msgspec.json.decode(body, type=kind) for body in connection.execute(query).scalars()]


def write(
    connection: Connection, registry: Registry, recorded_at: float, table: Table = schema.registry
) -> list[Change]:
    """Make the stored registry equal to ``registry``, and say what that changes.

    Rows that do not change keep the time they were recorded at.
    """
    changes = diff(read(connection, table), registry)
    gone = [{"of": change.kind, "named": change.key} for change in changes if change.what != "added"]
    new = [
        {
            "kind": change.kind,
            "key": change.key,
            "body": _encode(registry.rows[change.kind][change.key]).decode(),
            "recorded_at": recorded_at,
        }
        for change in changes
        if change.what != "removed"
    ]
    if gone:
        named = (table.c.kind == bindparam("of")) & (table.c.key == bindparam("named"))
        connection.execute(delete(table).where(named), gone)
    if new:
        connection.execute(insert(table), new)
    return changes
