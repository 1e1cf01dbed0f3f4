"""Working: what a worker process has besides Faust - a way out to the vehicles' broker, its partitions, health."""

import math
import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial

from devices import frames
from streams import metrics, objects
from streams.config import Config
from streams.distributed import kafka
from streams.distributed.worker import Worker
from streams.layers import ConfigError
from streams.river import noted
from streams.river.partition import Partition
from streams.rules import Rules
from streams.settings import Kafka
from streams.sinks.dead_letters import DeadLetters
from streams.sinks.mqtt import Delivery
from streams.store.audit import Entry
from streams.store.layout import open_partition, open_readers, patiently, place
from streams.store.store import Store
from streams.web import doors
from streams.web.health import Checks

STUCK_S = 60.0  # without a turn of the worker's thread: not alive


class Working:
    """Use as a context; ``worker`` is for the one thread that works."""

    def __init__(self, config: Config, rules: Rules, *, feed_clock: bool = False) -> None:
        self._config, self._rules, self._feed_clock = config, rules, feed_clock
        self._objects = objects.opened(config.archive, config.data.dir)
        self._exit = ExitStack()
        self._stopping = threading.Event()
        me = f"tripmeter-worker-{socket.gethostname()}-{os.getpid()}"
        self.gateway = doors.gateway(config.mqtt, client_id=me, topic="")
        self._kafka = kafka.Frames(config.kafka, config.kafka.dead_letters)
        self._letters = DeadLetters(self._kafka)
        self.worker = Worker(self._begin, lambda topic, body: self._publish(topic, body, retain=False))
        metrics.DISK.folder = config.data.dir
        self.health = doors.http(config, self._alive, self._ready, self._note)

    def __enter__(self) -> "Working":
        """See that there is something to work on, and open the ways out."""
        kafka.check(self._config.kafka)
        self.health.start()
        self._exit.callback(self.health.stop)
        self._kafka.start()
        self._exit.callback(self._kafka.stop)
        self.gateway.start()
        self._exit.callback(self.gateway.stop)
        return self

    def __exit__(self, *_error: object) -> None:
        self._exit.close()

    def stop(self) -> None:
        """A database that takes nothing is no longer waited for."""
        self._stopping.set()

    def _begin(self, number: int, store: Store | None = None) -> tuple[Partition, int]:
        """Take a partition over from whoever had it, once the database answers, or go on with a store of ours."""
        if store is not None:  # the worker waits itself
            return self._begun(number, store)
        return patiently(partial(self._begun, number, None), self._is_over)

    def _begun(self, number: int, store: Store | None) -> tuple[Partition, int]:
        with ExitStack() as undo, metrics.TAKE_OVER.time():
            if store is not None:
                following = store.resume()
            else:
                store = undo.enter_context(closing(open_partition(self._config.store.url, number)))
                following = store.take_over()
            partition = Partition(
                self._config,
                self._rules,
                store,
                self._objects.under(place(number)),
                self._publish,
                self._is_over,
                number=number,
                feed_clock=self._feed_clock,
                ledger_of=lambda: closing(open_readers(self._config.store.url)),
                carriers=[self._letters],
            )
            partition.restore()
            _are_at_home(self._config.kafka, number, partition.pipeline.fleet.vehicles)
            partition.start()
            undo.pop_all()
        return partition, following

    def _is_over(self) -> bool:
        """Whether to give up; asked by the worker's thread when the database did not take something."""
        self.worker.turned_at = math.inf  # it waits, and is not stuck
        return self._stopping.is_set()

    def _publish(self, topic: str, body: bytes, retain: bool) -> Delivery:
        return self.gateway.publish(topic, body, qos=1, retain=retain)

    def _note(self, entry: Entry) -> None:
        """Put something into the audit log of all partitions."""
        with closing(open_readers(self._config.store.url)) as store:
            noted.append(store, entry)

    def _alive(self) -> Checks:
        return {"worker": time.monotonic() - self.worker.turned_at < STUCK_S}

    def _ready(self) -> Checks:
        return {"gateway": self.gateway.connected, "partitions": bool(self.worker.positions)}


def _are_at_home(said: Kafka, number: int, vehicles: Sequence[tuple[str, str]]) -> None:
    """Raise ``ConfigError`` if by the settings of today some vehicles of a partition belong into others."""
    strays = sum(frames.partition(*vehicle, said.partitions, said.spread) != number for vehicle in vehicles)
    if strays:
        raise ConfigError(
            f"partition {number} holds {strays} vehicles that kafka.partitions={said.partitions} and kafka.spread="
            f"{said.spread} put into others: with data on record neither may change. Set them back, for the bridges too"
        )
