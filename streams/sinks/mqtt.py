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


class Mqtt:
    """Publishes through ``publish(topic, body, retain)``; delivered is what the broker has confirmed."""

    name = "mqtt"

    def __init__(self, publish: Callable[[str, bytes, bool], Delivery]) -> None:
        self.publish = publish

    def write(self, messages: Sequence[Message]) -> None:
        on_the_way = [self.publish(message.address, message.body, message.retain) for message in messages]
        until = time.monotonic() + WAIT_S
        while not all(delivery.done() for delivery in on_the_way):
            if time.monotonic() > until:
                raise SinkError(f"the broker did not confirm {len(messages)} messages within {WAIT_S:g} s")
            time.sleep(LOOK_S)
