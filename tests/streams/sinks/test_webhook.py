"""Webhook: signed, retried when it is worth it, the same message under the same key, one refused for good set aside."""

import hashlib
import hmac
import json
import socket
import threading
import time

import pytest

from streams.layers import ConfigError
from streams.river import outbox
from streams.settings import Sinks
from streams.sinks import callers
from streams.sinks.base import Message, RefusedError, SinkError, UnwillingError
from streams.sinks.webhook import Webhook
from streams.store import schema
from streams.store.store import Commit, open_store, rows_of


def messages(*bodies):
    return [Message(number, "", json.dumps(body).encode()) for number, body in enumerate(bodies, 1)]


def test_a_page_is_posted_and_signed(hook, page):
    Webhook(hook.url, "s3cret", clock=lambda: 1_750_000_000.4).write(messages(page()))
    ((path, headers, body),) = hook.got
    assert (path, json.loads(body)) == ("/alerts?fleet=1", page())
    expected = hmac.new(b"s3cret", b"1750000000." + body, hashlib.sha256).hexdigest()
    assert headers["Tripmeter-Signature"] == f"t=1750000000,v1={expected}"
    assert headers["Content-Type"] == "application/json"


def test_without_a_secret_nothing_is_signed(hook, page):
    Webhook(hook.url).write(messages(page()))
    assert "Tripmeter-Signature" not in hook.got[0][1]


def test_a_repeat_has_the_same_key_another_state_another(hook, page):
    change = {"alert_id": "a1", "condition": "active"}
    sink = Webhook(hook.url)
    sink.write(messages(page(), page(), page(step="major+1"), change, change | {"condition": "cleared"}))
    keys = [headers["Idempotency-Key"] for _, headers, _ in hook.got]
    assert keys[:3] == ["a1:major", "a1:major", "a1:major+1"]
    assert keys[3].startswith("a1:")
    assert len(set(keys)) == 4


def test_a_receiver_that_hangs_up_after_taking_it_gets_it_again_under_the_same_key(hook, page):
    hook.answers = [204, 0]
    three, sink = messages(page(), page(step="major+1"), page(step="major+2")), Webhook(hook.url)
    with pytest.raises(SinkError) as error:
        sink.write(three)
    assert error.value.taken == 1
    sink.write(three[error.value.taken :])
    keys = [headers["Idempotency-Key"] for _, headers, _ in hook.got]
    assert keys == ["a1:major", "a1:major+1", "a1:major+1", "a1:major+2"]
    assert hook.bodies[1] == hook.bodies[2]


@pytest.mark.parametrize("answer", [500, 503, 408, 425, 429, 302])
def test_what_may_go_better_later_is_tried_again_from_where_it_stopped(hook, page, answer):
    hook.answers = [200, answer]
    with pytest.raises(SinkError, match=str(answer)) as error:
        Webhook(hook.url).write(messages(page(), page(step="major+1"), page(step="major+2")))
    assert (error.value.taken, type(error.value), len(hook.got)) == (1, SinkError, 2)


@pytest.mark.parametrize("answer", [401, 403, 404, 409, 410])
def test_what_people_may_mend_is_left_to_be_tried_for_hours(hook, page, answer):
    hook.answers = [200, answer]
    with pytest.raises(UnwillingError, match=str(answer)) as error:
        Webhook(hook.url).write(messages(page(), page(step="major+1"), page(step="major+2")))
    assert error.value.taken == 1


@pytest.mark.parametrize("answer", [400, 413, 422])
def test_what_is_refused_for_good_is_not_tried_again(hook, page, answer):
    hook.answers = [200, answer]
    with pytest.raises(RefusedError, match=str(answer)) as error:
        Webhook(hook.url).write(messages(page(), page(step="major+1"), page(step="major+2")))
    assert error.value.taken == 1


def test_nobody_there_is_the_sinks_error(page):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SinkError, match=r"127\.0\.0\.1") as error:
        Webhook(f"http://127.0.0.1:{port}/").write(messages(page()))
    assert error.value.taken == 0


def test_through_the_outbox_each_message_arrives_in_order_and_once_for_who_knows_its_key(
    hook, page, tmp_path, monkeypatch
):
    monkeypatch.setattr(outbox, "PAUSE_S", (0.001, 0.002))
    hook.answers = [500, 204, 0, 503, 204, 429, 204, 422]
    bodies = [json.dumps(page(step=step)).encode() for step in ("major", "major+1", "major+2", "major+3")]
    store = open_store(tmp_path)
    work = Commit()
    work.append(schema.outbox, [{"sink": "webhook", "address": "", "body": body, "retain": 0} for body in bodies])
    store.commit(work)
    sender = outbox.Sender(store, Webhook(hook.url, "s3cret"))
    sender.start()
    until = time.monotonic() + 10
    while len(hook.got) < 8 and time.monotonic() < until:
        threading.Event().wait(0.005)
    sender.stop()
    once = dict(zip([headers["Idempotency-Key"] for _, headers, _ in hook.got], hook.bodies, strict=True))
    assert list(once.values()) == bodies
    with store.reading() as connection:
        assert rows_of(connection, schema.outbox.select()) == []
        (refused,) = rows_of(connection, schema.undelivered.select())
    assert (refused["body"], "422" in refused["why"]) == (bodies[-1], True)
    store.close()


def test_an_alert_taken_down_is_not_posted(hook):
    Webhook(hook.url).write([Message(1, "topic", b"")])
    assert hook.got == []


def test_an_address_that_is_none_is_refused_at_the_start():
    with pytest.raises(ConfigError, match=r"sinks\.webhook: 'example' is no address"):
        callers(Sinks(webhook="example"))
