"""Layout: which schemas a Tripmeter has on PostgreSQL, their upgrade, and the views that show all partitions as one."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import OperationalError

from streams.store import migrations, schema, upkeep
from streams.store.engine import engine_of, is_passing
from streams.store.migrations import STEPS, SchemaError
from streams.store.postgres import PartitionStore, PostgresStore
from streams.store.store import RETRY_S

T = TypeVar("T")

logger = logging.getLogger(__name__)

SHARED, EVERYTHING = "tripmeter", "everything"
MOST = 1000  # partitions
PATIENCE_S = 10.0  # a partition waits so long for a server that is away
LAID_OUT = "laid out"  # meta: the version of all schemas, and the partitions that the views show
CHANGING, PEOPLE = 7_310_001, 7_310_002  # advisory locks: who changes schemas, what people write


def open_partition(url: str, number: int) -> PartitionStore:
    """The store of one partition, made if it is not there; ``take_over`` before anything is written."""
    prepare(url, number, PATIENCE_S)
    return PartitionStore(engine_of(url, [place(number), SHARED], PATIENCE_S))


def patiently(work: Callable[[], T], stop: Callable[[], bool]) -> T:
    """What ``work`` returns, begun anew until the database answers; raises what it refuses, or once told to stop."""
    while True:
        try:
            return work()
        except OperationalError as error:
            if not is_passing(error.orig) or stop():
                raise
            logger.warning("the database broke off, taking over again: %s", error.orig)
            time.sleep(RETRY_S)


def open_readers(url: str) -> "Readers":
    """All partitions as one store, and what they share, for those who look at them."""
    prepare(url)
    return Readers(engine_of(url, [EVERYTHING, SHARED]))


def place(number: int) -> str:
    """Name of a partition's schema."""
    if not 0 <= number < MOST:
        raise ValueError(f"partition {number}: expected 0 to {MOST - 1}")
    return f"p{number:03}"


class Readers(PostgresStore):
    """All partitions as one, for commands and people: they decide and read, and never commit as a partition does."""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose work is one transaction; no other person writes meanwhile."""
        with self._begun() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PEOPLE})")
            yield connection

    def home(self, connection: Connection, fleet_id: str, vehicle_id: str) -> None:
        """Let a connection write where a vehicle's rows are, until the end of its transaction."""
        for name in _partitions(connection):
            text = f"SELECT 1 FROM {name}.vehicles WHERE fleet_id = $1 AND vehicle_id = $2"  # noqa: S608
            if connection.exec_driver_sql(text, (fleet_id, vehicle_id)).first():
                _lead(connection, name)
                return

    def everywhere(self, connection: Connection) -> Iterator[Connection]:
        """A connection that writes in one partition after the other."""
        for name in _partitions(connection):
            _lead(connection, name)
            yield connection


def prepare(url: str, number: int | None = None, patience_s: float = 0.0) -> None:
    """Make the schemas that are missing. Raises ``SchemaError`` if those there are of another version."""
    wanted = set() if number is None else {place(number)}
    with ExitStack() as leaving:
        engine = _engine(url, SHARED, leaving, patience_s)
        version, shown = _laid_out(engine)
        if 0 < version < len(STEPS):
            raise SchemaError(
                f"the database has schema version {version}, this tripmeter works with {len(STEPS)}: stop all "
                "processes of the older tripmeter, then 'tripmeter database upgrade'"
            )
        if not version or not wanted <= shown:
            _lay_out(url, engine, wanted, leaving)


def upgrade(url: str, beside: bool = False) -> tuple[int, int]:
    """Bring all schemas to this version; the one they had, and the one they have.

    It begins a new epoch in every partition: a process of the older version can no longer write. While one is
    connected nothing is done and ``SchemaError`` is raised, unless ``beside`` says that this is meant.
    """
    with ExitStack() as leaving:
        engine = _engine(url, SHARED, leaving)
        version, _ = _laid_out(engine)
        with engine.connect() as connection:
            others = connection.exec_driver_sql(_OTHERS).scalar()
        if version < len(STEPS) and others and not beside:
            raise SchemaError(f"{others} connections of a tripmeter are open: stop all workers and commands first")
        _lay_out(url, engine, set(), leaving)
    return version, len(STEPS)


_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'tripmeter' AND pid <> pg_backend_pid()
"""


class Standing(NamedTuple):
    """How far a partition is, and how large."""

    partition: str
    epoch: int
    next: int  # frame of Kafka that it waits for
    commits: int
    bytes: int


def standing(url: str) -> tuple[int, list[Standing]]:
    """The version of the schemas, 0 if there are none, and all partitions. Raises ``SchemaError`` for a newer one."""
    with ExitStack() as leaving:
        engine = _engine(url, SHARED, leaving)
        version, _ = _laid_out(engine)
        with engine.connect() as connection:
            found = []
            for name in _partitions(connection):
                owner = connection.exec_driver_sql(f"SELECT epoch, next, commits FROM {name}.owner").one()  # noqa: S608
                size = connection.exec_driver_sql(_SIZE, (name,)).scalar_one()
                found.append(Standing(name, owner.epoch, owner.next, owner.commits, size))
    return version, found


_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'
"""


def _lay_out(url: str, engine: Engine, wanted: set[str], leaving: ExitStack) -> None:
    """Bring every schema that is there, or ``wanted``, to this version; one process at a time."""
    guard = leaving.enter_context(engine.connect())
    guard.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CHANGING})")
    version, shown = _laid_out(engine)  # by somebody else meanwhile
    done = {SHARED, *shown} if version == len(STEPS) else set()
    with engine.connect() as connection:
        partitions = sorted({*_partitions(connection), *wanted})
    for name in (SHARED, *partitions):
        if name not in done:
            _upgrade(url, name, leaving)
    with engine.execution_options(writing=True).begin() as connection:
        _show(connection, partitions)


def _engine(url: str, name: str, leaving: ExitStack, patience_s: float = 0.0) -> Engine:
    engine = engine_of(url, [name], patience_s)
    leaving.callback(engine.dispose)
    return engine


def _laid_out(engine: Engine) -> tuple[int, set[str]]:
    """The version of all schemas, 0 if there are none, and the partitions. Raises ``SchemaError`` if it is newer."""
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('meta')").scalar() is None:
            return 0, set()
        query = select(schema.meta.c.value).where(schema.meta.c.key == LAID_OUT)
        version, *shown = str(connection.execute(query).scalar() or "0").split()
    if int(version) > len(STEPS):
        raise SchemaError(
            f"the database has schema version {version}, this tripmeter knows up to {len(STEPS)}: "
            "it has been upgraded; start the newer tripmeter"
        )
    return int(version), set(shown)


def _upgrade(url: str, name: str, leaving: ExitStack) -> None:
    tables = (schema.meta, *migrations.SHARED) if name == SHARED else migrations.PARTITIONED
    engine = _engine(url, name, leaving).execution_options(tables=tables, writing=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
        before = migrations.version(connection)
    migrations.upgrade(engine)
    if name != SHARED and before < len(STEPS):
        with engine.begin() as connection:
            connection.execute(update(upkeep.owner).values(epoch=upkeep.owner.c.epoch + 1))


def _partitions(connection: Connection) -> list[str]:
    """The schemas of all partitions."""
    text = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^p[0-9]{3}$' ORDER BY nspname"
    return [row[0] for row in connection.exec_driver_sql(text)]


def _lead(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"SET LOCAL search_path = {name}, {SHARED}")


def _show(connection: Connection, partitions: Sequence[str]) -> None:
    """Make the views over ``partitions`` anew, and say so."""
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {EVERYTHING}")
    for (view,) in connection.exec_driver_sql(f"SELECT viewname FROM pg_views WHERE schemaname = '{EVERYTHING}'").all():  # noqa: S608
        connection.exec_driver_sql(f'DROP VIEW {EVERYTHING}."{view}"')
    for table in migrations.PARTITIONED:
        nothing = ", ".join(f'NULL::{column.type.compile(connection.dialect)} AS "{column.name}"' for column in table.c)
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        parts = [f'SELECT {columns} FROM {name}."{table.name}"' for name in partitions]  # noqa: S608
        body = " UNION ALL ".join(parts or [f"SELECT {nothing} WHERE false"])
        connection.exec_driver_sql(f'CREATE VIEW {EVERYTHING}."{table.name}" AS {body}')
    connection.execute(schema.meta.delete().where(schema.meta.c.key == LAID_OUT))
    said = " ".join([str(len(STEPS)), *partitions])
    connection.execute(schema.meta.insert().values(key=LAID_OUT, value=said))
