"""Prepared: pg8000 with statements prepared once a connection, and many of them in one round trip.

A round trip is two processes that wake each other: most of what a small commit costs.
"""

import socket
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pg8000 import dbapi
from pg8000.converters import make_params
from pg8000.core import SYNC_MSG, Context, _flush, _write
from pg8000.exceptions import DatabaseError, InterfaceError

TOGETHER = "together"  # stands for statements that go out in one round trip
KEPT = 200  # prepared statements of a connection
LONG = 60  # parameters; a list of names is of another length every time
ROOM = 1 << 18  # bytes that wait to be sent together


class Cursor(dbapi.Cursor):
    """Runs a statement with parameters ($1, $2, ...) prepared, and one without as it is."""

    def execute(self, operation: str, args: Sequence[Any] = (), stream: Any = None) -> None:
        """Run one statement; ``InterfaceError`` when the server is not heard."""
        self._context = _heard(self._c, self._c.run, operation, args, stream)
        self._row_iter = None if self._context.rows is None else iter(self._context.rows)

    def executemany(self, operation: str, param_sets: Sequence[Any]) -> None:
        """Run one statement with many parameters; of ``TOGETHER`` these are statements with theirs."""
        if operation != TOGETHER:
            super().executemany(operation, param_sets)
            return
        self._context, self._row_iter = _heard(self._c, self._c.run_together, param_sets), None


class Connection(dbapi.Connection):
    """A connection that begins no transaction by itself, and says values as SQLite takes them."""

    def __init__(self, **said: Any) -> None:
        super().__init__(**said)
        self._usock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a large commit waits 40 ms for an ack
        self._sock = self._usock.makefile("rwb", ROOM)
        self.autocommit = True
        self.py_types |= {float: number, str: text, bool: lambda value: "1" if value else "0"}
        self._known: OrderedDict[str, tuple[bytes, Any, Any]] = OrderedDict()

    def cursor(self) -> Cursor:
        """Something to run statements with."""
        return Cursor(self)

    def run(self, statement: str, args: Sequence[Any], stream: Any) -> Any:
        """What came of a statement: the driver's context, with its rows and their count."""
        if stream is not None or len(args) > LONG:
            return self.execute_unnamed(statement, args, stream=stream)
        if not args:
            return self.execute_simple(statement)
        name, columns, readers = self._prepared(statement)
        return self.execute_named(name, make_params(self.py_types, args), columns, readers, statement)

    def run_together(self, lines: Sequence[tuple[str, Sequence[Any]]]) -> Any:
        """Run statements that answer nothing, all of them sent before the one answer is read; the driver's context.

        From the first that fails on none is run, not even a commit at the end. Answers are small, so that neither side
        waits for the other to read.
        """
        named = [self._prepared(statement)[0] for statement, _ in lines]
        for name, (_, args) in zip(named, lines, strict=True):
            self.send_BIND(name, make_params(self.py_types, args))
            self.send_EXECUTE()
        _write(self._sock, SYNC_MSG)
        _flush(self._sock)
        context = Context(TOGETHER)
        self.handle_messages(context)
        return context

    def _prepared(self, statement: str) -> tuple[bytes, Any, Any]:
        if statement not in self._known:
            self._known[statement] = self.prepare_statement(statement, ())
            if len(self._known) > KEPT:
                self.close_prepared_statement(self._known.popitem(last=False)[1][0])
        self._known.move_to_end(statement)
        return self._known[statement]

    def close(self) -> None:
        """Say goodbye; one that is gone hears nothing of it."""
        with suppress(InterfaceError, OSError):
            super().close()

    def commit(self) -> None:
        """Make the transaction stand, if there is one."""
        if self._in_transaction:
            _heard(self, self.execute_simple, "commit")

    def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self._in_transaction:
            _heard(self, self.execute_simple, "rollback")


def _heard(connection: Connection, ask: Any, *said: Any) -> Any:
    try:
        return ask(*said)
    except (DatabaseError, InterfaceError):
        raise
    except OSError as error:  # the driver lets some of a socket's errors through as they are
        raise InterfaceError("network error") from error
    except Exception:  # half of it may have been said: what comes next would get the wrong answers
        with suppress(OSError):
            connection._usock.shutdown(socket.SHUT_RDWR)
        raise


def number(value: float) -> str | None:
    """What was not measured is null, and zero has no sign."""
    return None if value != value else float.__repr__(value + 0.0)


def text(value: str) -> str:
    """PostgreSQL has no character 0."""
    return value.replace("\0", "\u2400") if "\0" in value else value
