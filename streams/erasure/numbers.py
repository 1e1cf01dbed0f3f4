"""Numbers: vehicles' states know drivers by number; whose number a token has."""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, func, insert, select, update

from streams.erasure.person import Person
from streams.pipeline import chain, saved
from streams.store import accounts, schema, upkeep

KEPT = (upkeep.states, upkeep.midnights, accounts.remade_states)  # hold states
SAID = ("condition", "said")  # a driver's number + 1, as the device said it


def renumber(connection: Connection, person: Person) -> int:
    """Give the token a number, in the states of the person's fleet too where other fleets know that id; states changed.

    A number is for good: where nobody else has the id, its number becomes the token's.
    """
    drivers = upkeep.drivers
    found = {row.driver_id: row.number for row in connection.execute(select(drivers))}
    old, new = found.get(person.driver_id), found.get(person.token)
    if old is None:
        return 0
    shared = _is_shared(connection, person)
    if new is None and not shared:
        connection.execute(update(drivers).where(drivers.c.number == old).values(driver_id=person.token))
        return 0
    if new is None:
        new = len(found)
        connection.execute(insert(drivers), {"number": new, "driver_id": person.token})
    if not shared:  # nobody's number from now on
        connection.execute(update(drivers).where(drivers.c.number == old).values(driver_id=f"{person.token}~"))
    return sum(_states(connection, table, person, old, new) for table in KEPT)


def _is_shared(connection: Connection, person: Person) -> bool:
    segments = schema.segments
    others = (segments.c.driver_id == person.driver_id, segments.c.fleet_id != person.fleet_id)
    return bool(connection.execute(select(func.count()).select_from(segments).where(*others)).scalar())


def _states(connection: Connection, table: Table, person: Person, old: int, new: int) -> int:
    slots = select(upkeep.vehicles.c.slot).where(upkeep.vehicles.c.fleet_id == person.fleet_id)
    changed = 0
    for row in connection.execute(select(table).where(table.c.slot.in_(slots))).mappings().all():
        body = restated(row["body"], old, new)
        if body != row["body"]:
            key = [column == row[column.name] for column in table.primary_key]
            connection.execute(update(table).where(*key).values(body=body))
            changed += 1
    return changed


def restated(body: bytes, old: int, new: int) -> bytes:
    """A state with driver ``new`` wherever it has ``old``; one of another version, which is made anew, as it is."""
    try:
        kept = saved.unpack(body)
    except zlib.error:
        return body
    if len(kept) != chain.STATE.itemsize:
        return body
    state = np.frombuffer(kept, chain.STATE).copy()
    for path in _drivers(chain.STATE):
        less = int(path == SAID)
        part: Any = state
        for name in path:
            part = part[name]
        part[part == old + less] = new + less
    return saved.pack(state.tobytes())


def _drivers(dtype: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where in a state a driver's number stands."""
    for name in dtype.names or ():
        inner = dtype[name].base
        here = (*path, name)
        if inner.names:
            yield from _drivers(inner, here)
        elif name == "driver" or here == SAID:
            yield here
