"""Stored: what is written is read, and rows that did not change keep their time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, select

from streams.registry import Registry, load, stored
from streams.registry.rows import Driver
from streams.store import schema


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    schema.registry.create(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_nothing_stored_is_an_empty_registry(connection: Connection) -> None:
    assert stored.read(connection) == Registry()


def test_what_is_written_is_read(connection: Connection, good: Path) -> None:
    registry = load(good)
    stored.write(connection, registry, 1.0)
    assert stored.read(connection) == registry


def test_only_what_changes_is_written(connection: Connection, good: Path) -> None:
    registry = load(good)
    stored.write(connection, registry, 1.0)
    registry.put(Driver(driver_id="D1", fleet_id="north", name="Ada L."))
    del registry.rows["drivers"]["D2"]
    stored.write(connection, registry, 2.0)
    assert stored.read(connection) == registry
    table = schema.registry
    late = connection.execute(select(table.c.kind, table.c.key).where(table.c.recorded_at == 2.0)).all()
    assert [tuple(row) for row in late] == [("drivers", "D1")]
