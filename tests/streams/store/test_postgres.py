"""PostgreSQL without a server: what a URL says, how rows are written down, and what the schema is there."""

import gc
import json
import math
import socket
import sqlite3
import struct
import threading
import weakref

import numpy as np
import pytest
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from streams import config
from streams.config import MASK
from streams.store import bulk, columns, layout, migrations, prepared, schema
from streams.store import store as store_module
from streams.store.engine import engine_of
from streams.store.postgres import PartitionStore
from streams.store.store import Commit, Fenced, Store, memory_store, open_store, persistently, rows_of


def test_a_partition_has_a_name():
    assert [layout.place(number) for number in (0, 16, 999)] == ["p000", "p016", "p999"]
    for number in (-1, 1000):
        with pytest.raises(ValueError, match="partition"):
            layout.place(number)


def test_rows_are_written_down_as_sqlite_would_keep_them():
    row = {"slot": np.int64(3), "received_at": np.float64(0.1), "first": math.inf, "last": -math.inf}
    (said,) = json.loads(bulk.packed(schema.payloads, (*row, "body"), [row | {"body": b"\x00\xff"}]))
    assert said == {"slot": 3, "received_at": 0.1, "first": "Infinity", "last": "-Infinity", "body": "AP8="}
    row = {"fleet_id": "a\0b", "level": True, "start": math.nan, "end": -0.0, "driver_id": None}
    text = bulk.packed(schema.events, tuple(row), [row])
    assert json.loads(text) == [{"fleet_id": "a␀b", "level": 1, "start": None, "end": 0.0, "driver_id": None}]
    assert "-0" not in text
    assert [prepared.number(value) for value in (math.nan, -0.0, math.inf, np.float64(0.1))] == [
        None,
        "0.0",
        "inf",
        "0.1",
    ]


def test_whole_numbers_have_64_bits_and_text_the_order_of_its_bytes():
    for table in columns.metadata.sorted_tables:
        for line in str(CreateTable(table).compile(dialect=dialect())).splitlines():
            assert " INTEGER" not in line
            assert 'COLLATE "C"' in line or not (" VARCHAR" in line or " TEXT" in line), line


def test_every_table_has_one_place():
    assert {*migrations.SHARED, *migrations.PARTITIONED} == set(columns.metadata.sorted_tables)
    assert not {*migrations.SHARED} & {*migrations.PARTITIONED}


def test_the_url_is_a_secret(tmp_path):
    path = tmp_path / "url"
    path.write_text("postgresql://me:sesame@db/fleet\n")
    found = config.load(environ={"TRIPMETER_STORE__URL__FILE": str(path)})
    assert found.store.url == "postgresql://me:sesame@db/fleet"
    assert config.show(found)["store.url"][0] == MASK


def test_sqlite_knows_owners_too():
    """A worker may be tried on it."""
    store = memory_store()
    assert store.take_over() == 0
    store.commit(Commit(source=(0, 4)))
    with pytest.raises(Fenced):
        store.commit(Commit(source=(0, 4)))
    epoch = store.epoch
    assert store.take_over() == 4
    store.epoch = epoch
    for write in (lambda: store.commit(Commit()), lambda: store.writing().__enter__()):
        with pytest.raises(Fenced):
            write()


def test_a_line_that_breaks_in_the_middle_of_the_greeting_is_a_server_that_is_away():
    with socket.create_server(("127.0.0.1", 0)) as door:

        def hang_up():
            line, _ = door.accept()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()

        threading.Thread(target=hang_up, daemon=True).start()
        url = f"postgresql://a@127.0.0.1:{door.getsockname()[1]}/b?sslmode=require"
        with pytest.raises(OperationalError):
            engine_of(url, []).connect()


class OnSqlite(PartitionStore):
    """A partition whose rows are in SQLite; what it knows of its commits is as on a server."""

    _put, ask = Store._put, Store.ask

    def _end_frozen(self):
        """No other session is there."""


@pytest.fixture
def partition(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "RETRY_S", 0.0)
    store = OnSqlite(open_store(tmp_path).engine)
    store.take_over()
    yield store
    store.close()


@pytest.fixture
def cut(partition, monkeypatch):
    """Lose the next commit, or only its answer."""
    dialect, whole = partition.engine.dialect, partition.engine.dialect.do_commit

    def once(*, arrives):
        def lost(connection):
            monkeypatch.setattr(dialect, "do_commit", whole)
            if arrives:
                whole(connection)
            raise sqlite3.OperationalError("network error")

        monkeypatch.setattr(dialect, "do_commit", lost)

    return once


def read(store, table):
    with store.reading() as connection:
        return rows_of(connection, table.select())


def one_payload(source):
    found = Commit(payloads=[(0, 1.0, 2.0, 3.0, b"digest", b"body")], source=source)
    found.append(schema.outbox, [{"sink": "mqtt", "address": "a", "body": b"x", "retain": 1}])
    return found


@pytest.mark.parametrize("source", [(0, 3), None])
@pytest.mark.parametrize("arrives", [True, False])
def test_a_sender_in_between_takes_nobodys_answer(partition, cut, source, arrives):
    """It finds out first what became of a river's commit; the river, which tries again, is told too."""

    def between():
        sender = threading.Thread(target=partition.commit, args=[Commit(sent=[-1])])
        sender.start()
        sender.join()

    cut(arrives=arrives)
    work = one_payload(source)
    assert persistently(lambda: partition.commit(work), between)
    assert (len(read(partition, schema.payloads)), len(read(partition, schema.outbox)), partition.position) == (1, 1, 1)
    partition.commit(one_payload(source and (3, 4)))
    assert [row["position"] for row in read(partition, schema.payloads)] == [1, 2]


def test_a_sender_that_loses_its_own_answer_in_between_takes_nobodys_either(partition, cut):
    def between():
        cut(arrives=True)
        with pytest.raises(OperationalError):
            partition.commit(Commit(sent=[-1]))

    cut(arrives=True)
    work = one_payload((0, 3))
    assert persistently(lambda: partition.commit(work), between)
    assert (len(read(partition, schema.payloads)), partition.position) == (1, 1)


def test_commits_nobody_asks_about_again_do_not_pile_up(partition, cut):
    def lost():
        cut(arrives=True)
        work = Commit(sent=[-1])
        with pytest.raises(OperationalError):
            partition.commit(work)
        return weakref.ref(work)

    abandoned = [lost() for _ in range(3)]
    partition.commit(Commit())
    gc.collect()
    assert [one() for one in abandoned] == [None] * 3
