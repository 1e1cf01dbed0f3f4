"""Inbox: bounded, in order, and a taker is woken for what it waits for."""

import threading

from devices.inbox import Bell, Inbox
from devices.samples import Payload


def payloads(*numbers):
    return [Payload(str(k), b"", 0.0) for k in numbers]


def taken(inbox, *how):
    return [int(payload.topic) for payload in inbox.take(*how)]


def test_what_comes_first_goes_first_and_no_more_than_asked():
    inbox = Inbox(10, lambda: None)
    inbox.put(payloads(1, 2))
    inbox.put(payloads(3))
    assert taken(inbox, 2, 0.0, 0.0) == [1, 2]
    assert taken(inbox, 2, 0.0, 0.0) == [3]
    assert taken(inbox, 2, 0.0, 0.0) == []


def test_room_in_a_full_one_is_announced_and_only_then():
    rings = []
    inbox = Inbox(2, lambda: rings.append(1))
    inbox.put(payloads(1))
    assert not inbox.full()
    assert taken(inbox, 1, 0.0, 0.0) == [1]
    assert rings == []
    inbox.put(payloads(2, 3))
    assert inbox.full()
    assert inbox.left() == 0
    assert taken(inbox, 1, 0.0, 0.0) == [2]
    assert rings == [1]


def test_a_taker_waits_for_the_first_and_lingers_for_the_rest():
    inbox, got = Inbox(10, lambda: None), []
    taker = threading.Thread(target=lambda: got.append(taken(inbox, 3, 60.0, 60.0)))
    taker.start()
    for k in (1, 2, 3):
        inbox.put(payloads(k))
    taker.join(20)
    assert got == [[1, 2, 3]]


def test_a_taker_does_not_linger_behind_an_urgent_one():
    inbox, got = Inbox(10, lambda: None, lambda payload: payload.topic == "2"), []
    taker = threading.Thread(target=lambda: got.append(taken(inbox, 9, 60.0, 60.0)))
    taker.start()
    for k in (1, 2):
        inbox.put(payloads(k))
    taker.join(20)
    assert got == [[1, 2]]


def test_closing_ends_the_wait():
    inbox, got = Inbox(10, lambda: None), []
    taker = threading.Thread(target=lambda: got.append(taken(inbox, 3, 60.0, 60.0)))
    taker.start()
    inbox.close()
    taker.join(20)
    assert got == [[]]


def test_a_bell_rung_twice_is_heard_once_and_after_the_end_not_at_all():
    bell = Bell()
    bell.ring()
    bell.ring()
    bell.hush()
    bell.ring()
    bell.hush()
    bell.close()
    bell.ring()
