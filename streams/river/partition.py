"""Partition: one store and everything that turns payloads into its rows - registry, state, record, clock, senders."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from devices.columns import Received
from devices.limits import Limiter
from devices.samples import Payload
from streams import metrics
from streams.config import Config
from streams.desk.actions import put_away
from streams.desk.digest import Digest
from streams.desk.pager import Pager, Surroundings
from streams.desk.verify import Verifier
from streams.erasure import work
from streams.fleets.fleet import Fleet
from streams.intake.intake import Intake
from streams.intake.veil import Veil
from streams.objects import Objects
from streams.pipeline.fixes import Fixes, fixes
from streams.pipeline.pipeline import DAY_S, Pipeline
from streams.pipeline.rule_set import InForce
from streams.records.alerts import Alerts
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.records.record import Record
from streams.registry.registered import LOOK_S, Registered
from streams.river import noted, recovery
from streams.river.embedded import Embedded, Pace
from streams.river.in_force import Follower, remembered
from streams.river.nightly import Opened, nightly
from streams.river.outbox import Sender
from streams.river.ticks import Ticker, Ticks
from streams.rules import Rules, known_then, share
from streams.sinks import CALLERS, callers, reached, tellers
from streams.sinks.base import Sink
from streams.sinks.mqtt import Publish
from streams.store import marks
from streams.store.store import Commit, Store

logger = logging.getLogger(__name__)

ASIDE_S = 10_000.0  # seconds' worth that a device may have set aside at once


class Partition:
    """A whole Tripmeter but for the network: ``restore``, ``start``, then ``take`` and ``turn`` until ``close``.

    ``objects`` is where its archive goes, ``publish`` sends to the broker, ``stopping`` says that a database that takes
    nothing is no longer to be waited for. ``sinks`` are told every change of an alert, besides the configured ones;
    ``carriers`` only take what is addressed to them. ``ledger_of`` is all partitions as one store.
    """

    def __init__(
        self,
        config: Config,
        rules: Rules,
        store: Store,
        objects: Objects,
        publish: Publish,
        stopping: Callable[[], bool],
        *,
        number: int = 0,
        feed_clock: bool = False,
        ledger_of: Opened | None = None,
        sinks: Sequence[Sink] = (),
        carriers: Sequence[Sink] = (),
    ) -> None:
        self.store, self.number, self._kept = store, number, (config.data.dir, objects)
        self._clock = "feed" if feed_clock else "wall"
        self._exit, self._sinks = ExitStack(), config.sinks
        self._cleared = work.clear_record(store, lambda c: marks.clock(c, time.time()))  # nothing is in memory yet
        self._looked_at = time.monotonic()
        noted.judging(store, config)
        self.people = Registered(store, config.gateway.accept_unregistered)
        sinks, self.senders = [*tellers(config.sinks, publish), *sinks], list[Sender]()
        called = self._callers()
        changes = [sink.name for sink in sinks] + [sink.name for sink in called if config.sinks.all_to(sink.name)]
        pace = _pace(config)
        fleet = Fleet(self.people)
        self.pipeline = Pipeline(fleet, self._in_force(rules.in_force))
        known = partial(known_then, *self._kept)
        self._follower = Follower(store, rules.in_force.sets[-1], self.pipeline.in_force, known)
        around = Surroundings(self._now, self._heard, self._zone, self._reached)
        pager = Pager(store, rules.alerts, rules.paging, around, CALLERS, changes)
        self.record = Record(
            fleet,
            HoursBook(self.pipeline.in_force, fleet, pace.horizon_s),
            LeakBook(self.pipeline.in_force, fleet, pace.horizon_s),
            Alerts(rules.alerts),
            changes,
            partial(put_away, store),
            pager.notify,
        )
        bounds = {"ahead": None, "earliest": None} if feed_clock else {"ahead": config.gateway.future_s}
        digest = Digest(rules.alerts, rules.paging, self._zone, self.people.site, CALLERS, self._reached)
        self.river = Embedded(
            store,
            self.pipeline,
            self.record,
            Intake(self.people.may_enter, **bounds, veil=store.ask(Veil.load)),
            pace,
            stopping=stopping,
            wall=not feed_clock,
            aside=Limiter(0.0, config.gateway.quarantine_kb_s * 1000, ASIDE_S),
            tickers=(pager.tick, self._verifier(), digest.tick),  # in order
        )
        self.ticks = Ticks(self._now)
        self.retention = nightly(self.river, objects, config, self.people, number, ledger_of)
        self.senders += [Sender(store, sink) for sink in [*sinks, *called, *carriers]]

    def restore(self) -> None:
        """Bring memory to the last payload on record, and to the registry of today."""
        with self.store.reading() as connection:
            recovery.load_fleet(connection, self.pipeline.fleet)
            recovery.load_alerts(connection, self.record.alerts)
            recovery.load_hours(connection, self.record.hours)
            recovery.load_leaks(connection, self.record.leaks)
        recovery.restore(self.store, self.pipeline, self.river)
        self.river.follow(self.people)
        if self._cleared:  # what the broker retains names nobody either
            self.river.restate()

    def start(self) -> None:
        """Begin to archive and to send."""
        metrics.PARTITIONS.watch(self.number, self)
        self._exit.callback(metrics.PARTITIONS.forget, self.number, self)
        self.retention.start()
        self._exit.callback(self.retention.stop)
        for sender in self.senders:
            self._begin(sender)

    def close(self, save: bool) -> None:
        """Let the sinks finish what is under way; ``save`` the state, unless it may be ahead of the store."""
        with self._exit:
            if save:
                self.river.snapshot()

    def take(self, arrived: Sequence[Payload], into: Commit | None = None) -> list[Received]:
        """Commit a handful, and what ``into`` holds already; those on record now, for their devices to be told."""
        on_record = self.river.take(arrived, into=into)
        self._wake()
        return on_record

    def rest(self) -> None:
        """Use a quiet moment."""
        if self.river.rest():
            self._wake()

    def turn(self) -> list[Received]:
        """Follow registry, thresholds and clock, settle what is late; payloads from quarantine now on record."""
        if self.people.changed():  # ``tripmeter registry`` has been at work
            self.river.follow(self.people)
            logger.info("the registry has changed")
            for sender in [Sender(self.store, sink) for sink in self._callers()]:
                self._begin(sender)
                self.senders.append(sender)
        if fleets := self._follower.due():
            self.river.adopt(fleets)
            logger.info("thresholds of %d fleets have changed", len(fleets))
        on_record = self._tick()
        if on_record or self.river.settle_due():
            self._wake()
        return on_record

    def is_outdated(self) -> bool:
        """Whether somebody is to be erased, so that memory has to be made anew; looked at once a second."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        return bool(work.at_stage(self.store, work.ASKED))

    def drain(self) -> None:
        """Settle all that is late and save: for those who look at the tables next."""
        while self.river.settle_due(at_once=True):
            pass
        self.river.snapshot()

    def fixes(self) -> Fixes:
        """Where its vehicles are; from any thread."""
        return fixes(self.pipeline)

    def gauges(self) -> dict[str, float]:
        """How far it is, for whoever watches."""
        return self.river.gauges()

    def waiting(self) -> dict[str, tuple[int, float]]:
        """By sink, how many messages wait to leave, and since when the oldest does (UTC epoch s)."""
        return {sender.sink.name: sender.waiting for sender in self.senders}

    def _begin(self, sender: Sender) -> None:
        sender.start()
        self._exit.callback(sender.stop)

    def _callers(self) -> list[Sink]:
        """Ways of calling people that the service has, or a fleet of its own, and that nobody sends by yet."""
        found, at_work = callers(self._sinks, self.people.contact, self.people.contacts()), self.senders
        return [sink for sink in found if all(sink.name != sender.sink.name for sender in at_work)]

    def _tick(self) -> list[Received]:
        """Let a minute that has begun do what only time brings about, and look for what people sent back."""
        minute = self.ticks.due()
        if minute is None or not self.river.tick(minute):
            return []
        self.retention.tick(minute)
        self._wake()
        return self.river.retry()

    def _verifier(self) -> Ticker:
        read = Intake(lambda *_: True, ahead=None, earliest=None)
        return Verifier(read, self.people.known, self.pipeline.in_force).tick

    def _zone(self, fleet_id: str, vehicle_id: str) -> str:
        return self.people.known(fleet_id, vehicle_id).zone

    def _reached(self, fleet_id: str) -> set[str]:
        return reached(self._sinks, self.people.contact(fleet_id))

    def _now(self) -> float:
        """The clock of pages and ticks: the wall's, or with a feed the newest event time."""
        return self.river.newest if self._clock == "feed" else time.time()

    def _heard(self, fleet_id: str, vehicle_id: str) -> float:
        return self.pipeline.watermark(self.pipeline.fleet.slot((fleet_id, vehicle_id)))

    def _wake(self) -> None:
        told = self.river.told()
        for sender in self.senders:
            if sender.sink.name in told:
                sender.wake()

    def _in_force(self, rules: InForce) -> InForce:
        """The thresholds of the configuration from now on, and before that those on record."""
        marks.set_clock(self.store, self._clock)
        share(*self._kept, rules.sets[-1].version)
        now = self.store.ask(lambda connection: marks.clock(connection, time.time()))
        return InForce(remembered(self.store, rules.sets[-1], now, partial(known_then, *self._kept)))


def _pace(config: Config) -> Pace:
    return Pace(
        config.commit.snapshot_s,
        config.commit.snapshot_samples,
        horizon_s=config.settle.horizon_days * DAY_S,
        late_s=config.paging.late_s,
    )
