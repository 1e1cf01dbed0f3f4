"""Embedded: one handful of payloads at a time through intake, pipeline, record and store, in one commit."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from devices.columns import Received
from devices.limits import Limiter
from devices.samples import Ints, Payload, Rejected, Samples
from streams import metrics, rows
from streams.aftermath import Aftermath
from streams.at_wheel import AtWheel
from streams.chain import Findings
from streams.clock_fault import clock_faults, wrong
from streams.desk.paging import LATE_S
from streams.detectors import device_silent
from streams.evidence import Evidence
from streams.fleet import Fleet, Source
from streams.followed import differs_since, said
from streams.intake import Accepted, Intake, extent, stored
from streams.late import Late
from streams.midnights import ids_of, midnight_rows, on_record
from streams.pipeline import DAY_S, Midnight, Pipeline, only
from streams.record import Record
from streams.settle import Settler
from streams.silence import Silence
from streams.store import schema, upkeep
from streams.store.store import Commit, Store, persistently, rows_of
from streams.ticks import Ticker
from streams.unsaved import Unsaved

logger = logging.getLogger(__name__)

VEHICLE = ("slot", "fleet_id", "vehicle_id", "known")
RETRIED = 100  # payloads from quarantine at once
TOLD_AT_REST = 500  # vehicles in a quiet moment, about 30 ms


@dataclass(frozen=True)
class Pace:
    """How often state is saved and late data settled."""

    snapshot_s: float = 5.0
    snapshot_samples: int = 1_000_000
    settle_after_s: float = 1.0  # without more late data of the vehicle
    settle_within_s: float = 30.0
    horizon_s: float = 7 * DAY_S
    late_s: float = LATE_S  # an alert that late data makes is told if it was seen within, older ones are history


class Embedded:
    """The single-process river: what ``take`` returns is committed, and only that may be acknowledged."""

    def __init__(
        self,
        store: Store,
        pipeline: Pipeline,
        record: Record,
        intake: Intake,
        pace: Pace,
        *,
        stopping: Callable[[], bool] = lambda: False,
        tickers: Sequence[Ticker] = (),
        wall: bool = True,
        aside: Limiter | None = None,
    ) -> None:
        self.store, self.pipeline, self.record, self.intake, self.pace = store, pipeline, record, intake, pace
        self.tickers = tickers
        self.evidence = Evidence(store, pipeline, intake)
        self.settler = Settler(store, pipeline, record, intake, self.evidence)
        self.stopping = stopping
        self.newest = float("-inf")  # event time
        self._conflicts = pipeline.conflicts  # counted so far
        self.lost = False  # the state is ahead of what the store has taken
        self._unsaved = Unsaved(pipeline, record, pace.snapshot_s, pace.snapshot_samples)
        self.silence, self.aftermath = Silence(pipeline, record), Aftermath(pipeline, record)
        self.wall = wall  # with a feed's clock a recording that has ended is no silence
        self._aside = aside or Limiter(0.0, 0.0, 0.0)  # how much is kept of what a device sends in vain
        self._unsure: dict[int, set[float]] = {}  # when devices raised what no sample has followed yet, by slot
        self._late = Late(pace.settle_after_s, pace.settle_within_s)
        self._named = _counted(pipeline.fleet)  # on record already

    def take(self, arrived: Sequence[Payload], again: Sequence[str] = (), into: Commit | None = None) -> list[Received]:
        """Commit a handful; the payloads that are now on record, to be acknowledged to their devices.

        ``again`` are the ids they have in quarantine, if they come from there; ``into`` is what to add them to.
        """
        with self.store.reading() as connection:
            accepted = self.intake.accept(arrived, partial(self._known, connection))
        self._too_old(accepted)
        samples, parts = self.intake.samples(accepted.received)
        accepted.rejected.extend(parts)
        commit = Commit() if into is None else into
        self._run(samples, commit)
        self._payload_rows(accepted, commit)
        if again:
            commit.remove(schema.quarantine, [{"id": name} for name in again])
            self._read_anew(accepted, commit)
        commit.upsert(schema.quarantine, rows.quarantined(accepted.rejected if again else self._kept(accepted)))
        self._report(accepted, samples, commit)
        self.evidence.take(commit)
        self._unsaved.tell(commit, 5 + len(arrived) // 10)
        if self._unsaved.due():
            self._save(commit)
        if not self._write(commit):
            return []
        _count(accepted)
        return [*accepted.received, *accepted.repeated]

    def retry(self) -> list[Received]:
        """Take what people sent back from quarantine; what still is of no use stays there, for today's reason."""
        quarantine = schema.quarantine
        query = (
            select(quarantine)
            .where(quarantine.c.retry == 1)
            .order_by(quarantine.c.received_at, quarantine.c.id)
            .limit(RETRIED)
        )
        with self.store.reading() as connection:
            found = rows_of(connection, query)
        payloads = [Payload(row["topic"], row["body"], row["received_at"]) for row in found]
        return self.take(payloads, [row["id"] for row in found]) if found else []

    def resume(self) -> None:
        """Take up the states that were loaded, after a restart."""
        seen = np.flatnonzero(self.pipeline.state["seen"])
        if seen.size:
            self.newest = float(self.pipeline.state["watermark"][seen].max())
        self._unsaved.loaded(seen.tolist())
        with self.store.reading() as connection:
            events = schema.events
            lasting = select(events).where(events.c.kind == device_silent.DETECTOR.kind, events.c.end.is_(None))
            self.silence.load(rows_of(connection, lasting))
            newest = select(events.c.fleet_id, events.c.vehicle_id, func.max(events.c.start))
            by_vehicle = newest.where(events.c.source == "device").group_by(events.c.fleet_id, events.c.vehicle_id)
            for fleet_id, vehicle_id, start in connection.execute(by_vehicle):
                slot = self.pipeline.fleet.slot((fleet_id, vehicle_id))
                self._doubt([(slot, start)])
                if slot in self._unsure:  # and there may be more of it
                    self._unsure[slot].add(self.pipeline.watermark(slot))
        self.evidence.load()
        commit = Commit()
        self.record.revise(self.record.hours.flush(self.pipeline.state["activity"], seen), commit, tell=False)
        self._write(commit)

    def rerun(self, samples: Samples) -> None:
        """Run stored samples again after a restart: state is made anew, rows are written over themselves."""
        commit = Commit()
        self._run(samples, commit, again=True)
        self._write(commit)

    def restate(self) -> None:
        """Tell all open alerts again, to a broker that has forgotten them."""
        commit = Commit()
        with self.store.reading() as connection:
            self.record.restate(connection, commit)
        self._write(commit)

    def settle_due(self, at_once: bool = False) -> bool:
        """Settle one vehicle whose late data has come to rest (or any, ``at_once``); False: there was none."""
        late = self._late.take(at_once)
        if late is None:
            return False
        commit = self.settler.settle(*late, self.newest, self.newest - self.pace.late_s)
        self._unsaved.moved([late[0]])
        return self._write(commit)

    def follow(self, source: Source) -> None:
        """The registry has changed: settle whom it says something else of than when their record was made."""
        self.pipeline.fleet.changed(source)
        with self.store.reading() as connection:
            followed = rows_of(connection, select(upkeep.vehicles).order_by(upkeep.vehicles.c.slot))
        commit = Commit()
        for row in followed:
            known = said(source.known(row["fleet_id"], row["vehicle_id"]))
            since, watermark = differs_since(row["known"], known), self.pipeline.watermark(row["slot"])
            if since is not None:
                commit.upsert(upkeep.vehicles, [row | {"known": known}])
            if since is not None and since <= watermark:
                self._put_off(row["slot"], max(since, watermark - self.pace.horizon_s), commit)
        self._write(commit)

    def tick(self, now: float) -> bool:
        """A minute of the clock has begun: do what only time brings about, and put the tick on record with it."""
        commit = Commit()
        commit.upsert(upkeep.ticks, [{"at": now, "position": self.store.position}])
        if self.wall:
            self.silence.tick(now, commit)
        with self.store.reading() as connection:
            if self.wall:
                self.aftermath.tick(now, connection, commit)
            for ticker in self.tickers:
                ticker(now, connection, commit)
        return self._write(commit)

    def snapshot(self) -> None:
        """Save the state of every vehicle that has moved on, and tell how far what is open has come."""
        commit = Commit()
        self._unsaved.tell_all(commit)
        self._save(commit)
        self._write(commit)

    def rest(self) -> bool:
        """In a quiet moment save and tell what is due, though never so much that it is noticed; False: nothing was."""
        commit = Commit()
        told, due = self._unsaved.tell(commit, TOLD_AT_REST), self._unsaved.due()
        if due:
            self._save(commit)
        return (told or due) and self._write(commit)

    def _save(self, commit: Commit) -> None:
        self._unsaved.save(commit, self.store.position + len(commit.payloads))
        self.evidence.save(commit)

    def dirty(self, slot: int, since: float) -> None:
        """A vehicle has data from ``since`` on that its state has not seen."""
        self._late.add(slot, since)

    def _put_off(self, slot: int, since: float, commit: Commit) -> None:
        """Leave a vehicle to settling, on record too."""
        commit.upsert(upkeep.dirty, [{"slot": slot, "since": self._late.add(slot, since)}])

    def _run(self, samples: Samples, commit: Commit, again: bool = False) -> None:
        """Run what lies ahead; ``again``: what was kept and told the first time is not kept and told once more."""
        if not samples.t.size:
            return
        ahead = self.pipeline.ahead(samples)
        if not ahead.all():
            self._set_aside(samples, ~ahead, commit)
            samples = only(samples, ahead)
        if samples.faults and not again:
            with self.store.reading() as connection:
                self.record.faults(samples, connection, commit)
        for day in self.pipeline.stretches(samples):
            if not again:
                self._keep(self.pipeline.midnights(day), commit)
            self._found(self.pipeline.run(day), day, commit, tell=not again)

    def _report(self, accepted: Accepted, samples: Samples, commit: Commit) -> None:
        """Add what the devices themselves raised and who drove then, and what their clocks have got wrong."""
        faults = list(wrong(accepted.received, self.intake.ahead, self.intake.earliest))
        moved = self._unsure.keys() & set(self.pipeline.moved(samples).tolist()) if self._unsure else set()
        if samples.events or faults or moved:
            with self.store.reading() as connection:
                at_wheel = AtWheel(connection, commit, self.pipeline.state, self.pipeline.fleet)
                self.record.report(samples, at_wheel, commit, self.newest)
                for slot in sorted(moved):
                    vehicle, since = self.pipeline.fleet.vehicles[slot], min(self._unsure[slot])
                    self.record.revise(at_wheel.again(vehicle, since), commit)
                self.record.revise(clock_faults(faults, connection), commit)
        said = [(self.pipeline.fleet.slot(samples.vehicles[event.vehicle]), event.t) for event in samples.events]
        self._doubt([*said, *((slot, t) for slot in moved for t in self._unsure.pop(slot))])

    def _doubt(self, said: Iterable[tuple[int, float]]) -> None:
        """Who drove when a device raised something samples still to come may say, unless it is behind those heard."""
        for slot, t in said:
            if t >= self.pipeline.watermark(slot):
                self._unsure.setdefault(slot, set()).add(t)

    def _keep(self, midnights: list[Midnight], commit: Commit) -> None:
        """Keep states that settling may start from, with the events they may still change."""
        if not midnights:
            return
        ids = ids_of(midnights, self.pipeline.fleet)
        with self.store.reading() as connection:
            told = on_record(connection, [name for names in ids for name in names])
        told |= {row["event_id"]: row for row in commit.upserts.get(schema.events, ())}
        commit.upsert(upkeep.midnights, midnight_rows(midnights, ids, told))

    def _found(self, found: Findings, samples: Samples, commit: Commit, tell: bool) -> None:
        slots = self.pipeline.moved(samples)
        self.newest = max(self.newest, float(samples.t.max()))
        self.record.take(found, self.pipeline.state, slots, commit, tell)
        self.silence.heard(slots, found, commit)
        if self.aftermath.concerns(slots, found):
            self._after_crash(slots, found, commit, tell)
        self._unsaved.moved(slots.tolist(), samples.t.size)
        metrics.SAMPLES.inc(samples.t.size)
        metrics.CONFLICTS.inc(self.pipeline.conflicts - self._conflicts)
        self._conflicts = self.pipeline.conflicts

    def _after_crash(self, slots: Ints, found: Findings, commit: Commit, tell: bool) -> None:
        """Put right what the clock said of crashes whose vehicles speak again, or say it again after a restart."""
        with self.store.reading() as connection:
            if tell:
                for slot, start in self.aftermath.heard(connection, slots, found, commit):
                    self._put_off(slot, start, commit)
            else:
                self.aftermath.rerun(connection, slots, commit)

    def _set_aside(self, samples: Samples, late: npt.NDArray[np.bool_], commit: Commit) -> None:
        """Leave late rows to settling."""
        metrics.LATE.inc(int(np.count_nonzero(late)))
        slots = self.pipeline.fleet.slots(samples.vehicles)[samples.vehicle[late]]
        t = samples.t[late]
        for slot in np.unique(slots).tolist():
            self._put_off(slot, float(t[slots == slot].min()), commit)

    def _too_old(self, accepted: Accepted) -> None:
        """Turn away what lies beyond the horizon of settling."""
        kept = []
        for received, mark in zip(accepted.received, accepted.digests, strict=True):
            slot = self.pipeline.fleet.slot((received.fleet, received.vehicle))
            last, earliest = extent(received)[1], self.intake.earliest
            wrong_clock = earliest is not None and last < earliest  # not old: the door says what it is
            if not wrong_clock and last < self.pipeline.watermark(slot) - self.pace.horizon_s:
                payload = received.payload
                why = f"more than {self.pace.horizon_s / DAY_S:g} days behind the vehicle's newest sample"
                accepted.rejected.append(
                    Rejected("beyond_retention", why, payload.topic, payload.body, payload.received_at)
                )
                accepted.repeated.append(received)
            else:
                kept.append((received, mark))
        accepted.received = [received for received, _ in kept]
        accepted.digests = [mark for _, mark in kept]

    def _kept(self, accepted: Accepted) -> list[Rejected]:
        """What is put into quarantine: of one device no more than it may fill of the disk."""
        parts = [part for part in accepted.rejected if self._aside.admits(part.topic, len(part.body), part.received_at)]
        metrics.NOT_KEPT.inc(len(accepted.rejected) - len(parts))
        return parts

    def _read_anew(self, accepted: Accepted, commit: Commit) -> None:
        """Stored payloads of which parts were set aside: settling reads them as today's code does."""
        _, parts = self.intake.samples(accepted.repeated)
        accepted.rejected.extend(parts)
        for received in accepted.repeated:
            self._put_off(self.pipeline.fleet.slot((received.fleet, received.vehicle)), extent(received)[0], commit)

    def _known(self, connection: Connection, received: Received, mark: bytes) -> bool:
        slot = self.pipeline.fleet.slot((received.fleet, received.vehicle))
        first, last = extent(received)
        return first <= self.pipeline.watermark(slot) and stored(connection, slot, last, mark)

    def _payload_rows(self, accepted: Accepted, commit: Commit) -> None:
        fleet = self.pipeline.fleet
        for received, mark in zip(accepted.received, accepted.digests, strict=True):
            slot = fleet.slot((received.fleet, received.vehicle))
            payload = received.payload
            commit.payloads.append((slot, payload.received_at, *extent(received), mark, payload.body))

    def _names(self, commit: Commit) -> None:
        """Vehicles, drivers and zones met for the first time."""
        vehicles, drivers, zones = self._named
        fleet = self.pipeline.fleet
        for slot, who in enumerate(fleet.vehicles[vehicles:], vehicles):
            known = said(fleet.source.known(*who))
            commit.upsert(upkeep.vehicles, [dict(zip(VEHICLE, (slot, *who, known), strict=True))])
        for number, driver_id in enumerate(fleet.drivers[drivers:], drivers):
            commit.upsert(upkeep.drivers, [{"number": number, "driver_id": driver_id}])
        for number, (fleet_id, zone_id) in enumerate(fleet.zones[zones:], zones):
            commit.upsert(upkeep.zones, [{"number": number, "fleet_id": fleet_id, "zone_id": zone_id}])

    def _write(self, commit: Commit) -> bool:
        """Whether the commit is on disk; once one is given up, all that follows would rest on what was lost."""
        if self.lost:
            return False
        self._names(commit)
        if self.record.out_of_order:
            with self.store.reading() as connection:
                self.record.mend(connection, commit, self.newest - self.pace.late_s)
        with metrics.COMMIT.time():
            done = persistently(partial(self._committed, commit), self.stopping)
        if done:
            self._named = _counted(self.pipeline.fleet)
        self.lost = not done
        return done

    def _committed(self, commit: Commit) -> None:
        with metrics.UNWRITTEN.count_exceptions(OperationalError):
            self.store.commit(commit)

    def gauges(self) -> dict[str, float]:
        """How far it is: what streams.metrics shows of a partition."""
        found = {
            "tripmeter_vehicles": self._named[0],
            "tripmeter_snapshot_time_seconds": self._unsaved.saved_time,
            "tripmeter_unsaved_vehicles": len(self._unsaved),
            "tripmeter_unsettled_vehicles": len(self._late),
        }
        return found | ({"tripmeter_event_time_seconds": self.newest} if np.isfinite(self.newest) else {})


def _counted(fleet: Fleet) -> tuple[int, int, int]:
    return len(fleet.vehicles), len(fleet.drivers), len(fleet.zones)


def _count(accepted: Accepted) -> None:
    metrics.PAYLOADS.labels("accepted").inc(len(accepted.received))
    metrics.PAYLOADS.labels("repeated").inc(len(accepted.repeated))
    now = time.time()
    for part in accepted.rejected:
        metrics.QUARANTINED.labels(part.reason).inc()
    for received in accepted.received:
        metrics.TO_COMMIT.observe(now - received.payload.received_at)
