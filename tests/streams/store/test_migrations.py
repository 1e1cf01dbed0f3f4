"""Migrations: a store is brought to this version's schema, step by step, or refused with a reason."""

import pytest
from sqlalchemy import inspect, select

from streams.store import accounts, columns, deeds, migrations, schema
from streams.store.migrations import SchemaError
from streams.store.store import open_store, rows_of


def test_a_new_store_has_every_table_and_its_version(tmp_path):
    store = open_store(tmp_path)
    assert set(inspect(store.engine).get_table_names()) == set(columns.metadata.tables)
    with store.reading() as connection:
        assert migrations.version(connection) == len(migrations.STEPS)
    store.close()


def test_a_newer_store_is_refused_and_left_alone(tmp_path):
    store = open_store(tmp_path)
    with store.writing() as connection:
        connection.execute(schema.meta.update().values(value="99"))
    store.close()
    before = (tmp_path / "tripmeter.db").read_bytes()
    with pytest.raises(SchemaError, match="version 99, this tripmeter knows up to"):
        open_store(tmp_path)
    assert (tmp_path / "tripmeter.db").read_bytes() == before


def test_missing_steps_run_once_in_order(tmp_path, monkeypatch):
    ran = []

    def step(number):
        def run(connection):
            ran.append(number)
            connection.exec_driver_sql(f"CREATE TABLE extra{number} (x)")

        return run

    open_store(tmp_path).close()
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step(2), step(3)))
    open_store(tmp_path).close()
    store = open_store(tmp_path)
    assert ran == [2, 3]
    with store.reading() as connection:
        assert migrations.version(connection) == len(migrations.STEPS)
    store.close()


def test_a_step_that_fails_leaves_nothing_of_itself(tmp_path, monkeypatch):
    def broken(connection):
        connection.exec_driver_sql("CREATE TABLE half (x)")
        raise RuntimeError("power cut")

    open_store(tmp_path).close()
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
    with pytest.raises(RuntimeError):
        open_store(tmp_path)
    monkeypatch.undo()
    store = open_store(tmp_path)
    assert "half" not in inspect(store.engine).get_table_names()
    store.close()


def test_a_store_of_the_first_version_gets_what_it_lacks_and_keeps_what_people_did(tmp_path):
    store = open_store(tmp_path)
    with store.writing() as connection:
        for table in ("notices", "ticks", "rule_sets"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("DROP INDEX actions_about")
        for table, column in (
            ("events", "note"),
            ("events", "media"),
            ("alerts", "starts"),
            ("actions", "vehicle_id"),
            ("actions", "kind"),
        ):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        alert = {"alert_id": "a", "fleet_id": "f", "vehicle_id": "V", "kind": "crash", "subject": "", "level": 3}
        alert |= {"priority": "critical", "condition": "active", "first_seen": 0.0, "last_seen": 0.0, "count": 1}
        alert |= {"last_event_id": "e", "last_start": 0.0, "superseded": 0, "flapping": 0}
        connection.execute(schema.alerts.insert().values(**alert))
        action = {"alert_id": "a", "at": 1.0, "actor": "me", "action": "note", "seen": 0.0, "reason": "why"}
        connection.execute(deeds.actions.insert().values(**action, fleet_id="f", subject="", value=""))
        connection.execute(schema.outbox.insert().values(sink="email", address="", body=b"{}", retain=0))
        connection.exec_driver_sql("ALTER TABLE outbox DROP COLUMN at")
        connection.execute(schema.meta.update().where(schema.meta.c.key == "schema").values(value="1"))
    store.close()
    store = open_store(tmp_path)
    for table in columns.metadata.sorted_tables:
        there = {column["name"] for column in inspect(store.engine).get_columns(table.name)}
        assert there == set(table.columns.keys())
    with store.reading() as connection:
        assert connection.execute(schema.outbox.select()).one().at > 1e9
        (action,) = connection.execute(deeds.actions.select())
        assert (action.vehicle_id, action.kind, action.reason) == ("V", "crash", "why")
        (alert,) = connection.execute(schema.alerts.select())
        assert alert.starts == "[]"
    store.close()


def test_a_new_store_is_one_that_has_taken_every_step(tmp_path, monkeypatch):
    def made(folder):
        store = open_store(folder)
        with store.reading() as connection:
            said = {name: inspect(connection).get_columns(name) for name in columns.metadata.tables}
            indexes = {name: inspect(connection).get_indexes(name) for name in columns.metadata.tables}
            found = {table.name: rows_of(connection, table.select()) for table in columns.metadata.sorted_tables}
        store.close()
        return str(said), str(indexes), found

    new = made(tmp_path / "new")
    monkeypatch.setattr(migrations, "_new", lambda connection: [step(connection) for step in migrations.STEPS])
    assert made(tmp_path / "stepped") == new


def test_a_word_on_a_fleets_books_becomes_one_on_each(tmp_path):
    store = open_store(tmp_path)
    with store.writing() as connection:
        word = {"number": 1, "fleet_id": "f", "vehicle_id": "V", "start": 0.0, "driver_id": "D"}
        connection.execute(accounts.drivers.insert(), word)
        for table in (accounts.drivers, accounts.trailers):
            for name, kind in (("at", "FLOAT"), ("actor", "VARCHAR"), ("reason", "TEXT")):
                connection.exec_driver_sql(f'ALTER TABLE {table.name} ADD COLUMN "{name}" {kind} NOT NULL DEFAULT 7')
        connection.exec_driver_sql("DROP TABLE ledger_books")
        before = migrations.STEPS.index(migrations._words)
        connection.execute(schema.meta.update().where(schema.meta.c.key == "schema").values(value=str(before)))
    store.close()
    store = open_store(tmp_path)
    with store.reading() as connection:
        told = connection.execute(select(accounts.books).order_by(accounts.books.c.what.desc())).mappings().all()
        assert connection.execute(select(accounts.drivers)).mappings().one()["driver_id"] == "D"
    drivers, couplings = told
    assert (drivers["what"], drivers["actor"], drivers["at"]) == ("drivers", "7", 7.0)
    assert (couplings["what"], couplings["fleet_id"]) == ("couplings", "f") and couplings["at"] > 1e9
    store.close()


def test_an_older_store_gets_the_indexes_that_trips_are_listed_by(tmp_path):
    store = open_store(tmp_path)
    with store.writing() as connection:
        for index in schema.trips.indexes:
            connection.exec_driver_sql(f"DROP INDEX {index.name}")
        connection.exec_driver_sql("CREATE INDEX trips_by_vehicle ON trips (fleet_id, vehicle_id, start)")
        connection.execute(schema.meta.update().where(schema.meta.c.key == "schema").values(value="19"))
    store.close()
    store = open_store(tmp_path)
    found = {one["name"] for one in inspect(store.engine).get_indexes("trips")}
    assert found == {index.name for index in schema.trips.indexes}
    store.close()
