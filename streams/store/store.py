"""Store: one transaction holds what was accepted, what it caused, and the state it left."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import randbits
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from streams.store import migrations, schema, upkeep

logger = logging.getLogger(__name__)

T = TypeVar("T")
Row = dict[str, Any]
RETRY_S = 0.5
AT_ONCE = 10_000  # values in one query; SQLite takes 32,766


@dataclass
class Commit:
    """What one transaction writes; empty parts write nothing."""

    payloads: list[tuple[Any, ...]] = field(default_factory=list)  # (slot, received_at, first, last, digest, body)
    upserts: dict[Table, list[Row]] = field(default_factory=dict)
    appends: dict[Table, list[Row]] = field(default_factory=dict)
    deletes: dict[Table, list[Row]] = field(default_factory=dict)  # rows named by some of their columns
    sent: list[int] = field(default_factory=list)  # outbox rows that have left
    source: tuple[int, int] | None = None  # where its input begins, and where the next one's does
    mark: int = field(default_factory=lambda: randbits(62), init=False, compare=False)  # tells it from others
    came_through: bool = field(default=False, init=False, compare=False)  # though its answer may be lost

    def upsert(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert or replace rows by primary key; the last one of a key wins."""
        self.upserts.setdefault(table, []).extend(rows)

    def append(self, table: Table, rows: Iterable[Row]) -> None:
        """Insert rows that get their own number."""
        self.appends.setdefault(table, []).extend(rows)

    def remove(self, table: Table, rows: Iterable[Row]) -> None:
        """Delete the rows that have these values, also those upserted so far; what is upserted later stands."""
        for row in rows:
            self.deletes.setdefault(table, []).append(row)
            if table in self.upserts:
                self.upserts[table] = [one for one in self.upserts[table] if not row.items() <= one.items()]


class Fenced(Exception):  # noqa: N818  nothing has failed: somebody else goes on
    """Another process has taken the store over: nothing was written, and nothing of ours will be."""


class Store:
    """The tables of one Tripmeter and the position of its last accepted payload."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writing=True)  # once: making one takes longer than a small commit
        self.epoch: int | None = None  # ours; None: nobody has ever to be kept out
        self.position = 0
        self._upserts: dict[tuple[str, tuple[str, ...]], tuple[str, list[str] | None]] = {}
        self._open()

    def _open(self) -> None:
        migrations.upgrade(self.engine)
        with self.reading() as connection:
            self.position = _position(connection)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read from; all it reads is of one moment."""
        return self.engine.connect()

    def ask(self, question: Callable[[Connection], T]) -> T:
        """The answer to one question: on a server one round trip, where ``reading`` takes three."""
        with self.reading() as connection:
            return question(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose work is one transaction; nobody else writes meanwhile."""
        with self._begun() as connection:
            self._fence(connection, upkeep.owner.c.commits)
            yield connection

    def commit(self, work: Commit) -> None:
        """Write ``work`` in one transaction; on success the position moves past its payloads.

        Raises what the database raises, or ``Fenced``; then nothing of it was written.
        """
        self._put(work)
        self._moved(work)

    def take_over(self) -> int:
        """Become the only one whose commits count; where its input begins. Those of others raise ``Fenced``."""
        mine = update(upkeep.owner).values(epoch=upkeep.owner.c.epoch + 1)
        with self._begun() as connection:
            found = connection.execute(mine.returning(upkeep.owner.c.epoch, upkeep.owner.c.next)).one()
            self.position = _position(connection)
        self.epoch = found.epoch
        return int(found.next)

    def resume(self) -> int:
        """Go on after a broken connection; where the input does. ``Fenced`` if somebody else has taken over."""
        with self._begun() as connection:
            self._fence(connection, upkeep.owner.c.commits)  # waits for a commit of ours that is still under way
            self.position = _position(connection)
            return int(connection.execute(select(upkeep.owner.c.next)).scalar_one())

    def passes(self, _error: OperationalError) -> bool:
        """Whether what the database says now it may not say in a moment."""
        return True

    def home(self, connection: Connection, fleet_id: str, vehicle_id: str) -> None:
        """Let a connection write where a vehicle's rows are: here they are all in one place."""

    def everywhere(self, connection: Connection) -> Iterator[Connection]:
        """A connection that writes in one place after the other: here there is one."""
        yield connection

    def _begun(self) -> AbstractContextManager[Connection]:
        return self._writing.begin()

    def _fence(
        self, connection: Connection, commits: Any, source: tuple[int, int] | None = None, mark: int | None = None
    ) -> None:
        """Go on only if nobody has taken over, and the input with it; until the end nobody can."""
        if self.epoch is None:
            return
        owner = upkeep.owner
        mine = update(owner).where(owner.c.epoch == self.epoch).values(commits=commits)
        if mark is not None:
            mine = mine.values(mark=mark)
        if source is not None:
            mine = mine.where(owner.c.next == source[0]).values(next=source[1])
        if connection.execute(mine).rowcount == 0:
            raise Fenced(f"epoch {self.epoch} of the store has ended, or its input does not go on at {source}")

    def _put(self, work: Commit) -> None:
        with self._begun() as connection:
            self._fence(connection, upkeep.owner.c.commits + 1, work.source, work.mark)
            self._write(connection, work)

    def _write(self, connection: Connection, work: Commit) -> None:
        if work.payloads:
            connection.exec_driver_sql(_INSERT_PAYLOADS, self._numbered(work))
        for table, rows in work.deletes.items():
            for row in rows:
                connection.execute(delete(table).where(*[table.c[name] == value for name, value in row.items()]))
        for table, rows in latest(work):
            self._upsert(connection, table, rows)
        for table, rows in work.appends.items():
            if rows:
                connection.execute(insert(table), rows)
        if work.sent:
            connection.execute(delete(schema.outbox).where(schema.outbox.c.id.in_(work.sent)))

    def _moved(self, work: Commit) -> None:
        if work.payloads:  # senders commit from their own threads, without payloads
            self.position += len(work.payloads)

    def _numbered(self, work: Commit) -> list[tuple[Any, ...]]:
        """The payloads with their positions."""
        return [(self.position + k, *row) for k, row in enumerate(work.payloads, 1)]

    def _upsert(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert or replace rows by primary key, one a key."""
        text, names = self._upsert_text(table, tuple(rows[0]))
        connection.exec_driver_sql(text, [tuple([row[name] for name in names]) for row in rows] if names else rows)

    def _upsert_text(self, table: Table, columns: tuple[str, ...]) -> tuple[str, list[str] | None]:
        """SQL for the driver itself (SQLAlchemy takes four times as long a row), and the order of its parameters.

        None: the driver wants them by name.
        """
        if (table.name, columns) not in self._upserts:
            statement = sqlite.insert(table)
            values = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
            keys = [column.name for column in table.primary_key]
            statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
            compiled = statement.compile(dialect=self.engine.dialect, column_keys=list(columns))
            self._upserts[table.name, columns] = str(compiled), compiled.positiontup
        return self._upserts[table.name, columns]

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


_INSERT_PAYLOADS = (
    "INSERT INTO payloads (position, slot, received_at, first, last, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def latest(work: Commit) -> Iterator[tuple[Table, list[Row]]]:
    """The rows to upsert, the last one of each key."""
    for table, rows in work.upserts.items():
        keys = [column.name for column in table.primary_key]
        if rows:
            yield table, list({tuple([row[key] for key in keys]): row for row in rows}.values())


def _position(connection: Connection) -> int:
    """Of the last payload there ever was: it may have been let go, the snapshot that has seen it has not."""
    marks = (schema.payloads, upkeep.snapshots)
    return max(connection.execute(select(func.max(table.c.position))).scalar() or 0 for table in marks)


def open_store(folder: Path) -> Store:
    """The embedded store of a data folder: SQLite, write-ahead log, every commit on disk before it counts."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(folder / "tripmeter.db")))
    event.listen(engine, "connect", _durable)
    return Store(_transactional(engine))


def memory_store() -> Store:
    """A store that lives as long as its process: for replays."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    return Store(_transactional(engine))


def _transactional(engine: Engine) -> Engine:
    """SQLite with transactions that begin when asked: Python's module alone begins them at the first change."""
    event.listen(engine, "connect", _manual)
    event.listen(engine, "begin", _begin)
    return engine


def _manual(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def persistently(write: Callable[[], None], stop: Callable[[], bool]) -> bool:
    """Call ``write`` until the database takes it (disk full, locked); False if told to stop before that.

    Nothing is acknowledged meanwhile, so the devices keep what they have.
    """
    while True:
        try:
            write()
        except OperationalError as error:
            logger.error("the store does not take the commit, trying again: %s", error.orig)
            if stop():
                return False
            time.sleep(RETRY_S)
        else:
            return True


def rows_of(connection: Connection, query: Select[Any]) -> list[Row]:
    """The result of a query as plain dicts."""
    return [dict(row) for row in connection.execute(query).mappings()]


def named(connection: Connection, key: Column[str], names: Sequence[str]) -> list[Row]:
    """The rows of ``key``'s table in which it is one of ``names``, however many those are."""
    found = []
    for first in range(0, len(names), AT_ONCE):
        found += rows_of(connection, select(key.table).where(key.in_(names[first : first + AT_ONCE])))
    return found
