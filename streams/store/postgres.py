"""Postgres: a partition's tables in a schema of its own, those all share in another, and all partitions as one to read.

Connections find their tables by search path, so that every query is the one that SQLite gets.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, TypeVar

from pg8000.exceptions import DatabaseError, InterfaceError
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    RootTransaction,
    create_engine,
    event,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from streams.store import bulk, schema, upkeep
from streams.store.address import url_arguments
from streams.store.prepared import Connection as Driver
from streams.store.store import RETRY_S, Commit, Fenced, Store, latest

PAYLOADS = ("position", *[column.name for column in schema.payloads.c if column.name != "position"])
SILENT_S = 60.0  # a server not heard of for so long is given up; by people and upgrades, after ten times that
FROZEN_S = 10  # a writer that rests in the middle of its transaction for so long has lost it
PASSING = ("08", "25P03", "53", "57", "58", "40001", "40P01", "55P03")  # errors that go away: gone, full, locked
DENIED = "42501"  # a right that somebody may still grant
T = TypeVar("T")

NOBODY = -1  # epoch of a store that has not taken over
TAKEN = "23"  # a row that may not be


class PostgresStore(Store):
    """A store on PostgreSQL, whose tables ``layout.prepare`` has made.

    Where its connection breaks it raises ``OperationalError``: a commit may be tried again as it is; what was in the
    middle of reading has to be begun anew. Nobody's data is to blame.
    """

    def _open(self) -> None:
        """Nothing to make."""
        self._plain = self.engine.execution_options(plain=True)  # without a transaction that begins by itself

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection to read from; all it reads is of one moment."""
        return _read(self.engine)

    def ask(self, question: Callable[[Connection], T]) -> T:
        """The answer to one question, without a transaction; asked again if the connection turns out to be broken."""
        try:
            return self._ask(question)
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
        return self._ask(question)

    def _ask(self, question: Callable[[Connection], T]) -> T:
        with self._plain.connect() as connection:
            return question(connection)

    def passes(self, error: OperationalError) -> bool:
        """Whether it is gone, full or locked, and no right is missing."""
        return is_passing(error.orig)

    def _begun(self) -> AbstractContextManager[Connection]:
        return _written(self._writing)

    def _put(self, work: Commit) -> None:
        """All of it in one round trip, from begin to commit: what holds a commit up is waiting for answers."""
        try:
            with self._plain.connect() as connection:
                bulk.run(connection, [bulk.BEGIN, _LEAVE, self._fence_line(work), *self._lines(work), bulk.COMMIT])
        except IntegrityError as error:
            if _column(error.orig) != ("owner", "epoch"):
                raise
            raise Fenced(f"epoch {self.epoch} has ended, or its input does not go on at {work.source}") from None

    def _fence_line(self, work: Commit) -> bulk.Line:
        """As ``_fence``: whoever is not the owner tries to write what may not be."""
        if work.source is None:
            return _MINE, (str(self.epoch),)
        return _MINE_FROM, (str(self.epoch), *map(str, work.source))

    def _lines(self, work: Commit) -> list[bulk.Line]:
        lines: list[bulk.Line] = []
        if work.payloads:
            rows = [dict(zip(PAYLOADS, row, strict=True)) for row in self._numbered(work)]
            lines += bulk.insert(schema.payloads, rows)
        for table, rows in work.deletes.items():
            lines += bulk.delete(table, rows)
        for table, rows in latest(work):
            lines += bulk.upsert(table, rows)
        for table, rows in work.appends.items():
            lines += bulk.insert(table, rows)
        if work.sent:
            lines += bulk.delete(schema.outbox, [{"id": number} for number in work.sent])
        return lines


class PartitionStore(PostgresStore):
    """One partition of a Tripmeter. Nothing can be written before ``take_over``."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.epoch = NOBODY
        self._turn = threading.Lock()  # commits one at a time, so that it is known which have come through
        self._commits = 0
        self._unsure: Commit | None = None  # the connection broke: it may have come through

    def commit(self, work: Commit) -> None:
        """As any store's; tried again after a broken connection, it finds out what became of the first try."""
        with self._turn:
            self._learn()
            if work.came_through:
                return
            try:
                self._commit(work)
            except OperationalError as error:
                if not error.connection_invalidated:
                    raise
                self._learn()  # a connection that the server has dropped is no reason to raise
                if not work.came_through:
                    self._commit(work)

    def _commit(self, work: Commit) -> None:
        try:
            super().commit(work)
        except OperationalError:
            self._unsure = work
            raise
        self._commits += 1

    def take_over(self) -> int:
        """Become the only one whose commits count; where its input begins. Those of others raise ``Fenced``."""
        with self._turn:
            self._end_frozen()
            found = super().take_over()
            self._commits, self._unsure = self._count(), None
        return found

    def resume(self) -> int:
        """As any store's; whether the last commit has come through need not be asked any more."""
        with self._turn:
            self._end_frozen()
            found = super().resume()
            self._commits, self._unsure = self._count(), None
        return found

    def _learn(self) -> None:
        """Find out what became of the unsure commit, and note it there: whoever asks may not be who tries it again."""
        work = self._unsure
        if work is None:
            return
        work.came_through = self._count() > self._commits
        self._unsure = None
        if work.came_through:
            self._commits += 1
            self._moved(work)

    def _count(self) -> int:
        """Commits so far; waits for one that is still under way."""
        owner = upkeep.owner
        query = select(owner.c.commits).where(owner.c.epoch == self.epoch).with_for_update()
        with _connected(self._writing) as (connection, _):
            found = connection.execute(query).scalar()
        if found is None:
            raise Fenced(f"epoch {self.epoch} of the store has ended")
        return int(found)

    def _end_frozen(self) -> None:
        """End the session of a writer that rests in the middle of a transaction: a process may be frozen there."""
        try:
            with _connected(self._writing) as (connection, _):
                connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
                connection.execute(select(upkeep.owner.c.id).with_for_update())
        except OperationalError as error:
            if _code(error.orig) == DENIED:
                raise
            with _connected(self._writing) as (connection, _):
                connection.exec_driver_sql(_END_WRITERS)


_LEAVE = (f"SET LOCAL idle_in_transaction_session_timeout = '{FROZEN_S}s'", ())
_MINE = "UPDATE owner SET commits = commits + 1, epoch = CASE WHEN epoch = $1::bigint THEN epoch END"
_MINE_FROM = """
UPDATE owner SET commits = commits + 1, next = $3::bigint,
    epoch = CASE WHEN epoch = $1::bigint AND next = $2::bigint THEN epoch END
"""
_END_WRITERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE relation = 'owner'::regclass AND mode IN ('RowShareLock', 'RowExclusiveLock')
    AND granted AND pid <> pg_backend_pid()
"""


def engine_of(url: str, path: Sequence[str], patience_s: float = 0.0) -> Engine:
    """A pool of connections that find their tables in the schemas of ``path``, the first one first.

    A server that is away, as while it starts again, is waited for so long; then ``OperationalError``.
    """
    arguments = url_arguments(url) | {"startup_params": {"search_path": ", ".join(path)}}
    arguments["timeout"] = SILENT_S if patience_s else 10 * SILENT_S
    engine = create_engine(
        "postgresql+pg8000://",
        creator=partial(_connection, arguments, patience_s),
        paramstyle="numeric_dollar",
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _as_elsewhere)
    return engine


def _connection(arguments: Mapping[str, Any], patience_s: float) -> Driver:
    until = time.monotonic() + patience_s
    while True:
        try:
            return _greeted(arguments)
        except (DatabaseError, InterfaceError) as error:
            if not is_passing(error) or time.monotonic() >= until:
                raise
        time.sleep(RETRY_S)


def _greeted(arguments: Mapping[str, Any]) -> Driver:
    try:
        return Driver(**arguments)
    except (ConnectionError, TimeoutError) as error:  # while they greet, where the driver has no word for it
        raise InterfaceError(str(error)) from error


def is_passing(error: BaseException | None) -> bool:
    """Whether what the driver raised may be over in a moment."""
    return isinstance(error, InterfaceError) or _code(error).startswith(PASSING)


def _code(error: BaseException | None) -> str:
    """SQLSTATE, as the server says it."""
    return str(error.args[0].get("C", "")) if isinstance(error, DatabaseError) else ""


def _column(error: BaseException | None) -> tuple[str, str]:
    """Which table's column an error is about."""
    said = error.args[0] if isinstance(error, DatabaseError) else {}
    return said.get("t", ""), said.get("c", "")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writing"):
        connection.exec_driver_sql(f"BEGIN; {_LEAVE[0]}")
    elif not options.get("plain"):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _as_elsewhere(context: ExceptionContext) -> DBAPIError | None:
    """The driver has one error for everything: make of it what SQLAlchemy's other databases raise."""
    found = context.original_exception
    if isinstance(found, DatabaseError) and isinstance(found.args[0], dict):
        found.args[0].pop("D", None)  # the whole row, which has no place in a log
    if is_passing(found) or _code(found) == DENIED:
        gone = context.is_disconnect
        return OperationalError(context.statement, None, found, hide_parameters=True, connection_invalidated=gone)
    if _code(found).startswith(TAKEN):
        return IntegrityError(context.statement, None, found, hide_parameters=True)
    return None


@contextmanager
def _read(engine: Engine) -> Iterator[Connection]:
    with _connected(engine) as (connection, _):
        yield connection


@contextmanager
def _written(engine: Engine) -> Iterator[Connection]:
    with _connected(engine) as (connection, transaction), transaction:
        yield connection


@contextmanager
def _connected(engine: Engine) -> Iterator[tuple[Connection, RootTransaction]]:
    """A connection and its transaction; connections that the server has dropped are replaced."""
    connection = engine.connect()
    try:
        transaction = connection.begin()
    except OperationalError:
        if not connection.invalidated:  # and with it all others that are as old
            connection.close()
            raise
        connection.close()
        connection = engine.connect()
        transaction = connection.begin()
    with connection:
        yield connection, transaction
