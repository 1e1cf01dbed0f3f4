"""A device that floods: others are served, it gets what it may, no disk is filled; nothing acknowledged is lost."""

import json
import threading
import time
from collections import defaultdict
from dataclasses import replace

import paho.mqtt.client as mqtt
import pytest

from devices.limits import TRACES, Limiter
from devices.samples import Payload
from streams import config, metrics
from streams.service import Service
from streams.store import schema

FLOOD = 4000


class Devices:
    """All devices of a fleet over one connection, and what was acknowledged to each."""

    def __init__(self, port):
        self.safe, self.news = defaultdict(set), threading.Condition()
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        self.client.subscribe("tripmeter/v1/f/+/ack", 1)
        self.client.loop_start()

    def _hear(self, _client, _data, message):
        told = json.loads(message.payload)
        with self.news:
            for first, last in told["seqs"]:
                self.safe[message.topic.split("/")[3]] |= set(range(first, last + 1))
            self.news.notify_all()

    def send(self, vehicle, seq, t):
        body = {"v": 1, "boot": "b", "seq": seq, "t": [t], "speed_kmh": [50]}
        self.client.publish(f"tripmeter/v1/f/{vehicle}/telemetry", json.dumps(body), qos=1)

    def wait_for(self, condition):
        with self.news:
            assert self.news.wait_for(condition, 60), self.safe

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def service(rivers, tmp_path):
    said = config.load(None, {}, ())
    said = replace(
        said,
        data=replace(said.data, dir=tmp_path),
        mqtt=replace(said.mqtt, host="127.0.0.1", port=0),
        http=replace(said.http, port=0),
        gateway=replace(said.gateway, accept_unregistered=True, device_payloads_s=20.0, device_burst_s=0.5),
    )
    with Service(said, rivers.judged()) as service:
        thread = threading.Thread(target=service.serve)
        thread.start()
        yield service
        service.stop()
        thread.join()


@pytest.fixture
def devices(service):
    made = Devices(service.gateway.port)
    yield made
    made.close()


def rows(service, table):
    with service.store.reading() as connection:
        return connection.execute(table.select()).all()


def test_others_are_served_and_what_was_not_acknowledged_may_come_again(service, devices):
    before, t = metrics.total(metrics.THROTTLED), time.time() - 3600
    for seq in range(FLOOD // 2):
        devices.send("flood", seq, t + seq / 10)
    for seq in range(8):
        devices.send("calm", seq, t + seq)
    for seq in range(FLOOD // 2, FLOOD):
        devices.send("flood", seq, t + seq / 10)
    devices.wait_for(lambda: devices.safe["calm"] == set(range(8)))
    devices.wait_for(lambda: service.gateway.acked >= FLOOD + 8)  # the broker's window is free again
    throttled = metrics.total(metrics.THROTTLED) - before
    assert throttled > FLOOD / 2
    aside = [row.reason for row in rows(service, schema.quarantine)]
    assert 1 <= len(aside) <= TRACES + 2
    assert set(aside) == {"rate_limit"}
    missing = max(set(range(FLOOD)) - devices.safe["flood"])
    last, tick = FLOOD + 8, threading.Event()
    while missing not in devices.safe["flood"]:  # as a device does that keeps what is not acknowledged
        devices.send("flood", missing, t + missing / 10)
        last += 1
        tick.wait(0.05)
        assert last < FLOOD + 1000
    devices.wait_for(lambda: len(rows(service, schema.payloads)) == len(devices.safe["flood"]) + 8)


def test_of_what_is_of_no_use_a_device_fills_no_more_of_the_disk_than_it_may(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged())
    river.embedded._aside = Limiter(0.0, 1000.0, 10.0)
    before = metrics.total(metrics.NOT_KEPT)
    for k in range(200):
        body = b"no payload %3d " % k + b"x" * 985
        river.embedded.take([Payload("tripmeter/v1/f/bad/telemetry", body, 100.0)])
    river.embedded.take([Payload("tripmeter/v1/f/good/telemetry", b"no payload", 100.0)])
    kept = [row["topic"].split("/")[3] for row in river.rows(schema.quarantine)]
    assert (kept.count("bad"), kept.count("good")) == (11, 1)
    assert metrics.total(metrics.NOT_KEPT) - before == 189
    with river.store.writing() as connection:
        connection.execute(schema.quarantine.update().values(retry=1))
    river.embedded.retry()
    assert len(river.rows(schema.quarantine)) == 12  # read again, and of no use still: it stays
