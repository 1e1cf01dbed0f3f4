"""Bridge: every payload in one frame of its partition, in order; none is acknowledged before Kafka has it."""

import logging
import queue
import threading
import time
from functools import partial

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import frames, topics
from devices.broker import Broker
from devices.frames import MAX_BODY
from devices.gateway import Gateway as MqttGateway
from devices.limits import THROTTLED, TRACES, Edge, Limiter, urgent
from devices.samples import Payload
from streams.distributed.bridge import LATE_S, Bridge, BridgeError, partition
from streams.settings import Bridge as Settings
from streams.settings import Kafka as Settled


class Gateway:
    """Payloads that have arrived, and what was acknowledged of them."""

    def __init__(self, payloads=()):
        self.waiting, self.safe, self.asked = list(payloads), [], []
        self.received = self.acked = 0

    def take(self, limit, wait, linger=0.0):
        self.asked.append(limit)
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def acknowledge(self, payloads):
        self.safe += payloads


class Kafka:
    """Frames that were sent, and whom to tell; ``answer`` as they come if told to."""

    def __init__(self, at_once=False):
        self.sent, self.at_once = [], at_once

    def send(self, partition, frame, told):
        self.sent.append((partition, frame, told))
        if self.at_once:
            told("")

    def payloads(self):
        return [payload for _, frame, _ in self.sent for payload in frames.unpack(frame)]


def payload(vehicle, body=b"x"):
    return Payload(topics.telemetry("acme", vehicle), body, 1.0, token=object())


def place(topic, partitions):
    return partition(topic, Settled(partitions=partitions, spread="vehicle"))


def bridge(gateway, kafka, partitions=4, **settings):
    return Bridge(gateway, kafka, partial(place, partitions=partitions), Settings(**settings))


bodies = st.binary(max_size=400)
arrivals = st.lists(st.builds(payload, st.sampled_from(["a", "b", "c", "d", "e"]), bodies), max_size=60)


@given(arrivals, st.integers(1, 8), st.integers(1, 60))
def test_every_payload_is_in_one_frame_of_its_vehicles_partition_in_order(sent, partitions, window):
    gateway, kafka = Gateway(sent), Kafka(at_once=True)
    carry = bridge(gateway, kafka, partitions, frame_kb=1.0, window=window)
    while gateway.waiting:
        carry.turn()
    for number, frame, _ in kafka.sent:
        inside = frames.unpack(frame)
        assert {place(each.topic, partitions) for each in inside} == {number}
        assert len(inside) == 1 or len(frame) <= 1000
    for vehicle in "abcde":
        topic = topics.telemetry("acme", vehicle)
        expected = [each.body for each in sent if each.topic == topic]
        assert [each.body for each in kafka.payloads() if each.topic == topic] == expected
    assert sorted(map(id, gateway.safe)) == sorted(map(id, sent))


@given(arrivals.filter(bool), st.data())
def test_only_what_kafka_has_is_acknowledged_in_whatever_order_it_answers(sent, data):
    gateway, kafka = Gateway(sent), Kafka()
    bridge(gateway, kafka, frame_kb=1.0).turn()
    assert gateway.safe == []
    expected = []
    for _, frame, told in data.draw(st.permutations(kafka.sent)):
        told("")
        expected += [each.body for each in frames.unpack(frame)]
        assert [each.body for each in gateway.safe] == expected
    assert {id(each) for each in gateway.safe} == {id(each) for each in sent}  # with their tokens


def test_a_refused_frame_acknowledges_nothing_and_ends_the_bridge(caplog):
    gateway, kafka = Gateway([payload("a", b"1"), payload("b", b"2")]), Kafka()
    carry = bridge(gateway, kafka)
    carry.turn()
    (_, _, refused), (_, kept, taken) = kafka.sent
    with caplog.at_level(logging.CRITICAL):
        refused("Broker: Topic authorization failed")
    taken("")
    assert [each.body for each in gateway.safe] == [each.body for each in frames.unpack(kept)]
    gateway.waiting = [payload("a")]
    with pytest.raises(BridgeError, match="Topic authorization failed"):
        carry.turn()
    assert gateway.waiting


def test_reading_pauses_while_the_window_is_full():
    gateway, kafka = Gateway([payload("a", b"%d" % k) for k in range(10)]), Kafka()
    carry = bridge(gateway, kafka, window=4)
    carry.turn()
    carry.turn()
    assert (gateway.asked, len(gateway.waiting)) == ([4], 6)
    (_, _, told), *_ = kafka.sent
    told("")
    carry.turn()
    assert (gateway.asked, len(gateway.waiting)) == ([4, 4], 2)


def test_frames_of_one_run_are_numbered_and_runs_differ():
    gateway, kafka = Gateway([payload("a")]), Kafka()
    carry = bridge(gateway, kafka)
    for _ in range(3):
        gateway.waiting = [payload("a")]
        carry.turn()
    seen = [frames.origin(frame) for _, frame, _ in kafka.sent]
    assert [origin.seq for origin in seen] == [0, 1, 2]
    assert len({origin.bridge for origin in seen}) == 1
    bridge(again := Gateway([payload("a")]), other := Kafka()).turn()
    assert frames.origin(other.sent[0][1]).bridge != seen[0].bridge
    assert not again.waiting


def test_kafka_is_late_when_it_leaves_a_frame_without_an_answer(monkeypatch):
    now = 100.0
    monkeypatch.setattr("streams.distributed.bridge.time.monotonic", lambda: now)
    kafka = Kafka()
    carry = bridge(Gateway([payload("a")]), kafka)
    assert not carry.late()
    carry.turn()
    assert not carry.late()
    now += LATE_S + 1
    assert carry.late()
    kafka.sent[0][2]("")
    assert not carry.late()


@pytest.mark.parametrize(
    ("body", "hurry"),
    [
        (b'{"events": [{"t": 1, "kind": "crash", "level": 3}]}', True),
        (b"\x84\xa4kind\xa3sos", True),
        (b'{"position": {"attributes": {"alarm": "accident"}}}', True),
        (b'{"speed_kmh": [60, 61]}', False),
    ],
)
def test_a_crash_does_not_wait_for_company(body, hurry):
    assert urgent(payload("a", body)) is hurry


def test_a_body_beyond_the_contract_is_cut_and_stops_nobody():
    gateway, kafka = Gateway([payload("a", b"{" * (MAX_BODY + 5)), payload("a", b"next")]), Kafka(at_once=True)
    bridge(gateway, kafka).turn()
    assert [len(each.body) for each in kafka.payloads()] == [MAX_BODY, 4]
    assert len(gateway.safe) == 2


def test_of_a_flood_kafka_gets_a_trace_and_everybody_else_is_served():
    gateway, kafka = Gateway(), Kafka(at_once=True)
    carry = Bridge(gateway, kafka, partial(place, partitions=4), Settings(), Edge(Limiter(1.0, 0.0, 9.0)))
    flood, calm = [payload("a", b"%d" % k) for k in range(5000)], [payload("b", b"%d" % k) for k in range(8)]
    gateway.waiting = [*flood[:2500], *calm, *flood[2500:]]
    while gateway.waiting:
        carry.turn()
    said = [each.topic for each in kafka.payloads()]
    assert [said.count(topics.telemetry("acme", vehicle)) for vehicle in "ab"] == [10, 8]
    assert said.count(THROTTLED + topics.telemetry("acme", "a")) == TRACES + 1
    assert len(said) == 18 + TRACES + 1
    assert {id(each.token) for each in gateway.safe} == {id(each.token) for each in [*flood, *calm]}
    assert place(THROTTLED + topics.telemetry("acme", "a"), 4) == place(topics.telemetry("acme", "a"), 4)


def test_a_fleet_stays_together_unless_it_is_too_large():
    topic = [topics.telemetry("acme", f"truck-{k}") for k in range(9)]
    assert len({partition(each, Settled()) for each in topic}) == 1
    assert len({partition(each, Settled(spread="vehicle")) for each in topic}) > 4


def test_a_topic_of_no_vehicle_goes_through_too():
    gateway, kafka = Gateway([Payload("elsewhere", b"x", 1.0), Payload("tripmeter/v1///telemetry", b"y", 1.0)]), Kafka()
    bridge(gateway, kafka).turn()
    assert {each.topic for each in kafka.payloads()} == {"elsewhere", "tripmeter/v1///telemetry"}


class Slow:
    """A Kafka that answers the frames of each handful last to first, from a thread of its own."""

    def __init__(self):
        self.payloads, self._sent = [], queue.SimpleQueue()
        threading.Thread(target=self._answer, daemon=True).start()

    def send(self, partition, frame, told):
        self._sent.put((frame, told))

    def _answer(self):
        while True:
            some = [self._sent.get()]
            while not self._sent.empty():
                some.append(self._sent.get())
            for frame, told in reversed(some):
                self.payloads += frames.unpack(frame)
                told("")


def test_a_broker_that_insists_on_order_gets_it():
    """rumqttd hangs up on a PUBACK out of turn, and sends no more than 100 without any."""
    kafka, count = Slow(), 3000
    with (
        Broker(port=0) as broker,
        MqttGateway(broker.host, broker.port, client_id="bridge", urgent=urgent).start(within=10) as gateway,
    ):
        device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        device.connect(broker.host, broker.port)
        device.loop_start()
        for k in range(count):
            device.publish(topics.telemetry("acme", f"truck-{k % 7}"), b"%d" % k, qos=1)
        carry, end = bridge(gateway, kafka, window=60), time.monotonic() + 60
        while gateway.acked < count and time.monotonic() < end:
            carry.turn()
        assert (gateway.acked, gateway.reconnects) == (count, 0)
        device.disconnect()
        device.loop_stop()
    assert sorted(int(each.body) for each in kafka.payloads) == list(range(count))
