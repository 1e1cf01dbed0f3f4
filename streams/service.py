"""Service: the embedded Tripmeter - broker, gateway, one partition and health in one process."""

import math
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from devices.acks import Acks
from devices.broker import Broker
from devices.columns import Received
from devices.gateway import Gateway
from devices.limits import Edge, Limiter
from streams import metrics, objects
from streams.config import Config
from streams.pipeline.fixes import Fixes
from streams.river import heap, noted
from streams.river.partition import Partition
from streams.rules import Rules
from streams.sinks.base import Sink
from streams.sinks.mqtt import Delivery
from streams.store.sole import sole_use
from streams.store.store import Store, open_store
from streams.web import doors
from streams.web.health import Checks

LET_IN_S = 15.0  # for our own broker to let us in
IDLE_S = 0.05  # longest sleep without payloads
STUCK_S = 30.0  # without a turn of the loop: not alive


class Service:
    """Everything ``tripmeter run`` keeps running. ``serve`` works until ``stop``; use as a context."""

    def __init__(
        self,
        config: Config,
        rules: Rules,
        *,
        feed_clock: bool = False,
        sinks: Sequence[Sink] = (),
    ) -> None:
        self.config = config
        self._stop = threading.Event()
        self._turn_at = time.monotonic()
        self._exit = ExitStack()
        self._own_user = ("", "")
        self._exit.enter_context(sole_use(config.data.dir))
        self.store = self._opened(open_store(config.data.dir))
        self._make = partial(
            Partition,
            config,
            rules,
            self.store,
            objects.opened(config.archive, config.data.dir),
            self._publish,
            self._stop.is_set,
            feed_clock=feed_clock,
            sinks=sinks,
        )
        self.partition = self._make()
        self.broker = self._broker()
        self.gateway = self._gateway()
        self.acks = Acks()
        self._edge = Edge(Limiter(0.0, 0.0, 0.0)) if feed_clock else doors.edge(config.gateway)
        metrics.WINDOW.set(config.gateway.inbox)
        metrics.DISK.folder = config.data.dir
        self.health = doors.http(config, self._alive, self._ready, partial(noted.append, self.store))
        self._is_ready = False

    def __enter__(self) -> "Service":
        """Restore, then open the doors: first state, then health, broker, gateway, at last the sinks."""
        with ExitStack() as undo:
            undo.callback(self._exit.close)
            self.partition.restore()
            self._open()
            undo.pop_all()
        heap.settle()
        self._is_ready = True
        return self

    def _open(self) -> None:
        self.health.start()
        self._exit.callback(self.health.stop)
        if self.broker is not None:
            self.broker.start()
            self._exit.callback(self.broker.stop)
            self.gateway.port = self.broker.port
            self.partition.river.restate()  # it has just begun, and retains nothing yet
        embedded = self.broker is not None
        self.gateway.start(within=LET_IN_S if embedded else None)  # what is published to nobody, the broker forgets
        self._exit.callback(self.gateway.stop)
        self.partition.start()

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Save the state, let the sinks finish what is under way, close the doors in reverse.

        After an error nothing is saved: the state may be ahead of the store, which makes it anew at the next start.
        """
        self._is_ready = False
        with self._exit:
            self.partition.close(save=kind is None)

    def serve(self) -> None:
        """Take payloads, commit, acknowledge; between handfuls settle and save; until ``stop``."""
        while not self._stop.is_set():
            self.turn()

    def turn(self) -> None:
        """One handful, or a moment's wait."""
        self._turn_at = time.monotonic()
        commit = self.config.commit
        arrived = self.gateway.take(commit.payloads, IDLE_S, commit.linger_ms / 1000)
        metrics.CONNECTED.set(self.gateway.connected)
        metrics.UNACKED.set(self.gateway.received - self.gateway.acked)
        if arrived:
            on, _ = self._edge.sort(arrived)
            metrics.THROTTLED.inc(self._edge.told())
            on_record = self.partition.take(on) if on else []
            if self._stop.is_set() and not on_record:
                return
            self.gateway.acknowledge(arrived)
            self._on_record(on_record)
        else:
            self.partition.rest()
        self._acknowledge(time.monotonic())
        self._on_record(self.partition.turn())
        if self.partition.is_outdated():
            self._renew()

    def _renew(self) -> None:
        """Begin again from a store that somebody is to be erased from; the doors stay open meanwhile."""
        self._turn_at = float("inf")  # alive, however long it takes
        self.partition.drain()
        self.partition.close(save=False)
        self.partition = self._make()
        self.partition.restore()
        self.partition.start()

    def drain(self) -> None:
        """Settle all that is late, save, and tell devices what is on record: for those who look at the tables next."""
        self.partition.drain()
        self._acknowledge(math.inf)

    def fixes(self) -> Fixes:
        """Where its vehicles are; from any thread."""
        return self.partition.fixes()

    def vitals(self) -> dict[str, float]:
        """How far it is, and for how long (ms) its loop has been at one handful; from any thread."""
        return self.partition.gauges() | {"lag_ms": 1000 * max(time.monotonic() - self._turn_at, 0.0)}

    def stop(self) -> None:
        """End ``serve`` after the handful under way."""
        self._stop.set()

    def _acknowledge(self, now: float) -> None:
        for topic, body in self.acks.due(now):
            self.gateway.publish(topic, body, qos=1)

    def _on_record(self, some: Sequence[Received]) -> None:
        """Tell devices of these payloads."""
        for received in some:
            self.acks.add(received.fleet, received.vehicle, received.reading.boot, received.reading.seq)

    def _broker(self) -> Broker | None:
        """The embedded broker; once devices have credentials it lets in nobody else."""
        mqtt = self.config.mqtt
        if mqtt.broker != "embedded":
            return None
        users = self.partition.people.credentials()
        if users:
            self._own_user = ("tripmeter-gateway", secrets.token_urlsafe(24))
            users = dict([*users.items(), self._own_user])
        return Broker(mqtt.host, mqtt.port, users or None)

    def _gateway(self) -> Gateway:
        mqtt = self.config.mqtt
        if self.broker is not None:
            username, password = mqtt.username or self._own_user[0], mqtt.password or self._own_user[1]
            mqtt = replace(mqtt, tls=False, username=username, password=password)
        return doors.gateway(mqtt, inbox=self.config.gateway.inbox)

    def _publish(self, topic: str, body: bytes, retain: bool) -> Delivery:
        return self.gateway.publish(topic, body, qos=1, retain=retain)

    def _opened(self, store: Store) -> Store:
        self._exit.callback(store.close)
        return store

    def _alive(self) -> Checks:
        sinks = all(sender.alive for sender in self.partition.senders)
        return {"pipeline": time.monotonic() - self._turn_at < STUCK_S, "sinks": sinks or not self._is_ready}

    def _ready(self) -> Checks:
        return {"started": self._is_ready, "gateway": self.gateway.connected}
