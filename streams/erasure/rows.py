"""Rows: the tables of a store in which a person stands, with a token in their place; nothing else changes."""

import io
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, bindparam, delete, func, insert, or_, select, update

from devices import topics
from devices.renaming import text
from streams.erasure.person import Person, seal_of
from streams.ids import digest
from streams.records import rows
from streams.store import accounts, deeds, schema, upkeep
from streams.store.store import rows_of

AT_ONCE = 1_000  # rows: what is kept around a crash may be 100 kB

Row = dict[str, Any]

NAMED = (
    schema.events,
    schema.trips,
    schema.intervals,
    schema.segments,
    schema.alerts,
    accounts.remade,
    accounts.drivers,
)  # driver_id
TEXTS: dict[Table, tuple[str, ...]] = {  # what people and devices wrote
    schema.events: ("note", "media"),
    deeds.actions: ("actor", "value", "reason"),
    deeds.task_actions: ("actor", "assignee", "finding"),
    deeds.notices: ("target",),
    deeds.fleet_settings: ("actor",),
}


def named(connection: Connection, person: Person) -> Counter[str]:
    """Rows that say who drove."""
    counts: Counter[str] = Counter()
    for table in NAMED:
        theirs = (table.c.fleet_id == person.fleet_id, table.c.driver_id == person.driver_id)
        counts[table.name] += connection.execute(update(table).where(*theirs).values(driver_id=person.token)).rowcount
    return counts


def written(connection: Connection, person: Person) -> Counter[str]:
    """What people wrote of them."""
    counts: Counter[str] = Counter()
    for table, names in TEXTS.items():
        said = or_(*[table.c[name].contains(word, autoescape=True) for name in names for word in person.words])
        query = select(table).where(table.c.fleet_id == person.fleet_id, said)
        for row in rows_of(connection, query):
            told = {name: person.text(row[name]) for name in names if row[name]}
            if any(told[name] != row[name] for name in told):
                counts[table.name] += 1
                connection.execute(update(table).where(*_key(table, row)).values(told))
    return counts


def told(connection: Connection, person: Person) -> Counter[str]:
    """Rows kept as JSON: revisions, midnights' events, messages on their way out or refused."""
    slots = _slots(connection, person)
    midnights, states = upkeep.midnights, accounts.remade_states
    return Counter(
        {
            "revisions": _each(connection, schema.revisions, "before", lambda said: _json(said, person)),
            "midnights": _each(connection, midnights, "told", lambda said: _json(said, person), slots),
            "ledger_states": _each(connection, states, "told", lambda said: _json(said, person), slots),
            "outbox": _each(connection, schema.outbox, "body", lambda body: _message(body, person)),
            "undelivered": _each(connection, schema.undelivered, "body", lambda body: _message(body, person)),
        }
    )


def raw(connection: Connection, person: Person) -> Counter[str]:
    """Payloads on record and in quarantine, and the samples kept around crashes."""
    payloads, evidence = schema.payloads, schema.evidence
    slots = _slots(connection, person)
    counts = Counter(payloads=_each(connection, payloads, "body", lambda body: _payload(body, person), slots))
    counts["evidence"] = _each(connection, evidence, "body", lambda body: recording(body, person), {person.fleet_id})
    counts["quarantine"] = _quarantined(connection, person)
    return counts


def sealed(connection: Connection, fleet_id: str, driver_id: str) -> str:
    """The seal of a driver's exposure, which does not say whose it is."""
    table = schema.segments
    return seal_of(
        rows_of(connection, select(table).where(table.c.fleet_id == fleet_id, table.c.driver_id == driver_id))
    )


def recording(body: bytes, person: Person) -> bytes:
    """A recording of samples with the token for the driver; the same bytes if it does not name them."""
    frame = pl.read_parquet(io.BytesIO(body))
    if "driver_id" not in frame.columns or not (frame["driver_id"] == person.driver_id).any():
        return body
    told = io.BytesIO()
    frame.with_columns(pl.col("driver_id").replace(person.driver_id, person.token)).write_parquet(told)
    return told.getvalue()


def _payload(body: bytes, person: Person) -> bytes:
    return person.body(body) if person.is_in(body) else body


def _json(said: str | None, person: Person) -> str | None:
    if not said or not (person.is_in(said.encode())):
        return said
    before = json.loads(said)
    after = person.row(before)
    return said if after == before else json.dumps(after)


def _message(body: bytes, person: Person) -> bytes:
    """Told of an alert of their fleet, or a list of alerts in words."""
    if not person.is_in(body):
        return body
    try:
        before = json.loads(body)
    except ValueError:  # a frame on its way to the dead letters
        return body
    after = person.row(before)
    return body if after == before else json.dumps(after, separators=(",", ":")).encode()


def _quarantined(connection: Connection, person: Person) -> int:
    """A row there is named by what it holds."""
    table = schema.quarantine
    query = select(table).where(table.c.topic.startswith(f"{topics.ROOT}/{person.fleet_id}/", autoescape=True))
    changed = 0
    for row in rows_of(connection, query):
        detail = text(row["detail"], person.driver_id, person.token)
        after = row | {"body": _payload(row["body"], person), "detail": detail}
        if after != row:
            after["id"] = rows.set_aside(row["reason"], row["topic"], detail, after["body"])
            connection.execute(delete(table).where(table.c.id.in_([row["id"], after["id"]])))
            connection.execute(insert(table), after)
            changed += 1
    return changed


OWNERS = {  # column that says whose
    schema.payloads: "slot",
    upkeep.midnights: "slot",
    accounts.remade_states: "slot",
    schema.evidence: "fleet_id",
}


def _each(
    connection: Connection, table: Table, column: str, change: Callable[[Any], Any], of: Collection[Any] = ()
) -> int:
    """Change a column of the rows of a table, or of those whose owner is one of ``of``; how many changed.

    It goes through the table in order of its key, whosever rows they are: to look for some and sort them takes longer.
    """
    keys, owner = list(table.primary_key), table.c[OWNERS.get(table, column)]
    other = update(table).where(*[key == bindparam(f"key_{key.name}") for key in keys])
    values: Row = {column: bindparam("said")} | {name: bindparam(f"new_{name}") for name in _marks(table)}
    changed = 0
    for some in _chunks(connection, select(*keys, owner.label("owner"), table.c[column].label("said")), keys):
        pairs = [(row, change(row.said)) for row in some if table not in OWNERS or row.owner in of]
        told = [
            {f"key_{key.name}": value for key, value in zip(keys, row, strict=False)}
            | {"said": after}
            | _mark(table, after)
            for row, after in pairs
            if after != row.said
        ]
        if told:
            connection.execute(other.values(values), told)
        changed += len(told)
    return changed


def _chunks(connection: Connection, query: Select[Any], keys: list[Any]) -> Iterator[Sequence[Any]]:
    """The rows in order of their keys, some at a time."""
    ordered = query.order_by(*keys).limit(AT_ONCE)
    some = connection.execute(ordered).all()
    while some:
        yield some
        some = connection.execute(ordered.where(_behind(keys, some[-1]))).all()


def _behind(keys: list[Any], row: Sequence[Any]) -> Any:
    """Of rows in order of ``keys``, those after ``row``."""
    if len(keys) == 1:
        return keys[0] > row[0]
    return or_(keys[0] > row[0], (keys[0] == row[0]) & _behind(keys[1:], row[1:]))


def _marks(table: Table) -> tuple[str, ...]:
    return ("digest",) if table is schema.payloads else ()


def _mark(table: Table, body: Any) -> Row:
    """A payload is recognised by the digest of what it is now."""
    return {f"new_{name}": digest(body) for name in _marks(table)}


def _slots(connection: Connection, person: Person) -> set[int]:
    vehicles = upkeep.vehicles
    return set(connection.execute(select(vehicles.c.slot).where(vehicles.c.fleet_id == person.fleet_id)).scalars())


def _key(table: Table, row: Row) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


def count(connection: Connection, person: Person) -> int:
    """Rows that say they drove: 0 of a person nobody knows here."""
    found = 0
    for table in NAMED:
        theirs = (table.c.fleet_id == person.fleet_id, table.c.driver_id == person.driver_id)
        found += connection.execute(select(func.count()).select_from(table).where(*theirs)).scalar() or 0
    return found
