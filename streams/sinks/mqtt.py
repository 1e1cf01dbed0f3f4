"""MQTT: alerts on the vehicle's alert topics, QoS 1, retained while open, cleared by an empty payload."""

from collections.abc import Callable, Sequence
from typing import Protocol

from streams.sinks.base import Message, SinkError

WAIT_S = 10.0


class Handle(Protocol):
    """A message on its way."""

    def wait(self, timeout: float) -> bool: ...


class Mqtt:
    """Publishes through ``publish(topic, body, retain)``; delivered is what the broker has confirmed."""

    name = "mqtt"

    def __init__(self, publish: Callable[[str, bytes, bool], Handle]) -> None:
        self.publish = publish

    def write(self, messages: Sequence[Message]) -> None:
        handles = [self.publish(message.address, message.body, message.retain) for message in messages]
        unconfirmed = sum(not handle.wait(WAIT_S) for handle in handles)
        if unconfirmed:
            raise SinkError(f"the broker did not confirm {unconfirmed} of {len(messages)} messages in {WAIT_S:g} s")
