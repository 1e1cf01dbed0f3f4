"""Arrived: frames of Kafka, gathered for one commit a partition; those of no use, as dead letters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from devices import frames
from devices.frames import FrameError
from devices.samples import Payload
from streams.sinks.dead_letters import DeadLetters

AT_ONCE = 2_000  # payloads in one commit, about


class Frame(NamedTuple):
    """A record of Kafka."""

    partition: int
    offset: int
    body: bytes


class DeadLetter(NamedTuple):
    """A frame of no use, and why."""

    frame: Frame
    why: str


@dataclass
class Batch:
    """Frames of a partition that follow each other, for one commit."""

    first: int  # offset
    frames: list[Frame] = field(default_factory=list)
    payloads: list[Payload] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)

    @property
    def after(self) -> int:
        """Offset of the frame that comes next."""
        return self.first + len(self.frames)

    def add(self, frame: Frame) -> None:
        """The next frame."""
        self.frames.append(frame)
        try:
            self.payloads += frames.unpack(frame.body)
        except FrameError as error:
            self.dead.append(DeadLetter(frame, str(error)))


def batches(following: int, some: Sequence[Frame]) -> Iterator[Batch]:
    """``some`` in batches from offset ``following`` on.

    What lies before it has been taken. What lies behind a gap was on its way when the partition was taken over, and
    comes again in its turn.
    """
    batch = Batch(following)
    for frame in some:
        if frame.offset == batch.after:
            batch.add(frame)
            if len(batch.payloads) >= AT_ONCE:
                yield batch
                batch = Batch(batch.after)
    if batch.frames:
        yield batch


def letter_row(letter: DeadLetter) -> dict[str, object]:
    """A row of the outbox."""
    address = f"{letter.frame.partition}/{letter.frame.offset}: {letter.why}"
    return {"sink": DeadLetters.name, "address": address, "body": letter.frame.body, "retain": 0}
