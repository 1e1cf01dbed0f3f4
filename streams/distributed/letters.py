"""Letters: frames that a worker had no use for, as the topic of dead letters keeps them; after a fix they go back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Self

from devices import frames
from devices.frames import FrameError
from streams.distributed.kafka import ANSWER_S, Backlog, Frames, KafkaSetupError
from streams.settings import Kafka
from streams.sinks.dead_letters import Answer


class Letter(NamedTuple):
    """One frame, where it was and why it was set aside; ``body`` is the record that says so."""

    partition: int
    offset: int
    why: str
    frame: bytes
    body: bytes

    @classmethod
    def of(cls, body: bytes) -> Self:
        """What a record of the topic says; what somebody else has put there says nothing, and stays."""
        try:
            (payload,) = frames.unpack(body)
            where, _, why = payload.topic.partition(": ")
            partition, _, offset = where.partition("/")
            return cls(int(partition), int(offset), why, payload.body, body)
        except ValueError as error:  # FrameError is one
            return cls(-1, -1, f"no letter of ours: {error}", b"", body)

    def is_readable(self) -> bool:
        """Whether today's code can take the frame apart."""
        try:
            frames.unpack(self.frame)
        except FrameError:
            return False
        return True


def waiting(kafka: Kafka) -> list[Letter]:
    """All letters that nobody has sent back, the oldest first. Raises ``KafkaSetupError``."""
    with _backlog(kafka) as backlog:
        return [Letter.of(body) for body in backlog.read()]


def send_back(kafka: Kafka) -> tuple[int, int]:
    """Put frames that can be read now into their partitions again, for the workers; how many, and how many stay.

    What cannot be read stays a letter, at the end of the topic. Cut off halfway it may do some twice, which harms
    nobody: a worker recognises payloads it has. Raises ``KafkaSetupError``.
    """
    with _backlog(kafka) as backlog, _way(kafka, kafka.topic) as back, _way(kafka, kafka.dead_letters) as aside:
        letters = [Letter.of(body) for body in backlog.read()]
        answers = []
        for letter in letters:
            answers.append(Answer())
            if letter.is_readable():
                back.send(letter.partition, letter.frame, answers[-1])
            else:
                aside.send(0, letter.body, answers[-1])
        for answer in answers:
            if answer.missing(ANSWER_S):
                raise KafkaSetupError(f"not all letters could be sent back: {answer.missing(0.0)}; try again")
        backlog.dealt_with(len(letters))
    readable = sum(letter.is_readable() for letter in letters)
    return readable, len(letters) - readable


def _backlog(kafka: Kafka) -> Backlog:
    return Backlog(kafka, kafka.dead_letters, f"{kafka.group}-letters")


@contextmanager
def _way(kafka: Kafka, topic: str) -> Iterator[Frames]:
    way = Frames(kafka, topic).start()
    try:
        yield way
    finally:
        way.stop()
