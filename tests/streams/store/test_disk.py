"""Disk: when SQLite refuses a commit - no room, a lock - it is waited for, and nothing is acknowledged meanwhile."""

import sqlite3

import numpy as np
import pytest
from sqlalchemy import event

from devices.samples import Payload
from streams.store import schema
from streams.store import store as store_module


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged(*rivers.HOURS))


def payload(t, seq=1):
    body = f'{{"v":1,"boot":"b","seq":{seq},"t":{list(t)},"speed_kmh":50}}'
    return Payload("tripmeter/v1/f/V/telemetry", body.encode(), 0.0)


def seqs(taken):
    return sorted(received.reading.seq for received in taken)


def test_a_really_full_disk(river, monkeypatch):
    monkeypatch.setattr(store_module, "RETRY_S", 0.0)
    pages = river.engine.raw_connection().cursor().execute("PRAGMA page_count").fetchone()[0]
    allowed, tries = [pages], []

    def limit(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count = {allowed[0]}")

    def look():
        tries.append(len(river.rows(schema.payloads)))
        if len(tries) == 3:
            allowed[0] = 1_000_000
        return False

    event.listen(river.engine, "checkout", limit)
    river.stopping = look
    taken = river.embedded.take([payload(np.arange(1000.0, 3000.0).tolist(), seq=k) for k in range(20)])
    assert seqs(taken) == list(range(20))
    assert tries[:3] == [0, 0, 0]
    assert len(river.rows(schema.payloads)) == 20


def test_a_locked_database_is_waited_for(river, tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "RETRY_S", 0.0)
    other = sqlite3.connect(tmp_path / "tripmeter.db")
    other.execute("BEGIN IMMEDIATE")
    tries = []

    def release():
        tries.append(1)
        if len(tries) == 2:
            other.execute("ROLLBACK")
        return False

    river.stopping = release
    event.listen(river.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout = 1"))
    assert seqs(river.embedded.take([payload([1000.0])])) == [1]
    assert len(tries) == 2
    other.close()
