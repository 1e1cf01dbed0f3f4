"""Sinks: delivered is what the other side has, in order; JSON lines on disk, MQTT confirmed by the broker."""

import pytest

from streams.sinks.base import Message, SinkError
from streams.sinks.jsonl import JsonLines
from streams.sinks.mqtt import Mqtt


def messages(*bodies, first=1):
    return [Message(first + k, f"topic/{first + k}", body, True) for k, body in enumerate(bodies)]


def test_lines_are_appended_and_an_alert_taken_down_is_none(tmp_path):
    sink = JsonLines(tmp_path / "new" / "alerts.jsonl")
    sink.write(messages(b'{"a":1}', b"", b'{"a":2}'))
    sink.write(messages(b'{"a":3}'))
    assert sink.path.read_text().splitlines() == ['{"a":1}', '{"a":2}', '{"a":3}']


def test_a_file_that_cannot_be_written_is_the_sinks_error(tmp_path):
    with pytest.raises(SinkError, match=str(tmp_path)):
        JsonLines(tmp_path).write(messages(b"{}"))


class Broker:
    """Confirms what it is told to."""

    def __init__(self):
        self.sent, self.confirmed = [], True

    def publish(self, topic, body, retain):
        self.sent.append((topic, body, retain))
        return self

    def done(self):
        return self.confirmed


def test_messages_are_delivered_once_the_broker_has_confirmed_them():
    broker = Broker()
    Mqtt(broker.publish).write(messages(b"1", b""))
    assert broker.sent == [("topic/1", b"1", True), ("topic/2", b"", True)]


def test_what_is_on_its_way_is_waited_for_and_not_sent_twice():
    broker = Broker()
    broker.confirmed = False
    sink = Mqtt(broker.publish, wait=0.01)
    with pytest.raises(SinkError, match="did not confirm 1 messages within"):
        sink.write(messages(b"1"))
    with pytest.raises(SinkError):
        sink.write(messages(b"1", b"2"))
    broker.confirmed = True
    sink.write(messages(b"1", b"2", b"3"))
    assert [body for _, body, _ in broker.sent] == [b"1", b"2", b"3"]
    sink.write(messages(b"4", first=4))
    assert len(broker.sent) == 4
