"""Migrations: brings a store to the schema of this version, one step at a time, or says why it cannot."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, update

from streams.store import accounts, deeds, people, schema, upkeep
from streams.store.columns import metadata

SHARED = (
    schema.registry,
    schema.rule_sets,
    deeds.actions,
    deeds.task_actions,
    deeds.fleet_settings,
    deeds.audit,
    accounts.entries,
    accounts.tariffs,
    accounts.seals,
    accounts.rules,
    accounts.disputes,
    accounts.books,
    accounts.drivers,
    accounts.trailers,
    people.users,
    people.sessions,
    people.tokens,
)  # of all partitions, where there are several
PARTITIONED = tuple(table for table in metadata.sorted_tables if table not in SHARED)
EMPTY = {"INTEGER": "0", "VARCHAR": "''", "TEXT": "'[]'"}  # what is in a new column of old rows; texts are JSON lists


class SchemaError(Exception):
    """The store was written by a version this one does not know."""


def _complete(connection: Connection) -> None:
    """Add the tables, columns and indexes that a store of an earlier version lacks."""
    tables = tables_of(connection)
    metadata.create_all(connection, tables)
    for table in tables:
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                filled = "" if column.nullable else f" NOT NULL DEFAULT {EMPTY[str(column.type)]}"
                kind = column.type.compile(connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}{filled}')
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def tables_of(connection: Connection) -> Sequence[Table]:
    """The tables that belong where a connection leads: all, or on PostgreSQL the shared or the partitioned ones."""
    tables: Sequence[Table] = connection.get_execution_options().get("tables", metadata.sorted_tables)
    return tables


def _catalogue(connection: Connection) -> None:
    """What the first version did not have; people's actions get their alert's address."""
    _complete(connection)
    if not {schema.alerts, deeds.actions} <= set(tables_of(connection)):
        return  # a partition: there was none then
    of_alert = "(SELECT {0} FROM alerts WHERE alerts.alert_id = actions.alert_id)"
    for name in ("fleet_id", "vehicle_id", "kind", "subject"):
        found = of_alert.format(name)
        connection.exec_driver_sql(f"UPDATE actions SET {name} = {found} WHERE {name} = '' AND {found} IS NOT NULL")  # noqa: S608


def _ages(connection: Connection) -> None:
    """When a message was put into the outbox: those that wait there count from now on."""
    _complete(connection)
    outbox = schema.outbox
    for table in {outbox, schema.undelivered} & set(tables_of(connection)):
        connection.execute(update(table).where(table.c.at.is_(None)).values(at=time.time()))


def _new(connection: Connection) -> None:
    """All that the steps bring to an empty store."""
    metadata.create_all(connection, tables_of(connection))
    _with_owner(connection)


def _owner(connection: Connection) -> None:
    """Who may write."""
    _complete(connection)
    _with_owner(connection)


def _with_owner(connection: Connection) -> None:
    if upkeep.owner in tables_of(connection) and connection.execute(select(upkeep.owner)).first() is None:
        connection.execute(upkeep.owner.insert().values(id=1, epoch=0, next=0, commits=0, mark=0))


def _named(connection: Connection) -> None:
    """Whether devices have named who drove; by which version days were made again, which nobody read, goes."""
    _complete(connection)
    remade = accounts.remade
    if remade in tables_of(connection) and "engine" in {
        one["name"] for one in inspect(connection).get_columns(remade.name)
    }:
        connection.exec_driver_sql(f'ALTER TABLE "{remade.name}" DROP COLUMN engine')


def _words(connection: Connection) -> None:
    """A word on a fleet's books becomes one on its drivers and one on its couplings; that of none is of today."""
    _complete(connection)
    lines = {"drivers": accounts.drivers, "couplings": accounts.trailers}
    found: dict[tuple[int, str], dict[str, object]] = {}
    for what, one in lines.items() if accounts.books in tables_of(connection) else ():
        old = Table(one.name, MetaData(), autoload_with=connection)
        if "actor" not in old.c:
            continue
        said = select(*[old.c[name] for name in ("number", "fleet_id", "at", "actor", "reason")]).distinct()
        for row in connection.execute(said).mappings().all():
            for each in lines:
                found.setdefault((row["number"], each), {**row, "what": each, "at": time.time()})
            found[row["number"], what] = {**row, "what": what}
        for name in ("at", "actor", "reason"):
            connection.exec_driver_sql(f'ALTER TABLE "{one.name}" DROP COLUMN {name}')
    if found:
        connection.execute(accounts.books.insert(), list(found.values()))


def _ordered(connection: Connection) -> None:
    """Indexes in which lists of trips are read as they are shown, in place of one that was not quite so."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS trips_by_vehicle")
    _complete(connection)


def _latest(connection: Connection) -> None:
    """Indexes by which alerts, people's actions and tasks are found, in place of one that fell short."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS alerts_by_last")
    _complete(connection)


def _about(connection: Connection) -> None:
    """An index that has all by which an alert's state is known, in place of one that led to the rows of it."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS actions_by_vehicle")
    _complete(connection)


# step k brings version k to k + 1
STEPS: tuple[Callable[[Connection], None], ...] = (
    _complete,
    _catalogue,
    _ages,
    _complete,
    _owner,
    _complete,
    _complete,
    _complete,
    _complete,
    _complete,
    _complete,
    _complete,
    _complete,
    _complete,
    _named,
    _complete,
    _complete,
    _words,
    _complete,
    _ordered,
    _complete,
    _latest,
    _about,
)


def version(connection: Connection) -> int:
    """Schema version of a store; 0 for an empty one."""
    if not inspect(connection).has_table(schema.meta.name):
        return 0
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == "schema")).scalar()
    return int(found or 0)


def upgrade(engine: Engine) -> None:
    """Run the missing steps, each in its own transaction; an empty store gets all in one.

    Raises ``SchemaError`` for a store of a newer version.
    """
    with engine.connect() as connection:
        found = version(connection)
    if found > len(STEPS):
        raise SchemaError(
            f"the store has schema version {found}, this tripmeter knows up to {len(STEPS)}: "
            "start the newer tripmeter, or point --data at another folder"
        )
    for number, step in enumerate(STEPS[found:], found + 1) if found else [(len(STEPS), _new)]:
        with engine.execution_options(writing=True).begin() as connection:
            step(connection)
            connection.execute(schema.meta.delete().where(schema.meta.c.key == "schema"))
            connection.execute(schema.meta.insert().values(key="schema", value=str(number)))
