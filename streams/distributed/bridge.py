"""Bridge: what devices publish, as frames into Kafka; their broker hears that a payload is safe once Kafka says so."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Protocol

import msgspec

from devices import frames
from devices.frames import MAX_BODY, Origin
from devices.limits import THROTTLED, Edge, Limiter
from devices.samples import Payload
from streams import metrics
from streams.settings import Bridge as Settings
from streams.settings import Kafka

logger = logging.getLogger(__name__)

AT_ONCE = 1_000  # payloads merged at once, at most
IDLE_S = 0.05  # longest sleep without payloads
LATE_S = 10.0  # without Kafka's answer to a frame: not ready


class BridgeError(RuntimeError):
    """Kafka has refused a frame; what it held is not acknowledged, and the broker delivers it again."""


class Door(Protocol):
    """Where payloads come from: devices.gateway.Gateway."""

    received: int
    acked: int

    def take(self, limit: int, wait: float, linger: float = 0.0) -> list[Payload]: ...

    def acknowledge(self, payloads: Sequence[Payload]) -> None: ...


class Sender(Protocol):
    """Where frames go: streams.distributed.kafka.Frames."""

    def send(self, partition: int, frame: bytes, told: "Told") -> None: ...


class Told(Protocol):
    """Hears of a frame, on any thread: no text, it is safe; else what went wrong."""

    def __call__(self, wrong: str) -> None: ...


class Bridge:
    """Merges what has arrived into a frame a partition, ``place(topic)``; ``turn`` until ``BridgeError``."""

    def __init__(
        self, gateway: Door, kafka: Sender, place: Callable[[str], int], settings: Settings, edge: Edge | None = None
    ) -> None:
        self.gateway, self.kafka, self.settings = gateway, kafka, settings
        self._edge = edge or Edge(Limiter(0.0, 0.0, 0.0))
        self._place = lru_cache(maxsize=65_536)(place)
        self.turned_at = time.monotonic()
        self._origin = Origin(secrets.randbits(64))
        self._answered = threading.Condition()
        self._under_way: dict[int, tuple[float, list[Payload]]] = {}  # by seq: when sent, and what
        self._left = settings.window
        metrics.WINDOW.set(settings.window)
        self._wrong = ""

    def turn(self) -> None:
        """Send what has arrived, or wait a moment."""
        self.turned_at = time.monotonic()
        room = self._room()
        if not room:
            return
        arrived = self.gateway.take(min(room, AT_ONCE), IDLE_S, self.settings.linger_ms / 1000)
        metrics.UNACKED.set(self.gateway.received - self.gateway.acked)
        on, over = self._edge.sort(arrived)
        metrics.THROTTLED.inc(self._edge.told())
        if over:
            self.gateway.acknowledge(over)
        for number, payloads in self._merged(on):
            self._send(number, payloads)

    @property
    def frames(self) -> int:
        """How many have been sent."""
        return self._origin.seq

    def late(self) -> bool:
        """Whether Kafka has left a frame without an answer for long."""
        with self._answered:
            oldest = next(iter(self._under_way.values()), None)
        return oldest is not None and time.monotonic() - oldest[0] > LATE_S

    def _room(self) -> int:
        """How many payloads may still be sent; waits a moment if none. Raises ``BridgeError``."""
        with self._answered:
            self._answered.wait_for(lambda: self._wrong or self._left > 0, IDLE_S)
            if self._wrong:
                raise BridgeError(f"Kafka refused a frame: {self._wrong}")
            return self._left

    def _merged(self, arrived: Iterable[Payload]) -> Iterator[tuple[int, list[Payload]]]:
        """Partition and payloads of each frame: in order of arrival, and no larger than they may be."""
        limit = self.settings.frame_kb * 1000
        open_frames: dict[int, tuple[int, list[Payload]]] = {}
        for payload in arrived:
            number = self._place(payload.topic)
            more = frames.size(payload)
            size, payloads = open_frames.get(number, (frames.HEADER, []))
            if payloads and size + more > limit:
                yield number, payloads
                size, payloads = frames.HEADER, []
            payloads.append(payload)
            open_frames[number] = size + more, payloads
        for number, (_, payloads) in open_frames.items():
            yield number, payloads

    def _send(self, number: int, payloads: list[Payload]) -> None:
        origin = self._origin
        self._origin = Origin(origin.bridge, origin.seq + 1)
        with self._answered:
            self._under_way[origin.seq] = time.monotonic(), payloads
            self._left -= len(payloads)
        metrics.FRAMES.inc()
        self.kafka.send(number, frames.pack(list(map(_fitting, payloads)), origin), partial(self._told, origin.seq))

    def _told(self, seq: int, wrong: str) -> None:
        with self._answered:
            _, payloads = self._under_way.pop(seq)
            self._left += len(payloads)
            self._wrong = self._wrong or wrong
            self._answered.notify()
        if wrong:
            logger.error("frame %d with %d payloads was refused: %s", seq, len(payloads), wrong)
            return
        self.gateway.acknowledge(payloads)
        metrics.TO_KAFKA.observe(time.time() - payloads[0].received_at)


def partition(topic: str, kafka: Kafka) -> int:
    """Which partition a topic's payloads go to; any, if it is no vehicle's: a worker sets them aside."""
    levels = topic.removeprefix(THROTTLED).split("/")
    return frames.partition(levels[2], levels[3], kafka.partitions, kafka.spread) if len(levels) > 3 else 0


def _fitting(payload: Payload) -> Payload:
    """A body beyond the wire contract is cut: it reaches quarantine, and stops nobody else's."""
    return payload if len(payload.body) <= MAX_BODY else msgspec.structs.replace(payload, body=payload.body[:MAX_BODY])
