"""Lost: connections that break and servers that die take nothing acknowledged with them, and bring nothing twice."""

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from pg8000.exceptions import InterfaceError
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from streams.store import bulk, layout, schema
from streams.store import store as store_module
from streams.store.engine import engine_of
from streams.store.layout import open_partition
from streams.store.prepared import Connection
from streams.store.store import Commit, persistently, rows_of

pytestmark = pytest.mark.stack


@pytest.fixture
def url(postgres):
    return postgres.fresh()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(store_module, "RETRY_S", 0.05)
    monkeypatch.setattr(layout, "PATIENCE_S", 0.0)


def work(first, last):
    found = Commit(source=(first, last))
    found.payloads.append((0, 1.0, 2.0, 3.0, b"digest", b"body"))
    found.append(schema.outbox, [{"sink": "mqtt", "address": "a", "body": b"x", "retain": 1}])
    return found


def count(store, table):
    with store.reading() as connection:
        return len(rows_of(connection, table.select()))


@pytest.mark.parametrize("arrives", [True, False])
def test_a_connection_that_breaks_at_the_commit(url, monkeypatch, arrives):
    """Whether the server has heard it or not: it is done once, and the input goes on behind it."""
    store = open_partition(url, 0)
    store.take_over()
    commit = Connection.run_together

    def cut(connection, lines):
        monkeypatch.undo()
        monkeypatch.setattr(store_module, "RETRY_S", 0.0)
        if arrives:
            commit(connection, lines)
        connection._usock.shutdown(2)
        raise InterfaceError("network error")

    monkeypatch.setattr(Connection, "run_together", cut)
    first = work(0, 3)
    assert persistently(lambda: store.commit(first), lambda: False)
    store.commit(work(3, 4))
    assert store.position == 2
    assert (count(store, schema.payloads), count(store, schema.outbox)) == (2, 2)


def test_what_a_sender_could_not_finish_does_not_confuse_the_river(url, monkeypatch):
    """Its commit came through and it never asks again; the next one of somebody else finds out."""
    store = open_partition(url, 0)
    store.take_over()
    store.commit(work(0, 1))
    commit = Connection.run_together

    def cut(connection, lines):
        monkeypatch.undo()
        commit(connection, lines)
        raise InterfaceError("no answer")

    monkeypatch.setattr(Connection, "run_together", cut)
    with pytest.raises(OperationalError):
        store.commit(Commit(sent=[1]))
    store.commit(work(1, 2))
    assert (store.position, count(store, schema.payloads), count(store, schema.outbox)) == (2, 2, 1)


@pytest.mark.parametrize("source", [(0, 3), None])
def test_a_sender_that_commits_before_the_river_tries_again(url, monkeypatch, source):
    """It finds out that the river's commit has come through; the river is told too, and writes nothing twice."""
    store = open_partition(url, 0)
    store.take_over()
    commit = Connection.run_together

    def cut(connection, lines):
        monkeypatch.setattr(Connection, "run_together", commit)
        commit(connection, lines)
        raise InterfaceError("no answer")

    def between():
        sender = threading.Thread(target=store.commit, args=[Commit(sent=[-1])])
        sender.start()
        sender.join()

    monkeypatch.setattr(Connection, "run_together", cut)
    first = work(0, 3)
    first.source = source
    assert persistently(lambda: store.commit(first), between)
    assert (store.position, count(store, schema.payloads), count(store, schema.outbox)) == (1, 1, 1)


class Late:
    """A network that holds commits back, and delivers them on another day."""

    def __init__(self, url, monkeypatch):
        self.held, self.before = [], lambda: None
        self._whole = Connection.run_together
        self._other = engine_of(url, [layout.place(0), layout.SHARED]).execution_options(plain=True)
        monkeypatch.setattr(Connection, "run_together", lambda connection, lines: self.send(connection, lines))
        self.answers = []  # of the next sends: what the sender hears instead; nothing is sent

    def send(self, connection, lines):
        if self.answers:
            self.held.append(list(lines))
            raise InterfaceError(self.answers.pop(0))
        self.before()
        return self._whole(connection, lines)

    def deliver(self):
        """The oldest that was held back."""
        lines, self.before = self.held.pop(0), lambda: None
        with self._other.connect() as connection:
            bulk.run(connection, lines)


@pytest.fixture
def late(url, monkeypatch):
    made = Late(url, monkeypatch)
    yield made
    made._other.dispose()


@pytest.mark.parametrize("source", [(0, 3), None])
def test_a_try_that_arrives_after_the_one_that_took_its_place_is_not_taken(url, late, source):
    store = open_partition(url, 0)
    store.take_over()
    late.answers = ["network error"]
    first = work(0, 3)
    first.source = source
    store.commit(first)
    with pytest.raises(IntegrityError):
        late.deliver()
    assert (store.position, count(store, schema.payloads), count(store, schema.outbox)) == (1, 1, 1)


@pytest.mark.parametrize("source", [(0, 3), None])
def test_a_try_that_arrives_just_before_the_next_is_taken_and_the_next_is_not(url, late, source):
    store = open_partition(url, 0)
    store.take_over()
    late.answers, late.before = ["network error"], late.deliver
    first = work(0, 3)
    first.source = source
    store.commit(first)
    assert late.held == []
    assert (store.position, count(store, schema.payloads), count(store, schema.outbox)) == (1, 1, 1)


def test_what_a_sender_has_given_up_arrives_in_the_place_of_another_commit_which_follows(url, late):
    store = open_partition(url, 0)
    store.take_over()
    given_up = Commit()
    given_up.append(schema.outbox, [{"sink": "mqtt", "address": "late", "body": b"x", "retain": 1}])
    late.answers = ["no answer"]
    with pytest.raises(OperationalError):
        store.commit(given_up)
    late.before = late.deliver
    store.commit(work(0, 3))
    store.commit(work(3, 4))
    assert (late.held, given_up.came_through) == ([], True)
    assert (store.position, count(store, schema.payloads), count(store, schema.outbox)) == (2, 2, 3)


def test_what_cannot_be_said_leaves_no_connection_out_of_step(url):
    """Half of it may have been sent: the next to speak must not hear the answer to that."""
    store = open_partition(url, 0)
    store.take_over()

    def ask(value):
        question = select(func.count()).where(schema.outbox.c.address.in_([value + str(k) for k in range(70)]))
        return store.ask(lambda connection: connection.execute(question).scalar())

    for _ in range(3):
        with pytest.raises(UnicodeEncodeError):
            ask("\ud800")
        store.commit(Commit())
        assert ask("a") == 0


def test_connections_that_the_server_has_dropped_are_not_noticed(postgres, url):
    store = open_partition(url, 0)
    store.take_over()
    store.commit(work(0, 1))
    postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert count(store, schema.payloads) == 1
    postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    store.commit(work(1, 2))
    assert store.position == 2


def test_a_server_that_starts_again_is_waited_for(postgres, url, monkeypatch):
    monkeypatch.setattr(layout, "PATIENCE_S", 60.0)
    store = open_partition(url, 0)
    store.take_over()
    postgres.kill()
    starting = threading.Timer(0.5, postgres.start)
    starting.start()
    assert count(store, schema.payloads) == 0
    starting.join()
    postgres.kill()
    starting = threading.Timer(0.5, postgres.start)
    starting.start()
    store.commit(work(0, 1))
    starting.join()
    assert open_partition(url, 0).take_over() == 1


class Dying:
    """Kills the server before the n-th statement that a river sends it."""

    def __init__(self, server, engine):
        self.server, self.left = server, -1
        event.listen(engine, "before_cursor_execute", self.count)
        event.listen(engine, "commit", self.count)

    def count(self, *_arguments):
        self.left -= 1
        if self.left == 0:
            self.server.kill()


def test_a_server_killed_again_and_again(postgres, rivers, monkeypatch, tmp_path):
    """Devices resend until they are acknowledged: at the end the tables are those of a calm SQLite."""
    rules = rivers.judged(*rivers.HOURS)
    samples, rng = rivers.days(5, vehicles=2), np.random.default_rng(7)
    calm = rivers.River(tmp_path / "calm", rules)
    sent = rivers.payloads(samples, size=8)
    calm.embedded.take(sent)
    calm.drain()
    monkeypatch.setattr(rivers, "opened", postgres.opened)
    river = rivers.River(tmp_path / "rough", rules)
    dying, kills, acknowledged = Dying(postgres, river.engine), 0, set()
    waiting = list(sent)
    river.stopping = lambda: postgres.start() or False  # while a commit is tried again
    while waiting:
        handful = [waiting[k] for k in rng.permutation(min(len(waiting), 60))[: rng.integers(5, 40)]]
        dying.left = int(rng.integers(1, 30)) if kills < 8 else -1
        try:
            acknowledged |= {received.payload.body for received in river.embedded.take(handful)}
            river.embedded.settle_due(at_once=True)
        except OperationalError:  # between commits: what a process does then is to begin anew
            dying.left = -1
            postgres.start()
            river.crash()
            kills += 1
        waiting = [one for one in waiting if one.body not in acknowledged]
    dying.left = -1
    postgres.start()
    river.crash()
    river.drain()
    assert kills >= 4
    assert {row["body"] for row in river.rows(schema.payloads)} >= acknowledged
    assert len(river.rows(schema.payloads)) == len(sent)
    assert rivers.differences(calm.tables(), river.tables()) == {}


def test_a_line_that_is_cut_anywhere(postgres, rivers, monkeypatch, tmp_path, wire):
    """In the middle of a question, of an answer, of a commit: each payload is there once, the tables are the same."""
    rules = rivers.judged(*rivers.HOURS)
    samples, rng = rivers.days(11, vehicles=2), np.random.default_rng(3)
    calm = rivers.River(tmp_path / "calm", rules)
    sent = rivers.payloads(samples, size=8)
    calm.embedded.take(sent)
    calm.drain()
    proxy = wire(postgres.port)
    url = postgres.fresh().replace(str(postgres.port), str(proxy.port))

    def opened(_folder):
        store = open_partition(url, 0)
        store.take_over()
        return store

    monkeypatch.setattr(rivers, "opened", opened)
    river = rivers.River(tmp_path / "cut", rules)
    waiting, known = list(sent), set()
    while waiting:
        handful = [waiting[k] for k in rng.permutation(min(len(waiting), 60))[: rng.integers(2, 12)]]
        proxy.cut_after(int(rng.integers(1, 15_000)) if proxy.cuts < 15 else None)
        try:
            known |= {received.payload.body for received in river.embedded.take(handful)}
            river.embedded.settle_due(at_once=True)
            river.embedded.snapshot()
        except OperationalError:
            proxy.cut_after(None)
            river.crash()
        waiting = [one for one in waiting if one.body not in known]
    proxy.cut_after(None)
    river.crash()
    river.drain()
    assert proxy.cuts >= 10
    assert sorted(row["body"] for row in river.rows(schema.payloads)) == sorted(one.body for one in sent)
    assert rivers.differences(calm.tables(), river.tables()) == {}


FROZEN = """
import os, signal, sys
from streams.store import schema
from streams.store.layout import open_partition
from streams.store.prepared import Connection
from streams.store.store import Commit, Fenced, persistently

store = open_partition(sys.argv[1], 0)
store.take_over()
whole = Connection.run_together


def stop_between(connection, lines):
    whole(connection, lines[:-1])
    os.kill(os.getpid(), signal.SIGSTOP)
    return whole(connection, lines[-1:])


Connection.run_together = stop_between
commit = Commit(source=(0, 1))
commit.append(schema.outbox, [{"sink": "mqtt", "address": "zombie", "body": b"x", "retain": 1}])
try:
    persistently(lambda: store.commit(commit), lambda: False)
except Fenced:
    print("fenced")
"""


def test_a_process_stopped_in_the_middle_of_a_commit_writes_nothing_when_it_wakes(url):
    zombie = subprocess.Popen([sys.executable, "-c", FROZEN, url], stdout=subprocess.PIPE, text=True)
    try:
        os.waitid(os.P_PID, zombie.pid, os.WSTOPPED)
        store = open_partition(url, 0)
        assert store.take_over() == 0
        store.commit(work(0, 5))
        os.kill(zombie.pid, signal.SIGCONT)
        assert zombie.communicate(timeout=60)[0] == "fenced\n"
        with store.reading() as connection:
            assert [row["address"] for row in rows_of(connection, schema.outbox.select())] == ["a"]
    finally:
        zombie.kill()
        zombie.wait()
