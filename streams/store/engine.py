"""Engine: connections to PostgreSQL that find their tables by search path, and errors as other databases raise them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from sqlalchemy import Connection, Engine, ExceptionContext, RootTransaction, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from streams.store.address import url_arguments
from streams.store.prepared import Connection as Driver
from streams.store.store import RETRY_S

SILENT_S = 60.0  # a server not heard of for so long is given up; by people and upgrades, after ten times that
FROZEN_S = 10  # a writer that rests in the middle of its transaction for so long has lost it
LEAVE = f"SET LOCAL idle_in_transaction_session_timeout = '{FROZEN_S}s'"
PASSING = (
    "08",
    "25006",
    "25P03",
    "53",
    "57",
    "58",
    "40001",
    "40P01",
    "55P03",
)  # errors that go away: gone, standby, full, locked
DENIED = "42501"  # a right that somebody may still grant
TAKEN = "23"  # a row that may not be


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
    return isinstance(error, InterfaceError) or code(error).startswith(PASSING)


def code(error: BaseException | None) -> str:
    """SQLSTATE, as the server says it."""
    return str(error.args[0].get("C", "")) if isinstance(error, DatabaseError) else ""


def column(error: BaseException | None) -> tuple[str, str]:
    """Which table's column an error is about."""
    said = error.args[0] if isinstance(error, DatabaseError) else {}
    return said.get("t", ""), said.get("c", "")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writing"):
        connection.exec_driver_sql(f"BEGIN; {LEAVE}")
    elif not options.get("plain"):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _as_elsewhere(context: ExceptionContext) -> DBAPIError | None:
    """The driver has one error for everything: make of it what SQLAlchemy's other databases raise."""
    found = context.original_exception
    if isinstance(found, DatabaseError) and isinstance(found.args[0], dict):
        found.args[0].pop("D", None)  # the whole row, which has no place in a log
    if is_passing(found) or code(found) == DENIED:
        gone = context.is_disconnect
        return OperationalError(context.statement, None, found, hide_parameters=True, connection_invalidated=gone)
    if code(found).startswith(TAKEN):
        return IntegrityError(context.statement, None, found, hide_parameters=True)
    return None


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """A connection to read from."""
    with connected(engine) as (connection, _):
        yield connection


@contextmanager
def written(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is one transaction."""
    with connected(engine) as (connection, transaction), transaction:
        yield connection


@contextmanager
def connected(engine: Engine) -> Iterator[tuple[Connection, RootTransaction]]:
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
