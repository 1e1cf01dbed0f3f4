"""The Kafka of the stack lane is a real one: it takes records, and a power cut takes none away."""

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

pytestmark = pytest.mark.stack


def test_what_it_has_acknowledged_it_has_after_a_power_cut(kafka):
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic("cut", 2, 1)])["cut"].result()
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all", "log_level": 0})
    for k in range(100):
        producer.produce("cut", b"%d" % k, partition=k % 2)
    assert producer.flush(60) == 0
    kafka.kill()
    kafka.start()
    assert kafka.records("cut") == {0: [b"%d" % k for k in range(0, 100, 2)], 1: [b"%d" % k for k in range(1, 100, 2)]}
