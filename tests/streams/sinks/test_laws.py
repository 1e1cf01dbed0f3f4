"""Laws of the sinks in use: a failure is a SinkError that says how far it came, a repeat harms nobody."""

import json
from dataclasses import replace
from email import message_from_string, policy

import pytest

from streams.messages import body_of, encoded
from streams.settings import Sinks
from streams.sinks import callers, tellers
from streams.sinks.base import Message, RefusedError, SinkError
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


HOSTILE = ("line1\nline2", "a\r\nBcc: x@y", "nul\0", "\u202egnp.exe", "half \ud800", "\x1b[2J", "\u2028", "北京\t1", "")


@pytest.fixture
def raised(page):
    """A page about what a device has raised, in its own words."""

    def made(text):
        alert = page() | {"kind": f"sos{text}", "subject": text, "driver_id": text, "first_seen": 0.0, "last_seen": 0.0}
        alert |= {"vehicle_id": f"HH{text}", "fleet_id": f"north{text}", "flapping": 0}
        names = ("threshold", "speed_kmh", "lat_deg", "lon_deg", "rule", "rule_version")
        event = dict.fromkeys(names) | alert["event"] | {"note": text}
        return encoded(body_of(alert, event) | {"page": alert["page"]})

    return made


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_device_says_leaves_on_one_line_without_signs_nobody_sees(
    rack, hook, mailbox, name, raised, page, text
):
    rack[name].write([Message(1, "topic", raised(text)), *sent(page, "major+1")])
    lines = rack["jsonl"].path.read_text().splitlines() if name == "jsonl" else []
    bodies = [*hook.bodies, *lines]
    told = [json.loads(body) for body in bodies]
    mails = [message_from_string(body, policy=policy.default) for _, body in mailbox.got]
    assert all(one["subject"].isprintable() and one["kind"].isprintable() for one in told)
    assert all(mail["Subject"].isprintable() and mail["Bcc"] is None for mail in mails)
    assert len(bodies) + len(mails) == (0 if name == "mqtt" else 2)


BROKEN = (
    b"{",
    b"[]",
    b"null",
    b'{"alert_id":"a"}',
    b'{"page":1}',
    b'{"list":"x","title":7,"text":"","at":"soon"}',
    b"\xff",
)


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_rendered_is_refused_alone(rack, mailbox, hook, name, body, page):
    messages = [*sent(page, "major"), Message(2, "topic", body), *sent(page, "major+1")]
    try:
        rack[name].write(messages)
    except RefusedError as error:
        assert error.taken == 1
        rack[name].write(messages[2:])
    if name == "email":
        assert len(mailbox.got) == 2


def test_a_list_of_a_fleet_of_any_name_leaves(rack, hook, mailbox):
    body = {
        "list": "morning 北京\n 2025-06-15",
        "fleet_id": "北京\n",
        "site": "",
        "title": "3 things\n",
        "text": "1. tyres\n",
        "items": [],
        "at": "2025-06-15T04:00:00Z",
    }
    for name in ("webhook", "email"):
        rack[name].write([Message(1, "", encoded(body))])
    assert (len(hook.got), len(mailbox.got)) == (1, 1)


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
