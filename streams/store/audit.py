"""Audit: who did what and when; each row seals the one before, so that a removed or altered one is found."""

import getpass
import hashlib
import json
import math
import operator
import os
import secrets
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, select, update

from streams.store.deeds import audit

LOCK = 7_310_003  # advisory lock on PostgreSQL: who writes the next row
ERASED = "audit.erased"
PAGE = 5_000  # rows read at once

Row = dict[str, Any]


class Entry(NamedTuple):
    """Something done. ``detail`` holds what may have to be erased one day: names, reasons in somebody's words."""

    actor: str  # who says so: a name given with --actor, of a token; "tripmeter" for the program itself
    action: str  # alerts.acknowledge, registry.changed, quarantine.replay, rules.changed, http.refused, ...
    fleet_id: str = ""  # empty: of all fleets
    about: str = ""  # id of an alert, kind and key of a registry row, ...
    detail: Mapping[str, Any] = {}


def record(connection: Connection, entries: Iterable[Entry], at: float | None = None) -> None:
    """Append ``entries`` in the caller's transaction; the last thing it does, for others wait meanwhile.

    ``at`` is the wall clock (UTC epoch s), whatever a feed's says.
    """
    wanted = list(entries)
    if not wanted:
        return
    alone(connection)
    last = connection.execute(select(audit.c.id, audit.c.digest).order_by(audit.c.id.desc()).limit(1)).first()
    first, before = (last.id + 1, last.digest) if last else (1, "")
    rows = []
    for number, entry in enumerate(wanted, first):
        row = _row(number, entry, time.time() if at is None else at)
        before = row["digest"] = _digest(row, before)
        rows.append(row)
    connection.execute(insert(audit), rows)


def alone(connection: Connection) -> None:
    """Wait until nobody else appends, and let nobody until the end of the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def note(connection: Connection, entry: Entry) -> None:
    """Append ``entry``, unless the last of its action says the same: for what is looked at again at every start."""
    if _is_last(connection, entry):
        return
    alone(connection)
    if not _is_last(connection, entry):  # somebody else may have said the same
        record(connection, [entry])


def _is_last(connection: Connection, entry: Entry) -> bool:
    last = read(connection, action=entry.action, last=1)
    return (last[0]["detail"] if last else "") == _written(entry.detail)


def erase(connection: Connection, word: str, actor: str) -> int:
    """Empty what the rows say that name ``word``, how many; the chain still holds, and the erasure is on record."""
    return empty(connection, naming(connection, word), actor)


def naming(connection: Connection, word: str) -> list[int]:
    """Numbers of the rows that name ``word``."""
    named = audit.c.about.contains(word, autoescape=True) | audit.c.detail.contains(word, autoescape=True)
    named &= audit.c.action != ERASED
    return list(connection.execute(select(audit.c.id).where(named).order_by(audit.c.id)).scalars())


def empty(connection: Connection, numbers: list[int], actor: str) -> int:
    """Empty what these rows say, and say so."""
    if numbers:
        connection.execute(update(audit).where(audit.c.id.in_(numbers)).values(about="", detail="", salt=""))
        record(connection, [Entry(actor, ERASED, detail={"rows": numbers})])
    return len(numbers)


@dataclass
class Verified:
    """What became of the chain; ``head`` is worth writing down elsewhere: it says how long the chain was, and which."""

    rows: int = 0
    erased: int = 0
    head: str = "0:"  # number and digest of the last row
    problems: list[str] = field(default_factory=list)


def verify(connection: Connection, expected: str = "") -> Verified:
    """Go through the chain; ``expected`` is an earlier head, which must be in it still."""
    found, before = Verified(), ""
    emptied, heads = dict[int, str](), {found.head}
    for row in _all(connection):
        for number in range(found.rows + 1, row["id"]):
            found.problems.append(f"row {number} is missing")
        if row["digest"] != _digest(row, before) or (row["salt"] and row["content"] != _content(row)):
            found.problems.append(f"row {row['id']} is not what was written, or not after what it followed")
        elif row["action"] == ERASED and row["detail"]:
            for number in json.loads(row["detail"])["rows"]:
                emptied.pop(number, None)
        if not row["salt"]:
            emptied[row["id"]] = f"row {row['id']} was emptied, and no erasure on record says so"
            found.erased += 1
        found.rows, before = row["id"], row["digest"]
        found.head = f"{row['id']}:{row['digest']}"
        heads |= {found.head} & {expected}
    found.problems += emptied.values()
    if expected and expected not in heads:
        found.problems.append(f"the chain has been at {expected}, and has no such row any more")
    return found


def asked(
    *,
    fleet_id: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    between: tuple[float, float] = (-math.inf, math.inf),
) -> Select[Any]:
    """Rows of a fleet, by somebody, of an action or a family of them.

    ``between``: from the one to before the other (UTC epoch s).
    """
    query = select(audit)
    for bound, compared in zip(between, (operator.ge, operator.lt), strict=True):
        query = query.where(compared(audit.c.at, bound)) if math.isfinite(bound) else query
    for column, value in ((audit.c.fleet_id, fleet_id), (audit.c.actor, actor)):
        query = query if value is None else query.where(column == value)
    if action:
        family = (audit.c.action >= action) & (audit.c.action < f"{action}/")  # a slash follows a dot
        query = query.where(audit.c.action == action if "." in action else family)
    return query


def read(connection: Connection, *, last: int = 0, **said: Any) -> list[Row]:
    """The same in order; the ``last`` so many (0: all)."""
    newest = asked(**said).order_by(audit.c.id.desc())
    found = connection.execute(newest.limit(last) if last else newest).mappings()
    return [dict(row) for row in found][::-1]


def _all(connection: Connection) -> Iterable[Row]:
    after = 0
    while True:
        query = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(PAGE)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        if not rows:
            return
        yield from rows
        after = rows[-1]["id"]


def _row(number: int, entry: Entry, at: float) -> Row:
    row: Row = {"id": number, "at": at, "actor": entry.actor, "login": login(), "action": entry.action}
    row |= {"fleet_id": entry.fleet_id, "about": entry.about, "detail": _written(entry.detail)}
    row["salt"] = secrets.token_hex(8)
    return row | {"content": _content(row)}


def _written(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail, sort_keys=True, default=str) if detail else ""


def _content(row: Mapping[str, Any]) -> str:
    """Of what may be erased: salted, so that nobody can guess it back."""
    return _sha256([row["salt"], row["about"], row["detail"]])


def _digest(row: Mapping[str, Any], before: str) -> str:
    named = ("id", "at", "actor", "login", "action", "fleet_id", "content")
    return _sha256([before, *(row[name] for name in named)])


def _sha256(said: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@cache
def login() -> str:
    """Who this process is to its machine: nobody's word, unlike an actor."""
    try:
        import pwd

        user = pwd.getpwuid(os.geteuid()).pw_name
    except ImportError:
        user = getpass.getuser()
    except KeyError:  # a container's
        user = f"uid {os.geteuid()}"
    return f"{user}@{socket.gethostname()}"
