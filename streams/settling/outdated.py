"""Outdated: what premiums read of a vehicle was made before its record was settled, and has to be made again."""

from typing import Any

from sqlalchemy import Connection, select

from streams.store import schema
from streams.store.accounts import outdated

REMADE = "remade"  # key of the meta table: how far days have been made again by pinned rules; there once it is begun


def since(connection: Connection, slot: int, t: float) -> list[dict[str, Any]]:
    """Rows that say so of a vehicle whose record changes from ``t`` on (UTC epoch s); none if nothing was made."""
    if connection.execute(select(schema.meta.c.key).where(schema.meta.c.key == REMADE)).first() is None:
        return []
    before = connection.execute(select(outdated).where(outdated.c.slot == slot)).first()
    if before is None:
        return [{"slot": slot, "since": t, "number": 1}]
    return [{"slot": slot, "since": min(t, before.since), "number": before.number + 1}]
