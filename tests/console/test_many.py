"""Long lists of the record are read by an index: a page costs what it shows, whatever lies behind it."""

import hashlib
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import event, insert

from console.api import quarantine, system
from streams.store import deeds, schema
from streams.store.layout import open_readers
from streams.store.store import open_store

ROWS = 20_000
ACTIONS = ("session.opened", "alerts.acknowledge", "exports.made")
SORTED = ("TEMP B-TREE", "Sort")  # what SQLite and PostgreSQL say of rows that no index has in order
READ = ("SCAN audit", "SCAN quarantine", "Seq Scan")  # and of a table that is read whole


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.stack)])
def store(request, tmp_path_factory):
    """A record with much in its log and in quarantine."""
    folder = tmp_path_factory.mktemp("many")
    if request.param == "sqlite":
        made = reader = open_store(folder)
    else:
        server = request.getfixturevalue("postgres")
        made = server.opened(folder)
        reader = open_readers(server._named[folder])
    with made.writing() as connection:
        connection.execute(insert(deeds.audit), [logged(k) for k in range(ROWS)])
        connection.execute(insert(schema.quarantine), [aside(k) for k in range(ROWS)])
        connection.exec_driver_sql("ANALYZE")
    yield reader
    reader.close()


def logged(k):
    row = {"id": k + 1, "at": 1e9 + k, "actor": f"u{k % 50}", "login": "x", "action": ACTIONS[k % 3]}
    row |= {"fleet_id": f"f{k % 20}", "about": f"thing {k}", "detail": "{}"}
    return row | dict.fromkeys(("salt", "content", "digest"), "-")


def aside(k):
    row = {"id": hashlib.sha256(b"%d" % k).hexdigest(), "received_at": 1e9 + k // 2, "reason": ACTIONS[k % 3]}
    return row | {"detail": "no JSON", "topic": f"t/f{k % 20}", "body": b"z" * 300, "retry": 0}


@contextmanager
def overheard(store):
    """The questions that a store is asked."""
    asked = []

    def hear(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", hear)
    yield asked
    event.remove(store.engine, "before_cursor_execute", hear)


def plan(store, statement, parameters):
    """How the database goes about a question."""
    explain = "EXPLAIN QUERY PLAN " if store.engine.dialect.name == "sqlite" else "EXPLAIN "
    with store.reading() as connection:
        rows = connection.exec_driver_sql(explain + statement, parameters)
        return "\n".join(str(row[-1]) for row in rows)


def pages(store, answer, wanted, **said):
    """The first two pages of a list, and the questions they took."""
    ask = SimpleNamespace(world=SimpleNamespace(store=store), query=wanted(**said))
    first = answer(ask)
    with overheard(store) as asked:
        ask.query = wanted(**said, cursor=first.cursor)
        second = answer(ask)
    return first, second, asked


AUDIT = [(system.log, system.Wanted, one) for one in ({}, {"actor": "u7"}, {"action": "exports.made"}, {"fleet": "f3"})]
ASIDE = [(quarantine.listed, quarantine.Wanted, one) for one in ({}, {"reason": "exports.made"})]


@pytest.mark.parametrize(("answer", "wanted", "said"), [*AUDIT, *ASIDE])
def test_a_page_is_read_by_an_index_and_no_more_of_the_table(store, answer, wanted, said):
    first, second, ((statement, parameters), _count) = pages(store, answer, wanted, **said)
    found = plan(store, statement, parameters)
    assert not any(word in found for word in (*SORTED, *READ)), found
    assert first.total == second.total > 300
    names = [row.id for page in (first, second) for row in page.items]
    assert len(set(names)) == 200


def test_the_newest_stand_first_and_no_row_is_left_out(store):
    ask = SimpleNamespace(world=SimpleNamespace(store=store), query=system.Wanted(action="session", actor="u9"))
    whole = [k + 1 for k in range(ROWS) if not k % 3 and k % 50 == 9][::-1]
    found = []
    while True:
        page = system.log(ask)
        found += [row.id for row in page.items]
        if page.cursor is None:
            break
        ask.query = system.Wanted(action="session", actor="u9", cursor=page.cursor)
    assert (found, page.total) == (whole, len(whole))


def test_the_reasons_are_counted_without_the_payloads(store):
    ask = SimpleNamespace(world=SimpleNamespace(store=store))
    with overheard(store) as asked:
        found = quarantine.reasons(ask)
    assert sum(one.count for one in found) == ROWS
    if store.engine.dialect.name == "sqlite":
        assert "COVERING INDEX quarantine_by_reason" in plan(store, *asked[0])
