"""Fixtures of the room: one embedded broker for all its tests, and devices to talk through it."""

import threading
import time
from collections.abc import Callable, Iterator

import paho.mqtt.client as mqtt
import pytest

from devices.broker import Broker

Until = Callable[..., None]


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with Broker(port=0) as broker:
        yield broker


@pytest.fixture
def until() -> Until:
    """Wait for a condition; fail if it does not come true."""

    def wait(condition: Callable[[], object], within: float = 20.0) -> None:
        end, tick = time.monotonic() + within, threading.Event()
        while not condition():
            assert time.monotonic() < end, "the condition did not come true"
            tick.wait(0.005)

    return wait


class Device:
    """A plain MQTT client that publishes at QoS 1 and hears what it subscribed to."""

    def __init__(self, port: int, subscribe: str = "", until: Until | None = None, **login: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        if login:
            self.client.username_pw_set(login["username"], login["password"])
        self.client.max_inflight_messages_set(1000)
        self.client.on_message = lambda _client, _data, message: self.heard.append((message.topic, message.payload))
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_connect = lambda client, *_: (
            client.subscribe(subscribe, qos=1) if subscribe else subscribed.set()
        )
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(10)

    def publish(self, topic: str, *bodies: bytes, retain: bool = False) -> None:
        """Publish, and wait until the broker has it all."""
        for sent in [self.client.publish(topic, body, qos=1, retain=retain) for body in bodies]:
            sent.wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def device() -> Iterator[Callable[..., Device]]:
    """Make a device: ``device(port, subscribe="#")``."""
    made: list[Device] = []

    def make(port: int, subscribe: str = "", **login: str) -> Device:
        made.append(Device(port, subscribe, **login))
        return made[-1]

    yield make
    for each in made:
        each.close()
