"""Outdated: what premiums read of a vehicle was made before its record was settled, and has to be made again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from streams.fleets.fleet import Coupled
from streams.fleets.followed import made_with, pulled, trailers
from streams.store import schema, upkeep
from streams.store.accounts import outdated
from streams.store.store import Commit

REMADE = "remade"  # key of the meta table: how far days have been made again by pinned rules; there once it is begun


def settled(
    connection: Connection, commit: Commit, slot: int, couplings: Iterable[Coupled], since: float, start: float
) -> None:
    """Say so of a vehicle whose record changes from ``since`` on (UTC epoch s), and which trailers it is made with now.

    It was run again from ``start`` with these ``couplings``: where they are others than before, it changes from there.
    """
    row = connection.execute(select(upkeep.vehicles).where(upkeep.vehicles.c.slot == slot)).mappings().first()
    known = "" if row is None else made_with(row["known"], pulled(row["known"]), set(trailers(couplings)), start)
    if row is not None and known != row["known"]:
        commit.upsert(upkeep.vehicles, [dict(row) | {"known": known}])
        since = min(since, start)
    commit.upsert(outdated, _since(connection, slot, since))


def _since(connection: Connection, slot: int, t: float) -> list[dict[str, Any]]:
    """None if nothing was made."""
    if connection.execute(select(schema.meta.c.key).where(schema.meta.c.key == REMADE)).first() is None:
        return []
    before = connection.execute(select(outdated).where(outdated.c.slot == slot)).first()
    if before is None:
        return [{"slot": slot, "since": t, "number": 1}]
    return [{"slot": slot, "since": min(t, before.since), "number": before.number + 1}]
