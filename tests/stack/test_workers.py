"""Workers on a real Kafka and a real PostgreSQL: killed, frozen, more and fewer of them, the record is that of one."""

import random
import signal

import pytest
from confluent_kafka import Producer

from devices import frames
from devices.broker import Broker
from streams.registry import Roster
from streams.registry.book import Registry

from .group import Group

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

FLEETS = ("north", "south", "east", "west", "harbour")


class Workers(Group):
    """Worker processes, and what they are sent."""

    def __init__(self, kafka, url, folder, port):
        super().__init__(kafka.bootstrap, url, folder, port)
        self.create_topics()
        self.producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all", "log_level": 0})
        self.sent = dict.fromkeys(range(self.partitions), 0)
        self.running = []

    def start(self):
        self.running.append(self.worker(f"worker{len(self.running)}"))
        return self.running[-1]

    def send(self, payloads):
        by_partition = {}
        for payload in payloads:
            _, _, fleet, vehicle, _ = payload.topic.split("/")
            by_partition.setdefault(frames.partition(fleet, vehicle, self.partitions, "fleet"), []).append(payload)
        for number, some in by_partition.items():
            self.producer.produce(self.topic, frames.pack(some), partition=number)
            self.sent[number] += 1
        assert self.producer.flush(60) == 0

    def stop(self):
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        self.until(lambda: all(process.poll() is not None for process in self.running))
        return [process.returncode for process in self.running]


@pytest.fixture
def workers(kafka, postgres, tmp_path):
    with Broker(port=0) as broker:
        made = Workers(kafka, postgres.create(tmp_path.name), tmp_path, broker.port)
        yield made
        for process in made.running:
            process.kill()


def test_killed_and_frozen_at_any_moment_they_leave_the_record_of_one_process(workers, rivers):
    rng = random.Random(11)  # noqa: S311
    samples = rivers.fleets(FLEETS, seed=40)
    said = rivers.payloads(samples, size=20)
    rng.shuffle(said)
    handfuls = [said[k : k + 40] for k in range(0, len(said), 40)]
    first, second = workers.start(), workers.start()
    for k, handful in enumerate(handfuls):
        workers.send(handful)
        if k == len(handfuls) // 4:
            workers.until(lambda: sum(workers.positions().values()) > 0)
            first.kill()
            workers.start()
        if k == len(handfuls) // 2:
            workers.until(lambda: sum(workers.positions().values()) > sum(workers.sent.values()) // 3)
            second.send_signal(signal.SIGSTOP)
    workers.until(lambda: workers.positions() == workers.sent)
    second.send_signal(signal.SIGCONT)  # what it had in hand is another's by now
    codes = workers.stop()
    assert codes[0] == -signal.SIGKILL, workers.logs()
    assert codes[1] in (0, 1), workers.logs()  # who wakes too late may find Kafka's consumer ended
    assert codes[2:] == [0], workers.logs()
    workers.finish()
    replayed = rivers.replayed([samples], rivers.judged(), Roster(Registry()))
    recorded = rivers.partitioned(workers.url, rivers.judged(), float(samples.t.max()))
    different = rivers.differences(*map(rivers.unpaged, (recorded, replayed)))
    assert different == {}, different
