"""Kafka: a real one (KRaft, one node) in a folder, on free ports, for as long as a test needs it."""

import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from .ports import free_port
from .proxy import Proxy
from .waiting import wait_for

JARS = Path(__file__).parents[2] / ".stack" / "kafka"  # scripts/stack.sh fetches them
START_S = 90.0
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},SECURE://127.0.0.1:{secure},CONTROLLER://127.0.0.1:{controller}{behind}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SECURE://127.0.0.1:{secure}{before}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT{protocols}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secure.scram-sha-512.sasl.jaas.config={module} required;
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{user}
"""
MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"
CERTIFICATE = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=kafka -addext subjectAltName=IP:127.0.0.1"
USER, PASSWORD = "somebody", "of somebody"
LIMITED = ("a-bridge", "a-worker")  # users who may what ``allow`` says; their passwords are "of" and the name


class Kafka:
    """One broker; ``kill`` and ``start`` again keep its data and its ports.

    ``bootstrap`` lets everybody in; ``secure`` only USER with PASSWORD, over TLS, which ``certificate`` signs.
    Each of ``wires`` is a way in of its own, which can fail: who comes in by it is told of no other.
    """

    def __init__(self, folder: Path, wires: int = 0) -> None:
        self.wires = [Proxy(free_port()) for _ in range(wires)]
        port, secure, controller = (free_port() for _ in range(3))
        self.folder, self.certificate = folder, folder / "server.crt"
        self.bootstrap, self.secure = f"127.0.0.1:{port}", f"127.0.0.1:{secure}"
        self._process: subprocess.Popen[bytes] | None = None
        settings = PROPERTIES.format(
            port=port,
            secure=secure,
            controller=controller,
            folder=folder,
            module=MODULE,
            user=USER,
            behind="".join(f",WIRE{k}://127.0.0.1:{wire.target}" for k, wire in enumerate(self.wires)),
            before="".join(f",WIRE{k}://127.0.0.1:{wire.port}" for k, wire in enumerate(self.wires)),
            protocols="".join(f",WIRE{k}:PLAINTEXT" for k in range(wires)),
        )
        (folder / "server.properties").write_text(settings)
        self._run(*CERTIFICATE.split(), "-keyout", "server.key", "-out", "server.crt")
        (folder / "server.pem").write_text((folder / "server.key").read_text() + self.certificate.read_text())
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        what = ["format", "--cluster-id", cluster, "--config", "server.properties"]
        for user in (USER, *LIMITED):
            what += ["--add-scram", f"SCRAM-SHA-512=[name={user},password=of {user}]"]
        self._run(*self._java("kafka.tools.StorageTool"), *what)

    def _run(self, *command: str) -> None:
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def start(self) -> "Kafka":
        """Start, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [*self._java("kafka.Kafka"), str(self.folder / "server.properties")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        wait_for(lambda: self._process.poll() is not None or _whole(admin), START_S, self._said, every=0.1)
        assert self._process.poll() is None, f"Kafka has ended: {self._said()}"
        return self

    def _said(self) -> str:
        return (self.folder / "log").read_text()[-2000:]

    @property
    def runs(self) -> bool:
        """Whether it has not ended, by itself or otherwise."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process
        return self._process.pid

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

    def allow(self, user: str, kind: str, name: str, *operations: str) -> None:
        """One of LIMITED may do this with a ``topic`` or ``group``."""
        who = (ResourcePatternType.LITERAL, f"User:{user}", "*")
        said = [
            AclBinding(ResourceType[kind.upper()], name, *who, AclOperation[one], AclPermissionType.ALLOW)
            for one in operations
        ]
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        for done in admin.create_acls(said).values():
            done.result()

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
