"""Plain: confluent-kafka's consumer by hand, with the detector or - the floor - without."""

from collections.abc import Callable

from confluent_kafka import Consumer

from bench.peers.detector import Detector
from bench.peers.meter import Meter

AT_ONCE = 200


def floor(bootstrap: str, topic: str, meter: Meter) -> None:
    """Records are fetched and looked at by nobody."""
    _consume(bootstrap, topic, meter, len)


def detect(bootstrap: str, topic: str, meter: Meter) -> None:
    """The detector in a loop; no partition is ever dealt out anew, nothing is kept."""
    _consume(bootstrap, topic, meter, Detector().frame)


def _consume(bootstrap: str, topic: str, meter: Meter, work: Callable[[bytes], object]) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": meter.name, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    while not meter.done:
        some = consumer.consume(AT_ONCE, 1.0)
        for message in some:
            work(message.value() or b"")
        meter.seen(len(some))
    consumer.close()
