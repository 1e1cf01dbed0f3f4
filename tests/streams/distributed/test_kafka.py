"""Kafka: frames into a broker of librdkafka's own, in this process; what clients are told of the settings."""

import threading
from concurrent.futures import Future
from dataclasses import replace

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.distributed import kafka as way
from streams.distributed.kafka import Frames, KafkaSetupError, connection
from streams.settings import Kafka


@pytest.fixture
def settings():
    """Settings for a mock cluster that lives as long as the test."""
    cluster = Producer({"test.mock.num.brokers": 1})
    (broker,) = cluster.list_topics(timeout=10).brokers.values()
    yield Kafka(bootstrap=f"{broker.host}:{broker.port}", partitions=4)
    cluster.flush(0)


def records(settings, number, count):
    consumer = Consumer({"bootstrap.servers": settings.bootstrap, "group.id": "look"})
    consumer.assign([TopicPartition(settings.topic, number, 0)])
    try:
        return [message.value() for message in consumer.consume(count, timeout=20)]
    finally:
        consumer.close()


def test_frames_are_in_their_partition_in_order_when_we_are_told(settings):
    told, all_told = [], threading.Event()

    def answer(wrong):
        told.append(wrong)
        if len(told) == 100:
            all_told.set()

    frames = Frames(settings).start()
    for k in range(100):
        frames.send(k % 2, b"%d" % k, answer)
    assert all_told.wait(20)
    frames.stop()
    assert set(told) == {""}
    for number in (0, 1):
        assert records(settings, number, 50) == [b"%d" % k for k in range(number, 100, 2)]


def test_a_partition_that_is_not_there_is_a_refusal(settings):
    told, heard = [], threading.Event()
    frames = Frames(settings).start()
    frames.send(0, b"makes the topic", lambda _: None)
    frames.flush(20)
    frames.send(99, b"frame", lambda wrong: (told.append(wrong), heard.set()))
    assert heard.wait(20)
    frames.stop()
    assert "Unknown partition" in told[0]


def test_while_nobody_answers_nothing_is_refused():
    told = []
    frames = Frames(Kafka(bootstrap="127.0.0.1:9")).start()
    frames.send(0, b"frame", told.append)
    frames.flush(0.1)
    frames.stop()
    assert told == []


def test_only_what_was_said_is_told_to_a_client():
    assert connection(Kafka(bootstrap="a:1,b:2")) == {"bootstrap.servers": "a:1,b:2", "security.protocol": "plaintext"}
    word = "of u"
    said = connection(Kafka(security="sasl_ssl", username="u", password=word, ca_file="ca.pem"))
    assert said == {
        "bootstrap.servers": "127.0.0.1:9092",
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "u",
        "sasl.password": word,
        "ssl.ca.location": "ca.pem",
    }


def test_topics_are_made_and_a_worker_without_them_is_told_who_makes_them(tansu):
    said = Kafka(bootstrap=tansu.bootstrap, topic="made", dead_letters="made-dead", partitions=3)
    with pytest.raises(KafkaSetupError, match=r"topic made is not in Kafka at .* start 'tripmeter bridge' first"):
        way.check(said)
    way.prepare(said)
    way.prepare(said)  # as the next bridge does
    way.check(said)


def test_a_topic_just_made_may_be_unknown_to_the_broker_that_is_asked(tansu, monkeypatch):
    asked = []

    class Late(AdminClient):
        def describe_configs(self, resources, **how):
            asked.append(resources[0].name)
            if len(asked) > 2:
                return super().describe_configs(resources, **how)
            unknown = Future()
            unknown.set_exception(KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)))
            return {resources[0]: unknown}

    monkeypatch.setattr(way, "AdminClient", Late)
    monkeypatch.setattr(way, "POLL_S", 0.01)
    way.prepare(Kafka(bootstrap=tansu.bootstrap, topic="late", dead_letters="late-dead", partitions=3))
    assert asked == ["late"] * 3


def test_a_topic_of_another_number_of_partitions_is_refused(tansu):
    made = Kafka(bootstrap=tansu.bootstrap, topic="cut", dead_letters="cut-dead", partitions=3)
    way.prepare(made)
    for look in (way.prepare, way.check):
        with pytest.raises(
            KafkaSetupError, match=r"has 3 partitions, but kafka.partitions is 4.*Set kafka.partitions=3"
        ):
            look(replace(made, partitions=4))
