"""Work: an erasure is carried out - the record in one transaction, then the archive; at last it is forgotten whose."""

import json
import logging
import math
import re
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from streams.erasure import rows
from streams.erasure.numbers import renumber
from streams.erasure.person import Person
from streams.erasure.registered import refollow, unregister
from streams.intake.veil import mark_of
from streams.keeping import archive
from streams.keeping.keeping import DAY_S
from streams.objects import Objects
from streams.store import audit, schema
from streams.store.deeds import audit as audited
from streams.store.store import Store, rows_of
from streams.store.upkeep import erasures

logger = logging.getLogger(__name__)

Row = dict[str, Any]
Clock = Callable[[Connection], float]  # what time it is in a store (UTC epoch s)

STAGES = ASKED, RECORDED, DONE = ("asked", "recorded", "done")
REMEMBERED_DAYS = 30  # ours: devices hold back data for weeks at most; no shorter than the horizon
BY = "tripmeter"


def ask(connection: Connection, person: Person, now: float, horizon_days: int) -> None:
    """Put an erasure on record, for whoever writes here to carry out; ``now`` is the wall's clock (UTC epoch s)."""
    salt = secrets.token_hex(16)
    row: Row = {"token": person.token, "fleet_id": person.fleet_id, "stage": ASKED, "person": person.written()}
    row |= {"asked_at": now, "done_at": None, "before": None, "counts": "{}", "seal": "", "salt": salt}
    row |= {"mark": mark_of(salt, person.driver_id), "until": now + max(REMEMBERED_DAYS, horizon_days) * DAY_S}
    connection.execute(insert(erasures), row)


def at_stage(store: Store, stage: str) -> list[Row]:
    """Erasures that wait at a stage, in the order they were asked for."""
    query = select(erasures).where(erasures.c.stage == stage).order_by(erasures.c.asked_at, erasures.c.token)
    return store.ask(lambda connection: rows_of(connection, query))


def clear_record(store: Store, clock: Clock) -> int:
    """Carry out what was asked for in the store, of which nothing may be in memory; how many there were."""
    waiting = at_stage(store, ASKED)
    for row in waiting:
        person = Person.of(row)
        with store.writing() as connection:
            before = _after_all(connection, clock(connection))
            counts = changed(connection, person, before)
            said = {"stage": RECORDED, "before": before, "counts": json.dumps(counts)}
            said["seal"] = rows.sealed(connection, person.fleet_id, person.token)
            connection.execute(update(erasures).where(erasures.c.token == person.token).values(said))
        logger.info("a person's data in the store is nobody's now: %s", person.token)
    if waiting:
        _shred(store)
    return len(waiting)


def changed(connection: Connection, person: Person, before: float) -> Counter[str]:
    """Put the token everywhere, in the caller's transaction; rows changed by table."""
    counts = rows.named(connection, person)
    counts += rows.raw(connection, person) + rows.told(connection, person) + rows.written(connection, person)
    counts["states"] += renumber(connection, person)
    counts["vehicles"] += refollow(connection, person, before)
    counts["registry"] += unregister(connection, person, before, time.time())
    counts["audit"] += _audited(connection, person)
    return +counts


def clear_archive(store: Store, objects: Objects) -> int:
    """Do the same to the archive, a file at a time, and let go of who it was; how many erasures are done by it."""
    waiting = at_stage(store, RECORDED)
    for row in waiting:
        person, files = Person.of(row), 0
        for part in archive.parts(objects):
            files += part.fleet_id == person.fleet_id and _rewritten(objects, part, person)
        counts = json.dumps(json.loads(row["counts"]) | ({"archive": files} if files else {}))
        with store.writing() as connection:
            said = {"stage": DONE, "person": "", "counts": counts, "done_at": time.time()}
            connection.execute(update(erasures).where(erasures.c.token == person.token).values(said))
            done = audit.Entry(BY, "erasure.done", person.fleet_id, person.token, json.loads(counts))
            audit.record(connection, [done])
    if waiting:
        _shred(store)
    return len(waiting)


def forget(store: Store, now: float) -> None:
    """Throw away the keys by which late data of persons was recognised, once it is time."""
    old = (erasures.c.until < now, erasures.c.mark != "", erasures.c.stage == DONE)
    with store.reading() as connection:
        if not connection.execute(select(func.count()).select_from(erasures).where(*old)).scalar():
            return
    with store.writing() as connection:
        connection.execute(update(erasures).where(*old).values(salt="", mark=""))
    _shred(store)


def _rewritten(objects: Objects, part: archive.Part, person: Person) -> bool:
    frame = archive.load(objects, part)
    bodies = frame["body"].to_list()
    told = [person.body(body) if person.is_in(body) else body for body in bodies]
    if told == bodies:
        return False
    archive.save(objects, part.name, frame.with_columns(body=archive.bodies(told)))
    return True


def _audited(connection: Connection, person: Person) -> int:
    """Empty what the audit log says of them; that it happened stays, and that it was not tampered with."""
    numbers = sorted({number for word in person.words for number in audit.naming(connection, word)})
    query = select(audited).where(audited.c.id.in_(numbers), audited.c.fleet_id.in_(["", person.fleet_id]))
    found = rows_of(connection, query.order_by(audited.c.id))
    theirs = [row["id"] for row in found if _is_about(row, person)]
    return audit.empty(connection, theirs, BY)


def _is_about(row: Row, person: Person) -> bool:
    """Whether a row of the audit log names them: in words, or as the key of a row of the registry."""
    of_registry = row["action"].startswith("registry.") and person.driver_id in re.split("[ /]", row["about"])
    return of_registry or any(person.text(row[name]) != row[name] for name in ("about", "detail"))


def _after_all(connection: Connection, now: float) -> float:
    """A whole second after everything that is on record: what is said of later is somebody else's."""
    payloads = schema.payloads
    newest = connection.execute(select(func.max(payloads.c.last)).where(payloads.c.last < now + DAY_S)).scalar()
    return float(math.floor(max(now, newest or now)) + 1)


def _shred(store: Store) -> None:
    """What a SQLite file holds of rows that are gone goes too; PostgreSQL has its own ways (docs/data.md)."""
    if store.engine.dialect.name != "sqlite":
        return
    raw = store.engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM")
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        logger.warning("the database's file may show what was erased until it is vacuumed: %s", error)
    finally:
        raw.close()
