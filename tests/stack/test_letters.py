"""Dead letters on a real Kafka: seen, sent back once they can be read, and kept while they cannot."""

from dataclasses import replace

import pytest

from devices import frames
from devices.samples import Payload
from streams.distributed import kafka as way
from streams.distributed import letters
from streams.settings import Kafka
from streams.sinks.base import Message
from streams.sinks.dead_letters import DeadLetters

pytestmark = pytest.mark.stack

GOOD = frames.pack([Payload("tripmeter/v1/f/V/telemetry", b"{}", 1.0)])


@pytest.fixture
def settings(kafka, request):
    name = request.node.name
    found = replace(
        Kafka(), bootstrap=kafka.bootstrap, topic=name, dead_letters=f"{name}-dead", group=name, partitions=3
    )
    way.prepare(found)
    return found


@pytest.fixture
def write(settings):
    """Letters as a worker's sink writes them."""
    out = way.Frames(settings, settings.dead_letters).start()
    yield lambda *said: DeadLetters(out).write([Message(k, address, body) for k, (address, body) in enumerate(said)])
    out.stop()


def test_what_can_be_read_goes_back_to_its_partition_and_the_rest_stays(kafka, settings, write):
    write(("2/17: ZeroDivisionError", GOOD), ("0/4: frame: 3 bytes", b"bad"))
    assert [(one.partition, one.offset, one.why) for one in letters.waiting(settings)] == [
        (2, 17, "ZeroDivisionError"),
        (0, 4, "frame: 3 bytes"),
    ]
    assert letters.send_back(settings) == (1, 1)
    assert kafka.records(settings.topic) == {0: [], 1: [], 2: [GOOD]}
    assert [one.frame for one in letters.waiting(settings)] == [b"bad"]


def test_sent_back_twice_is_sent_back_once(kafka, settings, write):
    write(("1/0: ValueError", GOOD))
    assert letters.send_back(settings) == (1, 0)
    assert letters.send_back(settings) == (0, 0)
    assert kafka.records(settings.topic)[1] == [GOOD]
    write(("1/1: ValueError", GOOD))
    assert [one.offset for one in letters.waiting(settings)] == [1]
