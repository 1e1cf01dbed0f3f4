"""Alike: PostgreSQL gives back what SQLite gives back - numbers to the bit, text in the same order, of one moment."""

import threading

import pytest
from sqlalchemy import inspect

from streams.store import layout, migrations, schema, upkeep
from streams.store.layout import open_partition, open_readers
from streams.store.migrations import SchemaError
from streams.store.store import Commit, Fenced, memory_store, rows_of

pytestmark = pytest.mark.stack
NUMBERS = (0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), 1_750_000_000.123, 2.0**53 + 2)
WORDS = (*"aBZäé_ ß", "'", '"', "\\", "\\u0000", "😀", "ss", "a b", "a-b", "10", "9", "%s", "$1")


@pytest.fixture
def url(postgres):
    return postgres.fresh()


@pytest.fixture
def store(url):
    found = open_partition(url, 0)
    found.take_over()
    yield found
    found.close()


def trip(name, number):
    row = {column.name: None for column in schema.trips.columns}
    texts = dict.fromkeys(("trip_id", "fleet_id", "vehicle_id", "status", "quality"), name)
    return row | texts | dict.fromkeys(("start", "end", "km", "driving_s", "idle_s", "night_s"), number)


def everything(number, word):
    work = Commit()
    work.payloads.append((number, 1.5, float("-inf"), float("inf"), bytes(range(256)), b""))
    work.upsert(schema.trips, [trip(word, NUMBERS[number % len(NUMBERS)]) | {"start_lat_deg": float("nan")}])
    work.upsert(upkeep.snapshots, [{"id": number, "position": 2**40 + number, "fingerprint": word}])
    work.append(schema.outbox, [{"sink": word, "address": word, "body": word.encode(), "retain": True, "at": 0.0}])
    return work


def ordered(store):
    with store.reading() as connection:
        return {
            table.name: [repr(row) for row in rows_of(connection, table.select().order_by(*table.primary_key))]
            for table in migrations.PARTITIONED
            if table.name not in ("meta", "owner")
        }


def test_numbers_and_words_come_back_as_from_sqlite_and_in_the_same_order(store):
    other = memory_store()
    for one in (store, other):
        for number, word in enumerate(WORDS):
            one.commit(everything(number, word))
        gone = Commit()
        gone.remove(schema.trips, [{"trip_id": "'"}, {"trip_id": "ß", "driver_id": None}, {"start": NUMBERS[4]}])
        gone.upsert(schema.trips, [trip("\\", -1.0), trip("new", 3.0)])
        one.commit(gone)
    assert ordered(store) == ordered(other)
    assert len(ordered(store)["trips"]) < len(WORDS)


def test_a_character_that_postgresql_has_not_stops_nobody(store):
    store.commit(everything(0, "dri\0ver"))
    with store.reading() as connection:
        (row,) = rows_of(connection, schema.trips.select().where(schema.trips.c.trip_id == "dri\0ver"))
    assert row["trip_id"] == "dri\u2400ver"


def test_what_one_connection_reads_is_of_one_moment_and_it_cannot_write(store):
    with store.reading() as connection:
        assert rows_of(connection, schema.payloads.select()) == []
        store.commit(everything(0, "a"))
        assert rows_of(connection, schema.outbox.select()) == []
        with pytest.raises(Exception, match="read-only"):
            connection.execute(schema.outbox.delete())
    assert len(ordered(store)["outbox"]) == 1


def test_senders_retention_and_people_write_beside_the_pipeline(url, store):
    failures = []

    def beside(write):
        try:
            for _ in range(20):
                write()
        except Exception as error:  # noqa: BLE001  whatever it is, the test wants to know
            failures.append(error)

    def delete():
        with store.writing() as connection:
            connection.execute(schema.quarantine.delete())

    people = open_readers(url)

    def decide():
        with people.writing() as connection:
            seen = len(rows_of(connection, schema.registry.select()))
            row = {"kind": "drivers", "key": str(seen), "body": "{}", "recorded_at": 1.0}
            connection.execute(schema.registry.insert(), row)

    writers = [lambda: store.commit(Commit(sent=[-1])), delete, decide, decide]
    threads = [threading.Thread(target=beside, args=(write,)) for write in writers]
    for thread in threads:
        thread.start()
    for number in range(40):
        store.commit(everything(number, f"{number}"))
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.position == 40
    with people.reading() as connection:
        assert len(rows_of(connection, schema.registry.select())) == 40


def test_every_schema_has_its_tables_and_no_more(url, store):
    open_partition(url, 12).close()
    found = inspect(store.engine)
    own = {table.name for table in migrations.PARTITIONED}
    assert set(found.get_table_names("p000")) == set(found.get_table_names("p012")) == own
    assert set(found.get_table_names("tripmeter")) == {"meta", *(table.name for table in migrations.SHARED)}
    assert set(found.get_view_names("everything")) == own
    for table in migrations.PARTITIONED:
        for column in found.get_columns(table.name, "p012"):
            kind = column["type"]
            assert str(kind.compile(store.engine.dialect)) not in ("INTEGER", "REAL"), (table.name, column["name"])
            assert getattr(kind, "collation", "C") == "C", (table.name, column["name"])


def test_an_upgrade_reaches_all_schemas_and_ends_the_older_version(url, store, monkeypatch):
    open_partition(url, 1).close()
    store.commit(everything(0, "kept"))

    def step(connection):
        for table in migrations.tables_of(connection):
            connection.exec_driver_sql(f"COMMENT ON TABLE \"{table.name}\" IS 'newer'")

    newer = (*migrations.STEPS, step)
    for module in (migrations, layout):
        monkeypatch.setattr(module, "STEPS", newer)
    for opening in (lambda: open_partition(url, 0), lambda: open_readers(url)):
        with pytest.raises(SchemaError, match="tripmeter database upgrade"):
            opening()
    with pytest.raises(SchemaError, match="stop all workers"):
        layout.upgrade(url)
    store.commit(Commit())  # nothing has been done
    assert layout.upgrade(url, beside=True) == (len(newer) - 1, len(newer))
    with pytest.raises(Fenced):
        store.commit(Commit())
    assert layout.upgrade(url) == (len(newer), len(newer))
    readers = open_readers(url)
    found = inspect(readers.engine)
    for place in ("tripmeter", "p000", "p001"):
        assert found.get_table_comment("meta", place)["text"] == "newer"
    assert len(ordered(readers)["trips"]) == 1
    monkeypatch.undo()
    for opening in (lambda: open_partition(url, 0), lambda: open_readers(url)):
        with pytest.raises(SchemaError, match=f"version {len(newer)}"):
            opening()
