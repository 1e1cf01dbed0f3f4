"""Fencing: whoever takes a partition over is the only one who writes there, whatever wakes later."""

import pytest

from streams.store import migrations, schema
from streams.store.layout import open_partition, open_readers
from streams.store.store import Commit, Fenced, rows_of

pytestmark = pytest.mark.stack


@pytest.fixture
def url(postgres):
    return postgres.fresh()


def work(first, last, payloads=1):
    found = Commit(source=(first, last))
    found.payloads += [(0, 1.0, 2.0, 3.0, b"digest", b"body")] * payloads
    found.append(schema.outbox, [{"sink": "mqtt", "address": "a", "body": b"x", "retain": 1}])
    return found


def everything(store):
    with store.reading() as connection:
        return {table.name: rows_of(connection, table.select()) for table in migrations.PARTITIONED}


def any_commit(store):
    """Whatever an owner may do."""
    yield lambda: store.commit(work(3, 4))
    yield lambda: store.commit(Commit())
    yield lambda: store.commit(Commit(sent=[1]))
    yield lambda: store.writing().__enter__()


def test_a_store_that_has_not_taken_over_writes_nothing(url):
    store = open_partition(url, 0)
    before = everything(store)
    for write in any_commit(store):
        with pytest.raises(Fenced):
            write()
    assert everything(store) == before


def test_of_two_the_older_writes_nothing_and_the_newer_goes_on_where_it_was(url):
    older, newer = open_partition(url, 0), open_partition(url, 0)
    assert older.take_over() == 0
    older.commit(work(0, 3, payloads=2))
    assert newer.take_over() == 3
    assert newer.position == 2
    before = everything(newer)
    for write in any_commit(older):
        with pytest.raises(Fenced):
            write()
    assert everything(newer) == before
    newer.commit(work(3, 7))
    assert newer.position == 3
    assert older.take_over() == 7  # it may come back, like anybody


def test_input_is_taken_once_and_in_order(url):
    store = open_partition(url, 0)
    store.take_over()
    store.commit(work(0, 3))
    for source in ((0, 3), (2, 5), (4, 6)):
        with pytest.raises(Fenced, match="input"):
            store.commit(work(*source))
    assert store.position == 1
    store.commit(Commit())  # a tick has no input
    store.commit(work(3, 5))
    assert store.take_over() == 5


def test_one_frozen_in_the_middle_of_a_commit_holds_nobody_up_and_writes_nothing(url):
    frozen, newer = open_partition(url, 0), open_partition(url, 0)
    frozen.take_over()
    frozen.commit(work(0, 1))
    with pytest.raises(Exception, match="network error"), frozen.writing() as connection:
        connection.execute(schema.outbox.delete())
        assert newer.take_over() == 1
        newer.commit(work(1, 2))
        connection.execute(schema.outbox.delete())  # it wakes
    with pytest.raises(Fenced):
        frozen.commit(work(1, 2))
    assert len(everything(newer)["outbox"]) == 2


def test_partitions_disturb_each_other_as_little_as_two_databases(url):
    one, other = open_partition(url, 0), open_partition(url, 7)
    one.take_over()
    other.take_over()
    one.commit(work(0, 5, payloads=3))
    other.commit(work(0, 1))
    assert (one.position, other.position) == (3, 1)
    readers = open_readers(url)
    assert len(everything(readers)["payloads"]) == 4
    one.take_over()
    other.commit(work(1, 2))


def test_who_lost_its_connection_goes_on_where_it_was_unless_another_has_begun(url):
    store, other = open_partition(url, 0), open_partition(url, 0)
    store.take_over()
    store.commit(work(0, 3))
    assert store.resume() == 3
    assert store.position == 1
    store.commit(work(3, 4))
    assert other.take_over() == 4
    with pytest.raises(Fenced):
        store.resume()
    other.commit(work(4, 5))
