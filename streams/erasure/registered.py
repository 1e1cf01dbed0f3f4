"""Registered: a person in the registry - their row, assignments, notes about them - and in what it said before."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from streams.erasure.person import Person
from streams.registry import stored
from streams.registry.base import Row
from streams.registry.book import Registry
from streams.registry.claims import Claim
from streams.registry.periods import Fleets, seconds
from streams.registry.rows import Driver, DriverAssignment
from streams.store import upkeep

REMARKS = ("note", "source")  # columns in people's words


def unregister(connection: Connection, person: Person, before: float, now: float) -> int:
    """Put the token in the person's place, and end their assignments at ``before``; rows changed.

    Who they were is gone: name, licence, note. ``now`` is the wall's clock (UTC epoch s).
    """
    registry, after = stored.read(connection), Registry()
    fleets = Fleets(registry)
    for rows in registry.rows.values():
        for row in rows.values():
            changed = _changed(row, person, before, fleets)
            if changed is not None:
                after.put(changed)
    return len(stored.write(connection, after, now))


def names_of(connection: Connection, fleet_id: str, driver_id: str) -> tuple[str, ...]:
    """What the registry calls them."""
    row = stored.read(connection).rows["drivers"].get(driver_id)
    return (row.name,) if isinstance(row, Driver) and row.fleet_id == fleet_id and row.name else ()


def _changed(row: Row, person: Person, before: float, fleets: Fleets) -> Row | None:
    """The row without the person; None: it goes."""
    if isinstance(row, Driver) and row.driver_id == person.driver_id and row.fleet_id == person.fleet_id:
        return Driver(driver_id=person.token, fleet_id=row.fleet_id)
    if isinstance(row, Claim) and row.driver_id == person.driver_id and fleets.fleet_of(row) == person.fleet_id:
        return msgspec.structs.replace(row, driver_id=person.token)
    mine = isinstance(row, DriverAssignment) and row.driver_id == person.driver_id
    if isinstance(row, DriverAssignment) and mine and fleets.fleet_of(row) == person.fleet_id:
        first, last = seconds(row, fleets)
        if first >= before:
            return None
        end = {"to": datetime.fromtimestamp(before, UTC)} if last > before else {}
        row = msgspec.structs.replace(row, driver_id=person.token, **end)
    said = {name: getattr(row, name) for name in REMARKS if getattr(row, name, "")}
    told = {name: person.text(value) for name, value in said.items()}
    return msgspec.structs.replace(row, **told) if told != said else row


def refollow(connection: Connection, person: Person, before: float) -> int:
    """What the registry said of vehicles when their record was made, likewise: then nothing has changed by it."""
    vehicles, changed = upkeep.vehicles, 0
    for row in connection.execute(select(vehicles).where(vehicles.c.fleet_id == person.fleet_id)).all():
        known = json.loads(row.known or "{}")
        spans: list[Any] = known.get("assignments", [])
        if not any(driver == person.driver_id for _, _, driver in spans):
            continue
        theirs = [
            [start, min(end, before), person.token] if driver == person.driver_id else [start, end, driver]
            for start, end, driver in spans
            if driver != person.driver_id or start < before
        ]
        said = json.dumps(known | {"assignments": theirs})
        connection.execute(update(vehicles).where(vehicles.c.slot == row.slot).values(known=said))
        changed += 1
    return changed
