"""Bridging: the bridge with all that it needs around it - gateway, Kafka, health - from start to drained."""

import logging
import threading
import time
from contextlib import ExitStack
from functools import partial
from typing import Self

from devices.limits import urgent
from devices.topics import ALL_TELEMETRY
from streams import metrics
from streams.config import Config
from streams.distributed import kafka
from streams.distributed.bridge import Bridge, partition
from streams.distributed.kafka import KafkaSetupError
from streams.web import doors
from streams.web.health import Checks

__all__ = ["Bridging", "KafkaSetupError"]

logger = logging.getLogger(__name__)

DRAIN_S = 10.0  # for Kafka to answer what is under way
STUCK_S = 30.0  # without a turn of the loop: not alive


class Bridging:
    """Everything ``tripmeter bridge`` keeps running. ``serve`` works until ``stop``; use as a context."""

    def __init__(self, config: Config) -> None:
        self._stop, self._exit = threading.Event(), ExitStack()
        bridge = config.bridge
        self.gateway = doors.gateway(
            config.mqtt,
            client_id=bridge.client_id,
            inbox=config.gateway.inbox,
            topic=f"$share/{bridge.share}/{ALL_TELEMETRY}" if bridge.share else ALL_TELEMETRY,
            urgent=urgent,
        )
        kafka.prepare(config.kafka)
        self.frames = kafka.Frames(config.kafka)
        place = partial(partition, kafka=config.kafka)
        self.bridge = Bridge(self.gateway, self.frames, place, bridge, doors.edge(config.gateway))
        self.health = doors.http(config, self._alive, self._ready)

    def __enter__(self) -> Self:
        """First Kafka, then health, at last the vehicles' broker; on the way out in reverse."""
        with ExitStack() as undo:
            self.frames.start()
            undo.callback(self.frames.stop)
            self.health.start()
            undo.callback(self.health.stop)
            self.gateway.start()
            undo.callback(self.gateway.stop)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        with self._exit:
            self.frames.flush(DRAIN_S)  # what Kafka has by then, the gateway still acknowledges

    def serve(self) -> None:
        """Carry payloads over until ``stop``; raises ``BridgeError``."""
        while not self._stop.is_set():
            self.bridge.turn()
            metrics.CONNECTED.set(self.gateway.connected)

    def stop(self) -> None:
        """End ``serve`` after the handful under way."""
        self._stop.set()

    def _alive(self) -> Checks:
        return {"bridge": time.monotonic() - self.bridge.turned_at < STUCK_S}

    def _ready(self) -> Checks:
        return {"gateway": self.gateway.connected, "kafka": not self.bridge.late()}
