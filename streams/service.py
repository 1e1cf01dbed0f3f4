"""Service: the embedded Tripmeter - broker, gateway, pipeline, store, sinks and health in one process."""

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from devices.acks import Acks
from devices.broker import Broker
from devices.columns import Received
from devices.gateway import Gateway
from streams import metrics, recovery, tables
from streams.actions import put_away
from streams.alerts import Alerts
from streams.config import Config
from streams.desk.digest import Digest
from streams.desk.pager import Pager, Surroundings
from streams.desk.verify import Verifier, clear_pct
from streams.embedded import Embedded, Pace
from streams.fleet import Fleet
from streams.health import Checks, Health
from streams.hours_book import HoursBook
from streams.in_force import remembered
from streams.intake import Intake
from streams.leak_book import LeakBook
from streams.outbox import Sender
from streams.pipeline import DAY_S, Pipeline
from streams.record import Record
from streams.registered import Registered
from streams.retention import Kept, Retention
from streams.rule_set import InForce
from streams.rules import Rules, known_then
from streams.sinks import callers, tellers
from streams.sinks.base import Sink
from streams.sinks.mqtt import Delivery
from streams.store.store import Store, open_store, sole_use
from streams.ticks import Ticker, Ticks

logger = logging.getLogger(__name__)

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
        self.people = Registered(self.store, config.gateway.accept_unregistered)
        self.broker = self._broker()
        self.gateway = self._gateway()
        sinks, called = [*tellers(config.sinks, self._publish), *sinks], callers(config.sinks)
        changes = [sink.name for sink in sinks] + [sink.name for sink in called if config.sinks.all_to(sink.name)]
        fleet = Fleet(self.people)
        self._clock = "feed" if feed_clock else "wall"
        self.pipeline = Pipeline(fleet, self._in_force(rules.in_force))
        self.pager = Pager(
            self.store,
            rules.alerts,
            rules.paging,
            Surroundings(self._now, self._heard, self._zone),
            [sink.name for sink in called],
            changes,
        )
        self.record = Record(
            fleet,
            HoursBook(rules.hours, fleet, _pace(config).horizon_s),
            LeakBook(rules.in_force, fleet, _pace(config).horizon_s),
            Alerts(rules.alerts),
            changes,
            partial(put_away, self.store),
            self.pager.notify,
        )
        bounds = {"ahead": None, "earliest": None} if feed_clock else {"ahead": config.gateway.future_s}
        self.river = Embedded(
            self.store,
            self.pipeline,
            self.record,
            Intake(self.people.may_enter, **bounds),
            _pace(config),
            stopping=self._stop.is_set,
            wall=not feed_clock,
            tickers=self._tickers(rules, [sink.name for sink in called]),
        )
        self.ticks = Ticks(self._now)
        settle = config.settle
        kept = Kept(settle.horizon_days, settle.retention_days, settle.retention_mb)
        self.retention = Retention(self.store, config.data.dir, kept)
        self.senders = [Sender(self.store, sink) for sink in [*sinks, *called]]
        self.acks = Acks()
        self.health = Health(config.http.host, config.http.port, self._alive, self._ready)
        self._is_ready = False

    def __enter__(self) -> "Service":
        """Restore, then open the doors: first state, then health, broker, gateway, at last the sinks."""
        with ExitStack() as undo:
            undo.callback(self._exit.close)
            self._restore()
            self._open()
            undo.pop_all()
        self._is_ready = True
        return self

    def _restore(self) -> None:
        with self.store.reading() as connection:
            recovery.load_fleet(connection, self.pipeline.fleet)
            recovery.load_alerts(connection, self.record.alerts)
            recovery.load_hours(connection, self.record.hours, self.pipeline.fleet)
            recovery.load_leaks(connection, self.record.leaks, self.pipeline.fleet)
        recovery.restore(self.store, self.pipeline, self.river)
        self.river.follow(self.people)

    def _open(self) -> None:
        self.health.start()
        self._exit.callback(self.health.stop)
        if self.broker is not None:
            self.broker.start()
            self._exit.callback(self.broker.stop)
            self.gateway.port = self.broker.port
            self.river.restate()  # it has just begun, and retains nothing yet
        embedded = self.broker is not None
        self.gateway.start(within=LET_IN_S if embedded else None)  # what is published to nobody, the broker forgets
        self._exit.callback(self.gateway.stop)
        self.retention.start()
        self._exit.callback(self.retention.stop)
        for sender in self.senders:
            sender.start()
            self._exit.callback(sender.stop)

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Save the state, let the sinks finish what is under way, close the doors in reverse.

        After an error nothing is saved: the state may be ahead of the store, which makes it anew at the next start.
        """
        self._is_ready = False
        with self._exit:
            if kind is None:
                self.river.snapshot()

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
            on_record = self.river.take(arrived)
            if self._stop.is_set() and not on_record:
                return
            self.gateway.acknowledge(arrived)
            self._on_record(on_record)
        elif self.river.rest():
            self._wake()
        self._acknowledge()
        self._follow_registry()
        self._tick()
        if self.river.settle_due():
            self._wake()

    def drain(self) -> None:
        """Settle all that is late and save: for those who look at the tables next."""
        while self.river.settle_due(at_once=True):
            pass
        self.river.snapshot()

    def stop(self) -> None:
        """End ``serve`` after the handful under way."""
        self._stop.set()

    def _acknowledge(self) -> None:
        for topic, body in self.acks.due(time.monotonic()):
            self.gateway.publish(topic, body, qos=1)

    def _follow_registry(self) -> None:
        """Take over what ``tripmeter registry`` has changed meanwhile."""
        if self.people.changed():
            self.river.follow(self.people)
            logger.info("the registry has changed")

    def _tick(self) -> None:
        """Let a minute that has begun do what only time brings about, and look for what people sent back."""
        minute = self.ticks.due()
        if minute is not None and self.river.tick(minute):
            self.retention.tick(minute)
            self._on_record(self.river.retry())

    def _on_record(self, some: Sequence[Received]) -> None:
        """Tell devices of these payloads, and senders of what they caused."""
        for received in some:
            self.acks.add(received.fleet, received.vehicle, received.reading.boot, received.reading.seq)
        self._wake()

    def _tickers(self, rules: Rules, channels: Sequence[str]) -> tuple[Ticker, ...]:
        """What only time brings about, in order."""
        digest = Digest(rules.alerts, rules.paging, self._zone, self.people.site, channels)
        read = Intake(lambda *_: True, ahead=None, earliest=None)
        return self.pager.tick, Verifier(read, self.people.known, partial(clear_pct, rules.in_force)).tick, digest.tick

    def _zone(self, fleet_id: str, vehicle_id: str) -> str:
        return self.people.known(fleet_id, vehicle_id).zone

    def _now(self) -> float:
        """The clock of pages and ticks: the wall's, or with a feed the newest event time."""
        return self.river.newest if self._clock == "feed" else time.time()

    def _heard(self, fleet_id: str, vehicle_id: str) -> float:
        return self.pipeline.watermark(self.pipeline.fleet.slot((fleet_id, vehicle_id)))

    def _wake(self) -> None:
        for sender in self.senders:
            sender.wake()

    def _in_force(self, rules: InForce) -> InForce:
        """The thresholds of the configuration from now on, and before that those on record."""
        tables.set_clock(self.store, self._clock)
        with self.store.reading() as connection:
            now = tables.clock(connection, time.time())
        return InForce(remembered(self.store, rules.sets[-1], now, partial(known_then, self.config.data.dir)))

    def _broker(self) -> Broker | None:
        """The embedded broker; once devices have credentials it lets in nobody else."""
        mqtt = self.config.mqtt
        if mqtt.broker != "embedded":
            return None
        users = self.people.credentials()
        if users:
            self._own_user = ("tripmeter-gateway", secrets.token_urlsafe(24))
            users = dict([*users.items(), self._own_user])
        return Broker(mqtt.host, mqtt.port, users or None)

    def _gateway(self) -> Gateway:
        mqtt = self.config.mqtt
        return Gateway(
            mqtt.host,
            mqtt.port,
            username=mqtt.username or self._own_user[0] or None,
            password=mqtt.password or self._own_user[1] or None,
            inbox=self.config.gateway.inbox,
        )

    def _publish(self, topic: str, body: bytes, retain: bool) -> Delivery:
        return self.gateway.publish(topic, body, qos=1, retain=retain)

    def _opened(self, store: Store) -> Store:
        self._exit.callback(store.close)
        return store

    def _alive(self) -> Checks:
        sinks = all(sender.alive for sender in self.senders)
        return {"pipeline": time.monotonic() - self._turn_at < STUCK_S, "sinks": sinks or not self._is_ready}

    def _ready(self) -> Checks:
        return {"started": self._is_ready, "gateway": self.gateway.connected}


def _pace(config: Config) -> Pace:
    return Pace(
        config.commit.snapshot_s,
        config.commit.snapshot_samples,
        horizon_s=config.settle.horizon_days * DAY_S,
        late_s=config.paging.late_s,
    )
