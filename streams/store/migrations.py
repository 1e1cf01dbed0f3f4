"""Migrations: brings a store to the schema of this version, one step at a time, or says why it cannot."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine, inspect, select

from streams.store import schema


class SchemaError(Exception):
    """The store was written by a version this one does not know."""


def _initial(connection: Connection) -> None:
    schema.metadata.create_all(connection)


def _roads(connection: Connection) -> None:
    """Kilometres by source of the limit and by class of road."""
    there = {column["name"] for column in inspect(connection).get_columns(schema.segments.name)}
    for column in schema.segments.columns:
        if column.name not in there:
            connection.exec_driver_sql(f'ALTER TABLE {schema.segments.name} ADD COLUMN "{column.name}" FLOAT')


STEPS: tuple[Callable[[Connection], None], ...] = (_initial, _roads)  # step k brings version k to k + 1


def version(connection: Connection) -> int:
    """Schema version of a store; 0 for an empty one."""
    if not inspect(connection).has_table(schema.meta.name):
        return 0
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == "schema")).scalar()
    return int(found or 0)


def upgrade(engine: Engine) -> None:
    """Run the missing steps, each in its own transaction. Raises ``SchemaError`` for a store of a newer version."""
    with engine.connect() as connection:
        found = version(connection)
    if found > len(STEPS):
        raise SchemaError(
            f"the store has schema version {found}, this tripmeter knows up to {len(STEPS)}: "
            "start the newer tripmeter, or point --data at another folder"
        )
    for number in range(found, len(STEPS)):
        with engine.execution_options(writing=True).begin() as connection:
            STEPS[number](connection)
            connection.execute(schema.meta.delete().where(schema.meta.c.key == "schema"))
            connection.execute(schema.meta.insert().values(key="schema", value=str(number + 1)))
