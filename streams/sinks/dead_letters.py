"""Dead letters: frames of Kafka that were of no use go to a topic of their own, each with where it was and why."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from devices import frames
from devices.samples import Payload
from streams.sinks.base import Message, SinkError

WAIT_S = 10.0


class Way(Protocol):
    """Into the topic: streams.kafka.Frames."""

    def send(self, partition: int, frame: bytes, told: Callable[[str], None]) -> None: ...


class _Answer:
    def __init__(self) -> None:
        self.came, self.wrong = threading.Event(), ""

    def __call__(self, wrong: str) -> None:
        self.wrong = wrong
        self.came.set()


class DeadLetters:
    """A letter is a frame of one payload: its topic is ``PARTITION/OFFSET: why``, its body the frame that was found."""

    name = "dead_letters"

    def __init__(self, kafka: Way, wait: float = WAIT_S) -> None:
        self.kafka, self.wait = kafka, wait

    def write(self, messages: Sequence[Message]) -> None:
        """Send, and wait for Kafka's word on each."""
        answers = [self._send(message) for message in messages]
        for taken, answer in enumerate(answers):
            if not answer.came.wait(self.wait):
                raise SinkError("Kafka does not answer", taken)
            if answer.wrong:
                raise SinkError(f"Kafka refuses: {answer.wrong}", taken)

    def _send(self, message: Message) -> _Answer:
        answer = _Answer()
        self.kafka.send(0, frames.pack([Payload(message.address, message.body, 0.0)]), answer)
        return answer
