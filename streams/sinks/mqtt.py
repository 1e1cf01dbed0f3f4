"""MQTT: alerts on the vehicle's alert topics, QoS 1, retained while open, cleared by an empty payload."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from streams.sinks.base import Message, SinkError

WAIT_S = 10.0
LOOK_S = 0.005


class Delivery(Protocol):
    """A message on its way."""

    def done(self) -> bool: ...


Publish = Callable[[str, bytes, bool], Delivery]  # topic, body, retain


class Mqtt:
    """Publishes through ``publish(topic, body, retain)``; delivered is what the broker has confirmed.

    What is on its way when patience ends stays on its way: the next try only waits for it, and sends the rest.
    """

    name = "mqtt"

    def __init__(self, publish: Publish, wait: float = WAIT_S) -> None:
        self.publish, self.wait = publish, wait
        self._on_the_way: dict[int, Delivery] = {}  # by message id

    def write(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.id not in self._on_the_way:
                self._on_the_way[message.id] = self.publish(message.address, message.body, message.retain)
        until = time.monotonic() + self.wait
        while not all(delivery.done() for delivery in self._on_the_way.values()):
            if time.monotonic() > until:
                raise SinkError(f"the broker did not confirm {len(messages)} messages within {self.wait:g} s")
            time.sleep(LOOK_S)
        self._on_the_way.clear()
