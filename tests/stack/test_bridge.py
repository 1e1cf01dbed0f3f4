"""tripmeter bridge between a real Mosquitto and a real Kafka: whoever dies, what was taken is in Kafka."""

import subprocess
import sys

import numpy as np
import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from devices import frames
from streams.distributed.kafka import prepare
from streams.settings import Kafka

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

VEHICLES = [f"truck-{k}" for k in range(9)]
PARTITIONS = 3


@pytest.fixture
def settings(kafka, mosquitto, request):
    return {
        "mqtt__port": mosquitto.port,
        "kafka__bootstrap": kafka.bootstrap,
        "kafka__topic": request.node.name.replace("[", "-").replace("]", "")[:100],
        "kafka__partitions": PARTITIONS,
        "kafka__spread": "vehicle",
    }


@pytest.fixture
def carried(kafka, settings):
    """The payloads in Kafka by now, each where its vehicle belongs."""

    def look():
        found = []
        for number, records in kafka.records(settings["kafka__topic"]).items():
            for payload in (payload for record in records for payload in frames.unpack(record)):
                vehicle = payload.topic.split("/")[3]
                assert frames.partition("acme", vehicle, PARTITIONS, "vehicle") == number
                found.append((vehicle, payload.body))
        return found

    return look


def send(device, first, last):
    for k in range(first, last):
        device.send(VEHICLES[k % len(VEHICLES)], b"%d" % k)


def in_order(found, count):
    """Each payload of each vehicle once, in the order it was sent."""
    for vehicle, name in enumerate(VEHICLES):
        expected = [b"%d" % k for k in range(vehicle, count, len(VEHICLES))]
        assert [body for whose, body in found if whose == name] == expected


def test_a_bridge_killed_at_any_moment_loses_nothing(start, settings, device, carried, until):
    chance = np.random.default_rng(4)
    bridge, count = start("bridge", **settings).ready(), 0
    for _ in range(6):
        more = int(chance.integers(500, 4000))
        send(device, count, count + more)
        there = count + int(chance.integers(more))
        until(lambda there=there: len(device.safe) >= there)
        count += more
        bridge.kill()
        bridge = start("bridge", **settings)
    until(lambda: len(device.safe) == count)
    until(lambda: len({body for _, body in carried()}) == count)
    assert {body for _, body in carried()} == set(device.safe)


def test_told_to_stop_it_leaves_nothing_twice_and_keeps_the_order(start, settings, device, carried, until):
    bridge = start("bridge", **settings).ready()
    send(device, 0, 6000)
    until(lambda: len(device.safe) >= 2000)
    assert bridge.stop() == 0
    assert "everything acknowledged is in Kafka" in "".join(bridge.said)
    start("bridge", **settings)
    until(lambda: len(carried()) >= 6000)
    in_order(carried(), 6000)


def test_while_kafka_is_away_payloads_wait_and_none_comes_twice(start, kafka, settings, device, carried, until):
    bridge = start("bridge", **settings).ready()
    send(device, 0, 6000)
    until(lambda: len(device.safe) >= 2000)
    kafka.kill()  # with frames on their way
    until(lambda: bridge.get("readyz")[0] == 503)
    assert bridge.get("healthz")[0] == 200
    kafka.start()
    until(lambda: len(carried()) >= 6000)
    in_order(carried(), 6000)
    bridge.ready()
    until(lambda: "tripmeter_unacked_payloads 0.0" in bridge.get("metrics")[1])


def test_two_bridges_share_the_vehicles(start, settings, device, carried, until):
    shared = [start("bridge", **settings, bridge__share="b", bridge__client_id=f"bridge-{k}").ready() for k in range(2)]
    send(device, 0, 2000)
    until(lambda: len(carried()) == 2000)
    assert {body for _, body in carried()} == set(device.safe)
    for bridge in shared:
        (frame_count,) = [
            line for line in bridge.get("metrics")[1].splitlines() if line.startswith("tripmeter_frames_t")
        ]
        assert float(frame_count.split()[1]) > 0


def secured(kafka, settings, password):
    login = {"kafka__security": "sasl_ssl", "kafka__username": "somebody", "kafka__password": password}
    return settings | login | {"kafka__bootstrap": kafka.secure, "kafka__ca_file": kafka.certificate}


def test_over_tls_with_a_login(start, kafka, settings, device, carried, until):
    start("bridge", **secured(kafka, settings, "of somebody")).ready()
    send(device, 0, 100)
    until(lambda: len(carried()) == 100)


def test_a_wrong_login_is_told_at_the_start(start, kafka, settings):
    with pytest.raises(AssertionError, match="Authentication failed"):
        start("bridge", **secured(kafka, settings, "of nobody"))


def test_frames_are_kept_for_a_week_and_dead_letters_until_they_are_sent_back(kafka):
    settings = Kafka(bootstrap=kafka.bootstrap, topic="kept", dead_letters="kept-dead", partitions=2)
    prepare(settings)
    wanted = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in ("kept", "kept-dead")]
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    asked = admin.describe_configs(wanted)
    found = {one.name: answer.result()["retention.ms"].value for one, answer in asked.items()}
    assert found == {"kept": str(7 * 86_400_000), "kept-dead": "-1"}


def test_a_topic_of_another_size_is_told_at_the_start(kafka, settings):
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic("small", 2, 1)])["small"].result()
    command = [sys.executable, "-m", "streams", "bridge", "--set", f"kafka.bootstrap={kafka.bootstrap}"]
    ended = subprocess.run([*command, "--set", "kafka.topic=small"], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "topic small has 2 partitions, but kafka.partitions is 16" in ended.stderr
    assert "Set kafka.partitions=2, or name a new topic" in ended.stderr


def test_no_kafka_at_all_is_told_at_the_start():
    command = [sys.executable, "-m", "streams", "bridge", "--set", "kafka.bootstrap=127.0.0.1:9"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "Kafka at 127.0.0.1:9 cannot be used" in ended.stderr
