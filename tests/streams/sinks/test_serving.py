"""Serving: a page leaves the whole service by webhook and mail, while another channel fails and blocks nobody."""

import json
import threading
import time
from dataclasses import replace

import pytest

from streams import config
from streams.river import outbox
from streams.service import Service
from streams.sinks.base import SinkError
from streams.store import schema
from streams.store.store import open_store, rows_of

FAST = b'{"v":1,"boot":"b","seq":1,"t":%s,"speed_kmh":100,"speed_limit_kmh":50}'
START = 1_750_068_000  # 10:00 UTC


class Broken:
    """A channel that never gets anything out."""

    name = "broken"

    def __init__(self):
        self.tries = 0

    def write(self, _messages):
        self.tries += 1
        raise SinkError("not now")


def until(ready, seconds=20.0):
    end = time.monotonic() + seconds
    while not ready() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return ready()


@pytest.fixture
def settings(tmp_path, hook, mailbox):
    found = config.load(None, {"TRIPMETER_SINKS__WEBHOOK_SECRET": "s3cret"}, ())
    sinks = replace(mailbox.said, webhook=hook.url, webhook_secret=found.sinks.webhook_secret, mqtt=False)
    return replace(
        found,
        data=replace(found.data, dir=tmp_path),
        mqtt=replace(found.mqtt, host="127.0.0.1", port=0),
        http=replace(found.http, port=0),
        gateway=replace(found.gateway, accept_unregistered=True),
        sinks=sinks,
    )


def test_a_page_leaves_by_every_channel_and_one_that_fails_blocks_nobody(
    rivers, settings, hook, mailbox, monkeypatch, tmp_path
):
    monkeypatch.setattr(outbox, "PAUSE_S", (0.01, 0.02))
    hook.answers = [503]
    broken = Broken()
    with Service(settings, rivers.judged("alerts.speeding.pages=major"), feed_clock=True, sinks=[broken]) as service:
        t = [START + k for k in range(60)]
        service.partition.river.take([rivers.Payload("tripmeter/v1/f/V/telemetry", FAST % str(t).encode(), 0.0)])
        for sender in service.partition.senders:
            sender.wake()
        assert until(lambda: len(hook.got) >= 2 and mailbox.got and broken.tries > 2)
    (first, again) = [json.loads(body) for body in hook.bodies]
    assert first == again
    assert (first["kind"], first["page"]["action"]) == ("speeding", "talk to the driver")
    assert {headers["Idempotency-Key"] for _, headers, _ in hook.got} == {f"{first['alert_id']}:major"}
    assert all(headers["Tripmeter-Signature"].startswith("t=") for _, headers, _ in hook.got)
    assert "[Major] V: Speeding" in mailbox.got[0][1]
    store = open_store(tmp_path)
    with store.reading() as connection:
        assert {row["sink"] for row in rows_of(connection, schema.outbox.select())} == {"broken"}
    store.close()
