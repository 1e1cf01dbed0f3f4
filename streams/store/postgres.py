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
from streams.store.engine import DENIED, code, column, connected, is_passing, read, written
from streams.store.store import Commit, Fenced, Store, latest

T = TypeVar("T")
PAYLOADS = ("position", *[one.name for one in schema.payloads.c if one.name != "position"])
NOBODY = -1  # epoch of a store that has not taken over
TRIES = 3  # of a commit whose connection turns out to be broken
_MINE = """
UPDATE owner SET commits = commits + 1, mark = $3::bigint,
    epoch = CASE WHEN epoch = $1::bigint AND commits = $2::bigint THEN epoch END
"""
_MINE_FROM = """
UPDATE owner SET commits = commits + 1, mark = $3::bigint, next = $5::bigint,
    epoch = CASE WHEN epoch = $1::bigint AND commits = $2::bigint AND next = $4::bigint THEN epoch END
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


class PartitionStore(PostgresStore):
    """One partition of a Tripmeter. Nothing can be written before ``take_over``."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.epoch = NOBODY
        self._turn = threading.Lock()  # commits one at a time, so that it is known which have come through
        self._commits = 0
        self._unsure: dict[int, Commit] = {}  # by mark: the connection broke, they may have come through or still come

    def commit(self, work: Commit) -> None:
        """As any store's; tried again after a broken connection, it finds out what became of the tries before.

        Every try counts on so many commits before it: of several, however late the network delivers them, one is taken.
        """
        with self._turn:
            self._learn()
            left = TRIES
            while not work.came_through:
                left -= 1
                try:
                    self._try(work)
                except Fenced:
                    if not self._learn():
                        raise
                except OperationalError as error:
                    if not (left and error.connection_invalidated):
                        raise
                    self._learn()  # a connection that the server has dropped is no reason to raise

    def _try(self, work: Commit) -> None:
        self._unsure[work.mark] = work
        super().commit(work)
        self._commits, work.came_through = self._commits + 1, True
        self._unsure.clear()

    def _put(self, work: Commit) -> None:
        """All of it in one round trip, from begin to commit: what holds a commit up is waiting for answers."""
        try:
            with self._plain.connect() as connection:
                bulk.run(connection, [bulk.BEGIN, self._fence_line(work), *self._lines(work), bulk.COMMIT])
        except IntegrityError as error:
            if column(error.orig) != ("owner", "epoch"):
                raise
            raise Fenced(f"epoch {self.epoch} has ended, or its input does not go on at {work.source}") from None

    def _fence_line(self, work: Commit) -> bulk.Line:
        """As ``_fence``: whoever is not the owner tries to write what may not be."""
        said = (self.epoch, self._commits, work.mark, *(work.source or ()))
        return _MINE_FROM if work.source else _MINE, tuple(map(str, said))

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

    def take_over(self) -> int:
        """Become the only one whose commits count; where its input begins. Those of others raise ``Fenced``."""
        with self._turn:
            self._end_frozen()
            found = super().take_over()
            self._commits, _ = self._last()
            self._unsure.clear()
        return found

    def resume(self) -> int:
        """As any store's; whether the last commit has come through need not be asked any more."""
        with self._turn:
            self._end_frozen()
            found = super().resume()
            self._commits, _ = self._last()
            self._unsure.clear()
        return found

    def _learn(self) -> bool:
        """Find out which of the unsure has come through, if any, and note it there: another may try it again."""
        if not self._unsure:
            return False
        commits, mark = self._last()
        if commits == self._commits:
            return False
        self._commits, work = commits, self._unsure.get(mark)
        self._unsure.clear()
        if work is not None:
            work.came_through = True
            self._moved(work)
        return True

    def _last(self) -> tuple[int, int]:
        """Commits so far and the mark of the last; waits for one that is still under way."""
        owner = upkeep.owner
        query = select(owner.c.commits, owner.c.mark).where(owner.c.epoch == self.epoch).with_for_update()
        with connected(self._writing) as (connection, _):
            found = connection.execute(query).first()
        if found is None:
            raise Fenced(f"epoch {self.epoch} of the store has ended")
        return int(found.commits), int(found.mark)

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
