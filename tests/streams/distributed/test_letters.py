"""Letters without a Kafka: what a record of the topic says, whoever has put it there, and how large one may become."""

from devices import frames
from devices.frames import MAX_FRAME
from devices.samples import Payload
from streams.distributed.kafka import MAX_RECORD
from streams.distributed.letters import Letter
from streams.sinks.base import Message
from streams.sinks.dead_letters import DeadLetters


class Way:
    """Takes everything, as Kafka would."""

    def __init__(self):
        self.sent = []

    def send(self, partition, frame, told):
        self.sent.append(frame)
        told("" if len(frame) <= MAX_RECORD else "Message size too large")


def written(address, body):
    way = Way()
    DeadLetters(way).write([Message(1, address, body)])
    return way.sent[0]


def test_a_letter_says_where_it_was_and_why():
    letter = Letter.of(written("3/17: ZeroDivisionError: x", frames.pack([Payload("t", b"{}", 1.0)])))
    assert (letter.partition, letter.offset, letter.why) == (3, 17, "ZeroDivisionError: x")
    assert letter.is_readable()


def test_what_somebody_else_has_put_there_is_kept_and_stops_nobody():
    for body in (b"hello", b"", frames.pack([]), frames.pack([Payload("no address", b"", 0.0)])):
        letter = Letter.of(body)
        assert (letter.partition, letter.body, letter.is_readable()) == (-1, body, False)
        assert letter.why.startswith("no letter of ours")


def test_a_record_larger_than_any_frame_still_becomes_a_letter():
    letter = Letter.of(written("0/1: frame: begins with b'abc', expected b'TMF'", b"a" * 4_000_000))
    assert len(letter.frame) == MAX_FRAME
