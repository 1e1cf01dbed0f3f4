"""Webhook: signed, retried when it is worth it, the same message under the same key, one refused for good set aside."""

import hashlib
import hmac
import json
import socket

import pytest

from streams.layers import ConfigError
from streams.settings import Sinks
from streams.sinks import callers
from streams.sinks.base import Message, RefusedError, SinkError, UnwillingError
from streams.sinks.webhook import Webhook


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


def test_an_alert_taken_down_is_not_posted(hook):
    Webhook(hook.url).write([Message(1, "topic", b"")])
    assert hook.got == []


def test_an_address_that_is_none_is_refused_at_the_start():
    with pytest.raises(ConfigError, match=r"sinks\.webhook: 'example' is no address"):
        callers(Sinks(webhook="example"))
