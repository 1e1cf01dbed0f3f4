"""Layout: which schemas a Tripmeter has on PostgreSQL, their upgrade, and the views that show all partitions as one."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, Engine, select, update

from streams.store import migrations, schema, upkeep
from streams.store.migrations import STEPS, SchemaError
from streams.store.postgres import PartitionStore, PostgresStore, engine_of

SHARED, EVERYTHING = "tripmeter", "everything"
MOST = 1000  # partitions
PATIENCE_S = 10.0  # a partition waits so long for a server that is away
LAID_OUT = "laid out"  # meta: the version of all schemas, and the partitions that the views show
CHANGING, PEOPLE = 7_310_001, 7_310_002  # advisory locks: who changes schemas, what people write


def open_partition(url: str, number: int) -> PartitionStore:
    """The store of one partition, made if it is not there; ``take_over`` before anything is written."""
    prepare(url, number, PATIENCE_S)
    return PartitionStore(engine_of(url, [place(number), SHARED], PATIENCE_S))


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
    """Bring all schemas to this version, and make those that are missing.

    An upgrade begins a new epoch in every partition: a process of the older version can no longer write.
    """
    wanted = set() if number is None else {place(number)}
    with ExitStack() as leaving:
        engine = _engine(url, SHARED, leaving, patience_s)
        done = _done(engine)
        if SHARED in done and wanted <= done:
            return
        guard = leaving.enter_context(engine.connect())
        guard.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CHANGING})")
        done = _done(engine)  # by somebody else meanwhile
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


def _done(engine: Engine) -> set[str]:
    """The schemas that are of this version. Raises ``SchemaError`` if they are of a newer one."""
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('meta')").scalar() is None:
            return set()
        query = select(schema.meta.c.value).where(schema.meta.c.key == LAID_OUT)
        version, *shown = str(connection.execute(query).scalar() or "0").split()
    if int(version) > len(STEPS):
        raise SchemaError(f"the database has schema version {version}, this tripmeter knows up to {len(STEPS)}")
    return {SHARED, *shown} if int(version) == len(STEPS) else set()


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
