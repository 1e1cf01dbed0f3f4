"""Kafka: how we log in there, the topics we need, and a producer that says of each frame whether it is safe."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigEntry, ConfigResource, NewTopic, TopicMetadata

from devices import frames
from streams.settings import Kafka

logger = logging.getLogger(__name__)

Told = Callable[[str], None]
"""Is told of a frame: empty, it is safe; else what went wrong, and it is not."""

ANSWER_S = 10.0  # for Kafka to answer a question
PATIENCE_S = 30.0  # for one that has just started to be able to answer
STARTING = (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR)
POLL_S = 0.2
MAX_RECORD = frames.MAX_FRAME + 4096  # bytes; what Kafka adds is less
KEPT_MS = 7 * 24 * 3600 * 1000
FOR_EVER_MS = -1  # dead letters: until somebody has sent them back


class KafkaSetupError(RuntimeError):
    """Kafka cannot be used as it is: what was found, and what to do."""


def connection(kafka: Kafka) -> dict[str, Any]:
    """What every client of librdkafka is told of these settings."""
    said = {
        "bootstrap.servers": kafka.bootstrap,
        "security.protocol": kafka.security,
        "sasl.mechanism": kafka.mechanism if kafka.security.startswith("sasl") else "",
        "sasl.username": kafka.username,
        "sasl.password": kafka.password,
        "ssl.ca.location": kafka.ca_file,
        "ssl.certificate.location": kafka.cert_file,
        "ssl.key.location": kafka.key_file,
    }
    return {name: value for name, value in said.items() if value}


def prepare(kafka: Kafka) -> None:
    """See that both topics are there and fit, or make them; raises ``KafkaSetupError``."""
    with _administered(kafka) as client:
        there = client.list_topics(timeout=ANSWER_S).topics
        _make(client, [topic for topic in _wanted(kafka) if topic.topic not in there])
        there = client.list_topics(timeout=ANSWER_S).topics
        if kafka.topic in there:  # a new one may take a moment to show
            _check_partitions(kafka, there[kafka.topic])
        _check_size(kafka, client)


def check(kafka: Kafka) -> None:
    """See that there is something to work on; raises ``KafkaSetupError``."""
    with _administered(kafka) as client:
        there = client.list_topics(timeout=ANSWER_S).topics
    if kafka.topic not in there:
        raise KafkaSetupError(
            f"topic {kafka.topic} is not in Kafka at {kafka.bootstrap}: start 'tripmeter bridge' first, it makes it"
        )
    _check_partitions(kafka, there[kafka.topic])


@contextmanager
def _administered(kafka: Kafka) -> Iterator[AdminClient]:
    seen: list[KafkaError] = []  # on the way: why nobody answers
    client = AdminClient(connection(kafka) | {"error_cb": seen.append}, logger=logger)
    try:
        yield client
    except KafkaException as error:
        client.poll(0)
        said = "; ".join(dict.fromkeys(each.str() for each in (error.args[0], *seen)))
        raise KafkaSetupError(f"Kafka at {kafka.bootstrap} cannot be used: {said}") from error


def _wanted(kafka: Kafka) -> list[NewTopic]:
    settings = {"max.message.bytes": str(MAX_RECORD), "cleanup.policy": "delete"}
    topics = ((kafka.topic, kafka.partitions, KEPT_MS), (kafka.dead_letters, 1, FOR_EVER_MS))
    return [
        NewTopic(name, many, kafka.replicas, config=settings | {"retention.ms": str(kept)})
        for name, many, kept in topics
    ]


def _make(client: AdminClient, topics: list[NewTopic]) -> None:
    for name, made in (client.create_topics(topics, operation_timeout=ANSWER_S) if topics else {}).items():
        try:
            made.result(ANSWER_S)
            logger.info("topic %s has been made", name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another bridge was quicker
                raise


def _check_partitions(kafka: Kafka, topic: TopicMetadata) -> None:
    found = len(topic.partitions)
    if found != kafka.partitions:
        raise KafkaSetupError(
            f"topic {kafka.topic} has {found} partitions, but kafka.partitions is {kafka.partitions}: a vehicle's past "
            f"and future would lie apart. Set kafka.partitions={found}, or name a new topic"
        )


def _check_size(kafka: Kafka, client: AdminClient) -> None:
    said = _described(client, kafka.topic).get("max.message.bytes")  # what else speaks Kafka's protocol may not say
    allowed = int(said.value) if said and said.value else MAX_RECORD
    if allowed < MAX_RECORD:
        raise KafkaSetupError(
            f"topic {kafka.topic} takes records of {allowed} bytes, and a frame may have {MAX_RECORD}: set the topic's "
            f"max.message.bytes={MAX_RECORD}"
        )


def _described(client: AdminClient, topic: str) -> dict[str, ConfigEntry]:
    """Settings of a topic that is there; one just made may be unknown to the broker that is asked for a moment."""
    resource, until = ConfigResource(ConfigResource.Type.TOPIC, topic), time.monotonic() + ANSWER_S
    while True:
        (asked,) = client.describe_configs([resource], request_timeout=ANSWER_S).values()
        try:
            return dict(asked.result(ANSWER_S))
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART or time.monotonic() > until:
                raise
            client.poll(POLL_S)


class Frames:
    """Frames on their way into a topic, in the order of ``send``; a thread of its own hears what becomes of them.

    While Kafka is away it goes on trying: no answer is no failure.
    """

    def __init__(self, kafka: Kafka, topic: str = "") -> None:
        self.topic = topic or kafka.topic
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="kafka", daemon=True)
        self._client = Producer(
            {
                **connection(kafka),
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 0,  # frames are merged already
                "message.timeout.ms": 0,
                "message.max.bytes": MAX_RECORD,
                "queue.buffering.max.kbytes": 256 << 10,
            },
            logger=logger,
        )

    def start(self) -> "Frames":
        """Begin to hear."""
        self._thread.start()
        return self

    def send(self, partition: int, frame: bytes, told: Told) -> None:
        """Send, and have it ``told`` on the listening thread; waits while there is no room."""

        def answer(error: KafkaError | None, _message: Message) -> None:
            told(error.str() if error else "")

        while True:
            try:
                self._client.produce(self.topic, frame, partition=partition, on_delivery=answer)
                return
            except BufferError:
                self._stopping.wait(POLL_S)
            except KafkaException as error:  # of a producer that has given up for good
                told(error.args[0].str())
                return

    def flush(self, timeout: float) -> None:
        """Give what is under way so many s."""
        self._client.flush(timeout)

    def stop(self) -> None:
        """Hear no more."""
        self._stopping.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            self._client.poll(POLL_S)


class Backlog:
    """What a group has not dealt with yet in a topic of one partition; use as a context."""

    def __init__(self, kafka: Kafka, topic: str, group: str) -> None:
        self._place, self._at = TopicPartition(topic, 0), 0
        said = {"group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 0}
        self._consumer = Consumer(connection(kafka) | said)  # whoever asks is told of what goes wrong

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._consumer.close()

    def read(self) -> list[bytes]:
        """All of it, the oldest first. Raises ``KafkaSetupError``."""
        first, end = self._asked(lambda: self._consumer.get_watermark_offsets(self._place, timeout=ANSWER_S))
        (dealt_with,) = self._asked(lambda: self._consumer.committed([self._place], timeout=ANSWER_S))
        self._at = max(first, dealt_with.offset)
        self._consumer.assign([TopicPartition(self._place.topic, 0, self._at)])
        found: list[bytes] = []
        while len(found) < end - self._at:
            some = self._consumer.consume(min(100, end - self._at - len(found)), timeout=ANSWER_S)
            if not some or any(message.error() for message in some):
                raise KafkaSetupError(f"topic {self._place.topic} cannot be read to its end")
            found += [message.value() or b"" for message in some]
        return found

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """Kafka's answer; while it is only about to be able to give one, it is asked again."""
        patient = time.monotonic() + PATIENCE_S
        while True:
            try:
                return ask()
            except KafkaException as error:
                starts = error.args[0].retriable() or error.args[0].code() in STARTING
                if not starts or time.monotonic() > patient:
                    why = error.args[0].str()
                    raise KafkaSetupError(f"topic {self._place.topic} cannot be read: {why}") from error
                time.sleep(POLL_S)

    def dealt_with(self, count: int) -> None:
        """So many of what was read need not be read again."""
        place = TopicPartition(self._place.topic, 0, self._at + count)
        self._asked(lambda: self._consumer.commit(offsets=[place], asynchronous=False))
