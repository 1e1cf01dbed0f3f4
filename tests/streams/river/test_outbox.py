"""Outbox: committed messages leave in order, a failing sink tries again and holds nobody up."""

import threading
import time

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from streams.river import outbox
from streams.river.outbox import Sender
from streams.sinks.base import RefusedError, SinkError, UnwillingError
from streams.store import schema
from streams.store.store import Commit, open_store, rows_of


class Box:
    """A sink that keeps what it gets, and fails as often as it is told to."""

    def __init__(self, name, failures=0, error=SinkError):
        self.name, self.failures, self.error = name, failures, error
        self.got, self.tries = [], 0
        self.arrived = threading.Condition()

    def write(self, messages):
        with self.arrived:
            self.tries += 1
            self.arrived.notify_all()
            if self.failures:
                self.failures -= 1
                raise self.error("not now")
            self.got += [message.body for message in messages]

    def await_(self, ready):
        with self.arrived:
            assert self.arrived.wait_for(lambda: ready(self), 10)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.stack)])
def store(request, tmp_path):
    found = open_store(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres").opened(tmp_path)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(outbox, "PAUSE_S", (0.01, 0.02))
    monkeypatch.setattr(outbox, "LOOK_S", 0.05)


def put(store, *bodies, sinks=("one",)):
    work = Commit()
    for body in bodies:
        work.append(schema.outbox, [{"sink": sink, "address": "a", "body": body, "retain": 0} for sink in sinks])
    store.commit(work)


def left(store):
    with store.reading() as connection:
        return [row["sink"] for row in rows_of(connection, schema.outbox.select())]


def emptied(store, but=0):
    until = time.monotonic() + 10
    while len(left(store)) > but and time.monotonic() < until:
        time.sleep(0.005)
    return len(left(store)) == but


def test_messages_leave_in_order_and_are_gone(store):
    box, bodies = Box("one"), [b"%d" % k for k in range(450)]
    put(store, *bodies)
    sender = Sender(store, box)
    sender.start()
    box.await_(lambda box: len(box.got) == 450)
    put(store, b"more")
    sender.wake()
    box.await_(lambda box: len(box.got) == 451)
    assert emptied(store)
    sender.stop()
    assert box.got == [*bodies, b"more"]
    assert not sender.alive


def test_a_failing_sink_tries_again_and_the_other_is_not_held_up(store):
    good, bad = Box("good"), Box("bad", failures=3)
    senders = [Sender(store, box) for box in (good, bad)]
    put(store, b"1", b"2", sinks=("good", "bad"))
    for sender in senders:
        sender.start()
    good.await_(lambda box: box.got == [b"1", b"2"])
    bad.await_(lambda box: box.got == [b"1", b"2"])
    assert bad.tries == 4
    assert emptied(store)
    for sender in senders:
        sender.stop()


def test_what_a_dead_sink_could_not_take_waits_for_the_next_start(store):
    bad = Box("one", failures=10**9)
    sender = Sender(store, bad)
    put(store, b"1")
    sender.start()
    bad.await_(lambda box: box.tries > 2)
    sender.stop()
    assert left(store) == ["one"]
    good = Box("one")
    again = Sender(store, good)
    again.start()
    good.await_(lambda box: box.got == [b"1"])
    again.stop()


def test_a_locked_database_does_not_end_a_sender(store):
    refusals = [1, 1]

    def locked(_connection):
        if refusals and threading.current_thread().name.startswith("sink-"):
            refusals.pop()
            raise OperationalError("COMMIT", {}, Exception("database is locked"))

    event.listen(store.engine, "commit", locked)
    box = Box("one")
    sender = Sender(store, box)
    put(store, b"1")
    sender.start()
    assert emptied(store)
    assert set(box.got) == {b"1"}  # told again: ids make that harmless
    assert sender.alive
    sender.stop()


def test_what_others_put_in_leaves_without_a_wake(store):
    box = Box("one")
    sender = Sender(store, box)
    sender.start()
    put(store, b"1")
    box.await_(lambda box: box.got == [b"1"])
    sender.stop()


class Picky(Box):
    """A sink that takes nothing that says no, and chokes once where it is told to."""

    def __init__(self, name, choke=None):
        super().__init__(name)
        self.choke = choke

    def write(self, messages):
        for taken, message in enumerate(messages):
            if message.body == self.choke:
                self.choke = None
                raise SinkError("not now", taken)
            if message.body.startswith(b"no"):
                raise RefusedError("never", taken)
            super().write([message])


def test_a_poisoned_message_is_set_aside_and_blocks_nobody(store):
    box = Picky("one", choke=b"3")
    put(store, b"1", b"no 1", b"no 2", b"2", b"3", b"no 3", b"4")
    sender = Sender(store, box)
    sender.start()
    box.await_(lambda box: box.got[-1:] == [b"4"])
    assert emptied(store)
    sender.stop()
    assert box.got == [b"1", b"2", b"3", b"4"]
    with store.reading() as connection:
        aside = rows_of(connection, schema.undelivered.select())
    assert [(row["sink"], row["body"], row["why"]) for row in aside] == [
        ("one", b"no %d" % k, "never") for k in (1, 2, 3)
    ]


def aside(store):
    with store.reading() as connection:
        return [(row["body"], row["why"]) for row in rows_of(connection, schema.undelivered.select())]


class Stumbling(Box):
    """A sink with a fault of its own, that some messages bring out."""

    def write(self, messages):
        for message in messages:
            super().write([message])
            if message.body.startswith(b"no"):
                raise ZeroDivisionError(message.body.decode())


@pytest.mark.parametrize("hours_later", [False, True])
def test_a_sender_never_dies_of_one_message(store, hours_later):
    box = Stumbling("one")
    put(store, b"1", b"no 1", b"2", b"no 2", b"3")
    sender = Sender(store, box, clock=lambda: time.time() + hours_later * (outbox.PATIENCE_S + 1))
    sender.start()
    box.await_(lambda box: {b"1", b"2", b"3"} <= set(box.got))
    assert sender.alive
    assert emptied(store, but=0 if hours_later else 2)
    sender.stop()
    assert [body for body, _ in aside(store)] == [b"no 1", b"no 2"] * hours_later
    assert all("ZeroDivisionError" in why for _, why in aside(store))


class Moving(Box):
    """A receiver that does not take what says no, until ``back``."""

    back = False

    def write(self, messages):
        for taken, message in enumerate(messages):
            if message.body.startswith(b"no") and not self.back:
                super().write([])
                raise UnwillingError("404", taken)
            super().write([message])


def test_what_a_receiver_does_not_take_now_waits_while_the_rest_goes_on(store):
    box = Moving("one")
    put(store, b"no 1", b"1", *[b"no"] * 20, b"2")
    sender = Sender(store, box)
    sender.start()
    box.await_(lambda box: set(box.got) == {b"1", b"2"})
    box.back = True
    box.await_(lambda box: len(box.got) == 23)
    assert emptied(store)
    sender.stop()
    assert aside(store) == []


def test_after_hours_it_is_set_aside(store):
    box = Moving("one")
    sender = Sender(store, box, clock=lambda: time.time() + outbox.PATIENCE_S + 1)
    put(store, b"no", b"1")
    sender.start()
    assert emptied(store)
    sender.stop()
    assert (box.got, aside(store)) == ([b"1"], [(b"no", "404; tried for 6 h")])


def test_what_takes_the_place_of_a_message_that_waits_comes_after_it(store):
    box, work = Moving("one"), Commit()
    for address, body in (("t", b"no"), ("t", b"news of t"), ("u", b"other")):
        work.append(schema.outbox, [{"sink": "one", "address": address, "body": body, "retain": 1}])
    store.commit(work)
    sender = Sender(store, box)
    sender.start()
    box.await_(lambda box: box.tries > 4)
    assert box.got == [b"other"]
    box.back = True
    assert emptied(store)
    sender.stop()
    assert box.got == [b"other", b"no", b"news of t"]
