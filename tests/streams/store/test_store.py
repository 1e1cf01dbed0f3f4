"""Store: one commit holds all or nothing, the last row of a key wins, and senders beside it do no harm."""

import sqlite3
import threading

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from streams.store import schema
from streams.store.sole import sole_use
from streams.store.store import Commit, memory_store, named, open_store, persistently, rows_of


@pytest.fixture(params=["disk", "memory", pytest.param("postgres", marks=pytest.mark.stack)])
def store(request, tmp_path):
    if request.param == "postgres":
        found = request.getfixturevalue("postgres").opened(tmp_path)
    else:
        found = open_store(tmp_path) if request.param == "disk" else memory_store()
    yield found
    found.close()


def rows(store, table):
    with store.reading() as connection:
        return rows_of(connection, table.select().order_by(*table.primary_key))


def payload(slot=0):
    return (slot, 1.0, 2.0, 3.0, b"digest", b"body")


def quarantined(name, detail="d"):
    return {
        "id": name,
        "received_at": 1.0,
        "reason": "r",
        "detail": detail,
        "topic": "t",
        "body": b"\x00\xff",
        "retry": 0,
    }


def message(sink="mqtt"):
    return {"sink": sink, "address": "a", "body": b"x", "retain": 1}


def everything():
    work = Commit()
    work.payloads.append(payload())
    work.upsert(schema.quarantine, [quarantined("a")])
    work.append(schema.outbox, [message()])
    return work


def test_a_commit_holds_everything_and_moves_the_position(store):
    store.commit(everything())
    store.commit(everything())
    assert store.position == 2
    assert [row["position"] for row in rows(store, schema.payloads)] == [1, 2]
    assert rows(store, schema.quarantine) == [quarantined("a")]
    assert len(rows(store, schema.outbox)) == 2


def test_an_error_in_the_last_part_leaves_nothing(store):
    work = everything()
    work.append(schema.revisions, [{"at": 1.0}])  # not enough for a row
    with pytest.raises(IntegrityError):
        store.commit(work)
    assert store.position == 0
    assert [rows(store, table) for table in (schema.payloads, schema.quarantine, schema.outbox)] == [[], [], []]
    store.commit(everything())
    assert store.position == 1


def test_the_last_row_of_a_key_wins(store):
    work = Commit()
    work.upsert(schema.quarantine, [quarantined("a", "1"), quarantined("b"), quarantined("a", "2")])
    store.commit(work)
    assert [row["detail"] for row in rows(store, schema.quarantine)] == ["2", "d"]
    again = Commit()
    again.upsert(schema.quarantine, [quarantined("a", "3")])
    store.commit(again)
    assert [row["detail"] for row in rows(store, schema.quarantine)] == ["3", "d"]


def test_what_is_removed_is_gone_and_what_is_upserted_after_that_stands(store):
    first = Commit()
    first.upsert(schema.quarantine, [quarantined("a"), quarantined("b"), quarantined("c")])
    store.commit(first)
    work = Commit()
    work.upsert(schema.quarantine, [quarantined("a", "new"), quarantined("d")])
    work.remove(schema.quarantine, [{"id": name} for name in "abd"])
    work.upsert(schema.quarantine, [quarantined("b", "again")])
    store.commit(work)
    assert {row["id"]: row["detail"] for row in rows(store, schema.quarantine)} == {"b": "again", "c": "d"}


def test_sent_messages_leave_the_outbox(store):
    work = Commit()
    work.append(schema.outbox, [message(), message("jsonl"), message()])
    store.commit(work)
    ids = [row["id"] for row in rows(store, schema.outbox)]
    store.commit(Commit(sent=ids[:2]))
    assert [row["id"] for row in rows(store, schema.outbox)] == ids[2:]


def test_an_empty_commit_is_one(store):
    work = Commit()
    work.upsert(schema.quarantine, [])
    work.append(schema.outbox, [])
    store.commit(work)
    assert store.position == 0


def test_a_store_opened_again_goes_on_where_it_was(tmp_path):
    store = open_store(tmp_path)
    store.commit(everything())
    store.close()
    again = open_store(tmp_path)
    assert again.position == 1
    again.commit(everything())
    assert [row["position"] for row in rows(again, schema.payloads)] == [1, 2]
    again.close()


def test_every_commit_is_on_disk_before_it_counts(tmp_path):
    store = open_store(tmp_path)
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    store.close()


def test_what_one_connection_reads_is_of_one_moment(tmp_path):
    store = open_store(tmp_path)
    with store.reading() as connection:
        assert rows_of(connection, schema.payloads.select()) == []
        store.commit(everything())
        assert rows_of(connection, schema.outbox.select()) == []
    assert len(rows(store, schema.outbox)) == 1
    store.close()


def test_senders_and_people_write_beside_the_pipeline(tmp_path):
    store = open_store(tmp_path)
    failures = []

    def send():
        try:
            for _ in range(60):
                store.commit(Commit(sent=[-1]))
                other = open_store(tmp_path)
                with other.writing() as connection:
                    connection.execute(schema.outbox.insert(), message("people"))
                other.close()
        except Exception as error:  # noqa: BLE001  whatever it is, the test wants to know
            failures.append(error)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        store.commit(everything())
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.position == 200
    assert [row["position"] for row in rows(store, schema.payloads)] == list(range(1, 201))
    assert len(rows(store, schema.outbox)) == 200 + 180
    store.close()


def test_persistently_goes_on_until_it_is_done_or_told_to_stop():
    tries = []

    def locked_twice():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))

    assert persistently(locked_twice, lambda: False) or pytest.fail()
    assert len(tries) == 3
    tries.clear()
    assert not persistently(locked_twice, lambda: True)
    assert len(tries) == 1


def test_an_error_that_will_not_go_away_is_raised():
    def broken():
        raise sqlite3.DatabaseError("file is not a database")

    with pytest.raises(sqlite3.DatabaseError):
        persistently(broken, lambda: False)


def test_any_number_of_names_is_looked_up(store):
    work = Commit()
    work.upsert(schema.quarantine, [quarantined(f"{k:05}") for k in range(25)])
    store.commit(work)
    with store.reading() as connection:
        found = named(connection, schema.quarantine.c.id, [f"{k:05}" for k in range(70_000)])
        assert len(found) == 25
        assert named(connection, schema.quarantine.c.id, []) == []


def test_one_service_at_a_time(tmp_path):
    with sole_use(tmp_path / "new"), pytest.raises(OSError, match="another tripmeter serves"):
        sole_use(tmp_path / "new")
    with sole_use(tmp_path / "new"):
        pass
