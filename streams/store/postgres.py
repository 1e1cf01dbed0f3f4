"""Postgres: a partition's tables in a schema of its own, those all share in another, and all partitions as one to read.

Connections find their tables by search path, so that every query is the one that SQLite gets.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError, OperationalError

from streams.store import bulk, schema, upkeep
from streams.store.engine import DENIED, LEAVE, code, column, connected, is_passing, read, written
from streams.store.store import Commit, Fenced, Store, latest

T = TypeVar("T")
PAYLOADS = ("position", *[one.name for one in schema.payloads.c if one.name != "position"])
NOBODY = -1  # epoch of a store that has not taken over
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
        return read(self.engine)

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
        return written(self._writing)

    def _put(self, work: Commit) -> None:
        """All of it in one round trip, from begin to commit: what holds a commit up is waiting for answers."""
        try:
            with self._plain.connect() as connection:
                bulk.run(connection, [bulk.BEGIN, (LEAVE, ()), self._fence_line(work), *self._lines(work), bulk.COMMIT])
        except IntegrityError as error:
            if column(error.orig) != ("owner", "epoch"):
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
        with connected(self._writing) as (connection, _):
            found = connection.execute(query).scalar()
        if found is None:
            raise Fenced(f"epoch {self.epoch} of the store has ended")
        return int(found)

    def _end_frozen(self) -> None:
        """End the session of a writer that rests in the middle of a transaction: a process may be frozen there."""
        try:
            with connected(self._writing) as (connection, _):
                connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
                connection.execute(select(upkeep.owner.c.id).with_for_update())
        except OperationalError as error:
            if code(error.orig) == DENIED:
                raise
            with connected(self._writing) as (connection, _):
                connection.exec_driver_sql(_END_WRITERS)
