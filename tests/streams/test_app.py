"""App: Faust on a broker brings frames to the record once and in order, and goes on where the store says."""

import asyncio
import json
import math
import shutil
import threading
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaTimeoutError
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from devices import frames, topics
from streams import app
from streams.settings import Kafka
from streams.store import schema, upkeep
from streams.store.migrations import SchemaError

from ..stack.waiting import wait_for
from .house import telemetry

BOTH = {0: "A", 1: "B"}  # by partition, its vehicle
WITHIN_S = 60.0


@pytest.fixture(params=["tansu", pytest.param("kafka", marks=pytest.mark.stack)])
def settings(request, monkeypatch):
    """Of a topic of this test's own, on a broker out of a wheel and on the real one."""
    if request.param == "tansu":
        monkeypatch.setattr(app, "MISSED_S", 2.0)  # it lets everybody who joins wait for half of it
    broker = request.getfixturevalue(request.param)
    name = request.node.originalname
    client = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    for made in client.create_topics([NewTopic(name, len(BOTH), 1)]).values():
        made.result()
    return Kafka(bootstrap=broker.bootstrap, topic=name, group=name, partitions=len(BOTH))


@pytest.fixture
def topic(settings):
    return Topic(settings)


class Topic:
    """Where frames are sent to, a payload a frame."""

    def __init__(self, settings):
        self.name, self.sent = settings.topic, dict.fromkeys(BOTH, 0)
        self._producer = Producer({"bootstrap.servers": settings.bootstrap, "acks": "all", "log_level": 0})

    def send(self, count):
        for number, vehicle in BOTH.items():
            for seq in range(self.sent[number], self.sent[number] + count):
                self._producer.produce(self.name, frames.pack([telemetry(vehicle, seq)]), partition=number)
                assert self._producer.flush(20) == 0  # a record at a time, for tansu
            self.sent[number] += count


class Running:
    """A worker behind Faust, on a thread of its own; ``said`` is why it has ended, if it was not told to."""

    def __init__(self, settings, worker):
        self.worker, self.said, self._settings = worker, "", settings
        self._loop, self._stopping = asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        made = app.create_app(self._settings, self.worker)
        try:
            self._loop.run_until_complete(app.serve(made, self._stopping))
        except (SchemaError, app.WorkerError) as error:
            self.said = str(error)
            self._loop.run_until_complete(made.stop())  # a process would end with all its threads

    def stop(self):
        self._loop.call_soon_threadsafe(self._stopping.set)
        self.wait()

    def wait(self):
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()


@pytest.fixture
def start(settings, house):
    with ExitStack() as made:

        def begin():
            running = Running(settings, house.worker())
            made.callback(running.stop)
            return running

        yield begin


def acked(house, vehicle):
    told = [json.loads(body)["seqs"] for topic, body in house.published if topic == topics.ack("f", vehicle)]
    return {seq for ranges in told for first, last in ranges for seq in range(first, last + 1)}


def test_a_restart_goes_on_from_the_store_even_one_put_back(topic, start, house):
    topic.send(3)
    first = start()
    wait_for(lambda: first.worker.positions == topic.sent, WITHIN_S)
    first.stop()
    shutil.copytree(house.folder / "p0", house.folder / "kept")
    topic.send(3)
    second = start()
    wait_for(lambda: second.worker.positions == topic.sent, WITHIN_S)
    second.stop()
    shutil.rmtree(house.folder / "p0")
    (house.folder / "kept").rename(house.folder / "p0")
    topic.send(1)
    third = start()
    wait_for(lambda: third.worker.positions == topic.sent, WITHIN_S)
    third.stop()
    for number, vehicle in BOTH.items():
        assert [row["vehicle_id"] for row in house.rows(number, upkeep.vehicles)] == [vehicle]
        kept = house.rows(number, schema.payloads)
        assert [row["first"] for row in kept] == [1_000_000.0 + 60 * seq for seq in range(7)]
        assert acked(house, vehicle) == set(range(7))


@pytest.mark.slow
def test_a_second_worker_gets_a_share_and_leaves_it_again_without_a_gap_or_a_double(topic, start, house):
    one = start()
    topic.send(2)
    wait_for(lambda: one.worker.positions == topic.sent, WITHIN_S)
    other = start()
    wait_for(lambda: len(one.worker.positions) == len(other.worker.positions) == 1, WITHIN_S)
    topic.send(2)
    wait_for(lambda: one.worker.positions | other.worker.positions == topic.sent, WITHIN_S)
    one.stop()
    topic.send(2)
    wait_for(lambda: other.worker.positions == topic.sent, WITHIN_S)
    other.stop()
    for number in BOTH:
        assert [row["first"] for row in house.rows(number, schema.payloads)] == [
            1_000_000.0 + 60 * seq for seq in range(6)
        ]


def test_what_the_worker_cannot_do_is_told_in_its_own_words(settings, house, monkeypatch):
    def newer(_number):
        raise SchemaError("start the newer tripmeter")

    monkeypatch.setattr(house, "begin", newer)
    running = Running(settings, house.worker())
    running.wait()
    assert running.said == "start the newer tripmeter"


def test_a_kafka_that_is_not_there_is_told(house):
    running = Running(Kafka(bootstrap="127.0.0.1:1"), house.worker())
    running.wait()
    assert "Kafka at 127.0.0.1:1 does not let us into group tripmeter" in running.said


@pytest.mark.stack
def test_a_group_that_will_never_let_us_in_is_told(kafka, house, monkeypatch):
    monkeypatch.setattr(app, "MISSED_S", 2.0)  # less than Kafka allows
    running = Running(Kafka(bootstrap=kafka.bootstrap), house.worker())
    running.wait()
    assert "InvalidSessionTimeout" in running.said


def test_who_stands_still_because_of_a_second_group_says_so():
    """Each takes the other's partitions over, and Kafka knows nothing of it."""
    stopped = SimpleNamespace(kafka=Kafka(group="mine"))
    assert "second group at work" not in app._stuck(stopped, {0: 7}, {0: 5})
    said = app._stuck(stopped, {0: 7, 3: 2}, {1: 5})
    assert said.startswith("partition 0 has stood at 0, and 7 frames wait in Kafka; partition 3")
    assert "partitions 0, 3 are ours by Kafka, and another's by the database" in said
    assert "besides mine (kafka.group)" in said


class Standing:
    """An application whose partition 0 flows, and whose partition 1 stands at 5, of 9 frames."""

    def __init__(self):
        self.worker = SimpleNamespace(positions={0: 0, 1: 5}, deals=1, paused=False, turned_at=0.0)
        self.kafka, self.consumer = Kafka(group="mine"), self
        self.relay = SimpleNamespace(worker=self.worker, busy_s=0.0)

    def assignment(self):
        return {app.TP("frames", 0), app.TP("frames", 1)}

    def highwater(self, _tp):
        return 5  # a fetch that stalls sees nothing new

    async def highwaters(self, *ours):
        self.worker.positions = self.worker.positions | {0: self.worker.positions[0] + 1}
        return {tp: 9 if tp.partition else 1_000_000 for tp in ours}

    def said(self):
        """Why it ends within 20 looks, if it does."""
        try:
            asyncio.run(asyncio.wait_for(app._watch(self), 0.2))
        except app.WorkerError as error:
            return str(error)
        except TimeoutError:
            return ""


@pytest.fixture
def standing(monkeypatch):
    monkeypatch.setattr(app, "LOOK_S", 0.01)
    monkeypatch.setattr(app, "STUCK_S", 0.05)
    return Standing()


def test_one_partition_that_stands_still_while_others_flow_is_told(standing):
    assert standing.said() == "partition 1 has stood at 5, and 4 frames wait in Kafka"


@pytest.mark.parametrize(
    "busy",
    [
        lambda at: setattr(at.worker, "turned_at", math.inf),
        lambda at: setattr(at.worker, "paused", True),
        lambda at: setattr(at.relay, "busy_s", 1.0),
        lambda at: setattr(at.worker, "positions", {0: 0, 1: 9}),
    ],
    ids=["taking over", "dealt out", "in line", "at its end"],
)
def test_who_has_a_reason_to_stand_still_is_left_alone(standing, busy):
    busy(standing)
    assert standing.said() == ""


@pytest.mark.parametrize("seen", [5, 9])
def test_while_kafka_does_not_answer_it_goes_by_what_was_fetched(standing, monkeypatch, seen):
    async def silent(*_ours):
        raise KafkaTimeoutError

    standing.worker.positions = {0: 5, 1: 5}
    monkeypatch.setattr(standing, "highwaters", silent)
    monkeypatch.setattr(standing, "highwater", lambda tp: seen if tp.partition else 5)
    assert ("partition 1 has stood at 5" in standing.said()) == (seen == 9)


def test_a_kafka_that_is_silent_is_asked_once(standing, monkeypatch):
    asked = []

    async def silent(*_ours):
        asked.append(1)
        await asyncio.sleep(60)

    monkeypatch.setattr(standing, "highwaters", silent)
    monkeypatch.setattr(standing, "highwater", lambda _tp: 9)
    assert "partition 1 has stood at 5" in standing.said()
    assert asked == [1]
