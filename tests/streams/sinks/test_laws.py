"""Laws of the sinks in use: a failure is a SinkError that says how far it came, a repeat harms nobody."""

import json
from dataclasses import replace

import pytest

from streams.settings import Sinks
from streams.sinks import callers, tellers
from streams.sinks.base import Message, SinkError
from streams.sinks.mqtt import Mqtt


class Sent:
    """A broker that has confirmed whatever it was given."""

    def __init__(self):
        self.retained = {}

    def publish(self, topic, body, _retain):
        self.retained[topic] = body
        return self

    def done(self):
        return True


@pytest.fixture
def rack(hook, mailbox, tmp_path):
    said = replace(mailbox.said, jsonl=str(tmp_path / "alerts.jsonl"), webhook=hook.url, webhook_all=True)
    return {sink.name: sink for sink in [*tellers(said, Sent().publish), *callers(said)]}


def sent(page, *steps):
    return [Message(number, "topic", json.dumps(page(step)).encode()) for number, step in enumerate(steps, 1)]


NAMES = ("mqtt", "jsonl", "webhook", "email")


def test_each_has_a_name_of_its_own(rack):
    assert tuple(rack) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_repeat_harms_nobody(rack, name, page):
    for _ in range(2):
        rack[name].write(sent(page, "major", "major+1"))


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_taken_down_or_nothing_at_all_can_be_written(rack, name):
    rack[name].write([Message(1, "topic", b"", True)])
    rack[name].write([])


def test_a_repeat_can_be_told_from_news(hook, mailbox, rack, page):
    for name in ("webhook", "email"):
        for _ in range(2):
            rack[name].write(sent(page, "major"))
    keys = [headers["Idempotency-Key"] for _, headers, _ in hook.got]
    ids = [line for _, text in mailbox.got for line in text.splitlines() if line.startswith("Message-ID")]
    assert (len(keys), len(set(keys)), len(ids), len(set(ids))) == (2, 1, 2, 1)


def failing(tmp_path):
    never = Sent()
    never.done = lambda: False
    said = Sinks(jsonl=str(tmp_path), webhook="http://127.0.0.1:1/", email_to="a@example.org", smtp_port=1)
    rest = [sink for sink in [*tellers(said, never.publish), *callers(said)] if sink.name != "mqtt"]
    return {sink.name: sink for sink in [Mqtt(never.publish, wait=0.01), *rest]}


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_is_a_sink_error_that_says_how_far_it_came(tmp_path, name, page):
    with pytest.raises(SinkError) as error:
        failing(tmp_path)[name].write(sent(page, "major"))
    assert error.value.taken == 0
