"""Dead letters: frames of Kafka that were of no use go to a topic of their own, each with where it was and why."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from devices import frames
from devices.frames import MAX_FRAME
from devices.samples import Payload
from streams.sinks.base import Message, SinkError

WAIT_S = 10.0


class Way(Protocol):
    """Into the topic: streams.distributed.kafka.Frames."""

    def send(self, partition: int, frame: bytes, told: Callable[[str], None]) -> None: ...


class Answer:
    """Kafka's word on one frame."""

    def __init__(self) -> None:
        self._came, self._wrong = threading.Event(), ""

    def __call__(self, wrong: str) -> None:
        self._wrong = wrong
        self._came.set()

    def missing(self, wait: float) -> str:
        """Why the frame is not safe; empty: it is. Waits so many s for the answer."""
        if not self._came.wait(wait):
            return "Kafka does not answer"
        return self._wrong and f"Kafka refuses: {self._wrong}"


class DeadLetters:
    """A letter is a frame of one payload: its topic is ``PARTITION/OFFSET: why``, its body the frame that was found."""

    name = "dead_letters"

    def __init__(self, kafka: Way, wait: float = WAIT_S) -> None:
        self.kafka, self.wait = kafka, wait

    def write(self, messages: Sequence[Message]) -> None:
        """Send, and wait for Kafka's word on each."""
        answers = [self._send(message) for message in messages]
        for taken, answer in enumerate(answers):
            why = answer.missing(self.wait)
            if why:
                raise SinkError(why, taken)

    def _send(self, message: Message) -> Answer:
        answer = Answer()
        body = message.body[:MAX_FRAME]  # what is larger no bridge has packed, and Kafka would refuse the letter
        self.kafka.send(0, frames.pack([Payload(message.address, body, 0.0)]), answer)
        return answer
