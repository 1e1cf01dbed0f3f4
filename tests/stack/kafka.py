"""Kafka: a real one (KRaft, one node) in a folder, on free ports, for as long as a test needs it."""

import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from threading import Event
from time import monotonic as time

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

JARS = Path(__file__).parents[2] / ".stack" / "kafka"  # scripts/stack.sh fetches them
START_S = 90.0
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class Kafka:
    """One broker; ``kill`` and ``start`` again keep its data and its port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        settings = PROPERTIES.format(port=self.port, controller=free_port(), folder=folder)
        (folder / "server.properties").write_text(settings)
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        subprocess.run(
            [*self._java("kafka.tools.StorageTool"), "format", "-t", cluster, "-c", folder / "server.properties"],
            check=True,
            capture_output=True,
        )

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "Kafka":
        """Start, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [*self._java("kafka.Kafka"), str(self.folder / "server.properties")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        admin, end, tick = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0}), time() + START_S, Event()
        while not _whole(admin):
            assert self._process.poll() is None, f"Kafka has ended: {(self.folder / 'log').read_text()[-2000:]}"
            assert time() < end, "Kafka did not come up"
            tick.wait(0.1)
        return self

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """As an operator would."""
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def records(self, topic: str) -> dict[int, list[bytes]]:
        """Everything in a topic by now, by partition."""
        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": "look", "enable.auto.commit": False, "log_level": 0}
        )
        try:
            partitions = consumer.list_topics(topic, timeout=START_S).topics[topic].partitions
            return {number: _read(consumer, topic, number) for number in partitions}
        finally:
            consumer.close()

    def _java(self, main: str) -> list[str]:
        options = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        return ["java", *options, "-cp", f"{JARS}/*", main]


def _read(consumer: Consumer, topic: str, number: int) -> list[bytes]:
    first, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=START_S)
    consumer.assign([TopicPartition(topic, number, first)])
    found: list[bytes] = []
    at = first
    while at < end:
        for message in consumer.consume(min(500, end - at), timeout=START_S):
            assert message.error() is None, message.error()
            at = message.offset() + 1
            found.append(message.value())
    return found


def _whole(admin: AdminClient) -> bool:
    """Whether it answers, and leads all its partitions."""
    try:
        seen = admin.list_topics(timeout=1)
    except KafkaException:
        return False
    partitions = [partition for topic in seen.topics.values() for partition in topic.partitions.values()]
    return bool(seen.brokers) and all(partition.leader != -1 for partition in partitions)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
