"""Beginning: partitions that begin at the same moment, in different workers, put what all share on record once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from streams import config
from streams.river import noted
from streams.river.in_force import remembered
from streams.store import audit, schema
from streams.store.layout import open_partition
from streams.store.store import rows_of

pytestmark = pytest.mark.stack

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"


@pytest.fixture
def stores(postgres):
    url = postgres.fresh()
    made = [open_partition(url, number) for number in range(2)]
    for store in made:
        store.take_over()
    yield made
    for store in made:
        store.close()


@pytest.fixture
def together(monkeypatch, stores, until):
    """Have both do something, the second while the first is about to commit."""
    held, free = threading.Event(), threading.Event()
    written = audit.record

    def hold(*arguments, **named):
        written(*arguments, **named)
        held.set()
        assert free.wait(60)

    def one_waits():
        with stores[0].reading() as connection:
            return connection.exec_driver_sql(WAITING).scalar_one()

    def run(work):
        for place in ("streams.river.in_force.record", "streams.store.audit.record"):
            monkeypatch.setattr(place, hold)
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(work, stores[0])
            assert held.wait(60)
            second = threads.submit(work, stores[1])
            until(one_waits)
            free.set()
            return first.result(), second.result()

    return run


def entries(store, action):
    with store.reading() as connection:
        return audit.read(connection, action=action)


def test_rules_that_are_new_are_remembered_once(stores, together, rivers):
    current = rivers.judged().in_force.sets[-1]
    first, second = together(lambda store: remembered(store, current, 100.0))
    assert [one.since for one in first] == [one.since for one in second] == [current.since]
    with stores[1].reading() as connection:
        assert [row["version"] for row in rows_of(connection, schema.rule_sets.select())] == [current.version]
    assert len(entries(stores[1], "rules.changed")) == 1


def test_settings_are_noted_once(stores, together):
    said = config.load(None, {}, ("paging.late_s=60",))
    together(lambda store: noted.judging(store, said))
    assert len(entries(stores[1], "settings.changed")) == 1
