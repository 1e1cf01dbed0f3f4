"""Chosen: what a fleet has set for itself - who, when, from when on - appended to the record; the last word holds."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, insert, select

from streams.store import deeds
from streams.store.audit import Entry, alone, record
from streams.store.marks import clock
from streams.store.store import Store, rows_of

Row = dict[str, Any]
Also = Callable[[Connection, float], float]  # (connection, now) -> when it takes hold

THRESHOLDS, QUIET = "thresholds", "quiet"  # sections
SHOWN = 100  # rows of a history


class ChosenError(Exception):
    """A setting that cannot be."""


class ChangedError(Exception):
    """Somebody else has changed the section since it was looked at."""

    def __init__(self, row: Row | None) -> None:
        self.actor = row["actor"] if row else ""
        super().__init__(f"{self.actor or 'somebody'} has changed it")


def latest(connection: Connection, fleet_id: str, section: str, now: float = float("inf")) -> dict[str, Row]:
    """The last word on each name of a section that holds at ``now`` (UTC epoch s), values read."""
    settings = deeds.fleet_settings
    mine = (settings.c.fleet_id == fleet_id, settings.c.section == section)
    query = select(settings).where(*mine, settings.c.at <= now).order_by(settings.c.id)
    return {row["name"]: row | {"value": json.loads(row["value"])} for row in rows_of(connection, query)}


def rev(connection: Connection, fleet_id: str, section: str) -> str:
    """What a change must have seen: the number of the last word in a section."""
    settings = deeds.fleet_settings
    query = select(func.max(settings.c.id)).where(settings.c.fleet_id == fleet_id, settings.c.section == section)
    return str(connection.execute(query).scalar() or 0)


def history(connection: Connection, fleet_id: str) -> list[Row]:
    """Who has changed what and when, the newest first."""
    settings = deeds.fleet_settings
    query = select(settings).where(settings.c.fleet_id == fleet_id).order_by(settings.c.id.desc()).limit(SHOWN)
    return [row | {"value": json.loads(row["value"])} for row in rows_of(connection, query)]


def choose(
    store: Store,
    about: tuple[str, str, str],
    value: Row,
    actor: str,
    now: float,
    seen: str = "",
    also: Also = clock,
) -> None:
    """Set ``about`` (fleet, section, name); an empty ``value``: as the service. ``ChangedError`` unless as seen.

    ``seen`` is the ``rev`` somebody saw (empty: any), ``also`` does what belongs into the same transaction.
    The same said twice is on record once.
    """
    fleet_id, section, name = about
    with store.writing() as connection:
        alone(connection)
        if seen not in ("", rev(connection, fleet_id, section)):
            raise ChangedError(next(iter(history(connection, fleet_id)), None))
        before = latest(connection, fleet_id, section).get(name, {"value": {}})["value"]
        if before == value:
            return
        row = {"fleet_id": fleet_id, "section": section, "name": name, "actor": actor, "at": also(connection, now)}
        connection.execute(insert(deeds.fleet_settings), row | {"value": json.dumps(value, sort_keys=True)})
        detail = {"from": row["at"], "before": before, "after": value}
        record(connection, [Entry(actor, f"settings.{section}", fleet_id, name, detail)])
