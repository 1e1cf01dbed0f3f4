"""Embedded: one handful of payloads at a time through intake, pipeline, record and store, in one commit."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from devices.columns import Received
from devices.limits import Limiter
from devices.samples import Payload, Rejected, Samples
from streams import metrics
from streams.desk.paging import LATE_S
from streams.detectors import device_silent
from streams.fleets.fleet import Source
from streams.fleets.followed import differs_since, made_with, pulled, said, trailers
from streams.intake.arrivals import count, slots_of, sort_out
from streams.intake.intake import Accepted, Intake, extents
from streams.pipeline.pipeline import DAY_S, Pipeline
from streams.records import rows
from streams.records.clock_fault import wrong
from streams.records.doubts import Doubts
from streams.records.evidence import Evidence
from streams.records.record import Record
from streams.river.live import Live
from streams.river.ticks import Ticker
from streams.river.unsaved import Unsaved
from streams.river.writer import Writer
from streams.settling.late import Late
from streams.settling.settle import Settler
from streams.store import schema, upkeep
from streams.store.store import Commit, Store, rows_of

RETRIED = 100  # payloads from quarantine at once
TOLD_AT_REST = 500  # vehicles told and saved in a quiet moment, about 40 ms
EVIDENT = 2  # vehicles whose evidence is written in a handful or a quiet moment, about 5 ms
SAVED = 50  # vehicles saved with each commit, and as many more as it has payloads: so nobody waits for ever


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
        self._unsaved = Unsaved(pipeline, record, pace.snapshot_s, pace.snapshot_samples)
        self.wall = wall  # with a feed's clock a recording that has ended is no silence
        self._aside = aside or Limiter(0.0, 0.0, 0.0)  # how much is kept of what a device sends in vain
        self._evident_at = time.monotonic()  # the last round of writing evidence began
        self._doubts = Doubts(store, pipeline, record)
        self._late = Late(pace.settle_after_s, pace.settle_within_s)
        self.live = Live(store, pipeline, record, self._late, self._unsaved)
        self._writer = Writer(store, pipeline.fleet, record)

    @property
    def newest(self) -> float:
        """Newest event time."""
        return self.live.newest

    @property
    def lost(self) -> bool:
        """Whether the state is ahead of what the store has taken, for good."""
        return self._writer.lost

    def take(self, arrived: Sequence[Payload], again: Sequence[str] = (), into: Commit | None = None) -> list[Received]:
        """Commit a handful; the payloads that are now on record, to be acknowledged to their devices.

        ``again`` are the ids they have in quarantine, if they come from there; ``into`` is what to add them to.
        """
        commit = Commit() if into is None else into
        accepted = self.intake.accept(arrived)
        earliest = self.intake.earliest
        payloads = sort_out(accepted, self.pipeline, self.store.reading, self.pace.horizon_s, earliest)
        samples, parts = self.intake.samples(accepted.received)
        accepted.rejected.extend(parts)
        self.live.run(samples, commit)
        commit.payloads.extend(payloads)
        if again:
            commit.remove(schema.quarantine, [{"id": name} for name in again])
            self._read_anew(accepted, commit)
        commit.upsert(schema.quarantine, rows.quarantined(accepted.rejected if again else self._kept(accepted)))
        faults = list(wrong(accepted.received, self.intake.ahead, earliest))
        self._doubts.report(samples, faults, commit, self.newest)
        self.evidence.take(commit)
        self._unsaved.tell(commit, 5 + len(arrived) // 10)
        self._save(commit, SAVED + len(arrived))
        if not self._write(commit):
            return []
        count(accepted)
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
            self.live.newest = float(self.pipeline.state["watermark"][seen].max())
        self._unsaved.loaded(seen.tolist())
        with self.store.reading() as connection:
            events = schema.events
            lasting = select(events).where(events.c.kind == device_silent.DETECTOR.kind, events.c.end.is_(None))
            self.live.silence.load(rows_of(connection, lasting))
            self._doubts.load(connection)
        self.evidence.load()
        commit = Commit()
        self.record.revise(self.record.hours.flush(self.pipeline.state["activity"], seen), commit, tell=False)
        self._write(commit)

    def rerun(self, samples: Samples, since: int) -> None:
        """Run stored samples again after a restart: state is made anew, rows are written over themselves.

        ``since`` is the position up to which all states are saved.
        """
        commit = Commit()
        self.live.run(samples, commit, since)
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
        self._unsaved.moved([late[0]], self.store.position)
        return self._write(commit)

    def follow(self, source: Source) -> None:
        """The registry has changed: settle whom it says something else of than when their record was made."""
        self.pipeline.fleet.changed(source)
        with self.store.reading() as connection:
            followed = rows_of(connection, select(upkeep.vehicles).order_by(upkeep.vehicles.c.slot))
        commit = Commit()
        for row in followed:
            known = source.known(row["fleet_id"], row["vehicle_id"])
            since, watermark = differs_since(row["known"], said(known)), self.pipeline.watermark(row["slot"])
            if since is not None:
                now = set(trailers(known.couplings))
                told = made_with(said(known), pulled(row["known"]), now, watermark)
                commit.upsert(upkeep.vehicles, [row | {"known": told}])
            if since is not None and since <= watermark:
                self._late.put_off(row["slot"], max(since, watermark - self.pace.horizon_s), commit)
        self._write(commit)

    def adopt(self, fleets: Mapping[str, float]) -> None:
        """Thresholds of ``fleets`` are new, each since then: settle whoever was judged by the old ones after that."""
        commit = Commit()
        for slot, (fleet_id, _) in enumerate(self.pipeline.fleet.vehicles):
            since = fleets.get(fleet_id, np.inf)
            if since <= self.pipeline.watermark(slot):
                self._late.put_off(slot, since, commit)
        self._write(commit)

    def tick(self, now: float) -> bool:
        """A minute of the clock has begun: do what only time brings about, and put the tick on record with it."""
        commit = Commit()
        commit.upsert(upkeep.ticks, [{"at": now, "position": self.store.position}])
        if self.wall:
            self.live.silence.tick(now, commit)
        with self.store.reading() as connection:
            if self.wall:
                self.live.aftermath.tick(now, connection, commit)
            for ticker in self.tickers:
                ticker(now, connection, commit)
        return self._write(commit)

    def snapshot(self) -> None:
        """Save the state of every vehicle that has moved on, and tell how far what is open has come."""
        commit = Commit()
        self._unsaved.tell_all(commit)
        self._unsaved.save_all(commit, self.store.position)
        self.evidence.save(commit)
        self._write(commit)

    def rest(self) -> bool:
        """In a quiet moment save and tell what is due, though never so much that it is noticed; False: nothing was."""
        commit = Commit()
        told, saved = self._unsaved.tell(commit, TOLD_AT_REST), self._save(commit, TOLD_AT_REST)
        return (told or saved) and self._write(commit)

    def _save(self, commit: Commit, most: int) -> bool:
        saved = self._unsaved.save(commit, self.store.position + len(commit.payloads), most)
        if time.monotonic() - self._evident_at >= self.pace.snapshot_s:
            self._evident_at = time.monotonic()
            self.evidence.begin_round()
        return self.evidence.save_some(commit, EVIDENT) or saved

    def dirty(self, slot: int, since: float) -> None:
        """A vehicle has data from ``since`` on that its state has not seen."""
        self._late.add(slot, since)

    def _kept(self, accepted: Accepted) -> list[Rejected]:
        """What is put into quarantine: of one device no more than it may fill of the disk."""
        parts = [part for part in accepted.rejected if self._aside.admits(part.topic, len(part.body), part.received_at)]
        metrics.NOT_KEPT.inc(len(accepted.rejected) - len(parts))
        return parts

    def _read_anew(self, accepted: Accepted, commit: Commit) -> None:
        """Stored payloads of which parts were set aside: settling reads them as today's code does."""
        _, parts = self.intake.samples(accepted.repeated)
        accepted.rejected.extend(parts)
        self._late.put_off_all(slots_of(accepted.repeated, self.pipeline), extents(accepted.repeated)[0], commit)

    def told(self) -> set[str]:
        """Sinks for which there is something new."""
        return self._writer.told()

    def _write(self, commit: Commit) -> bool:
        """Whether the commit is on disk; once one is given up, all that follows would rest on what was lost."""
        return self._writer.write(commit, self.newest - self.pace.late_s, self.stopping)

    def gauges(self) -> dict[str, float]:
        """How far it is: what streams.metrics shows of a partition."""
        found = {
            "tripmeter_vehicles": self._writer.vehicles,
            "tripmeter_snapshot_time_seconds": self._unsaved.saved_time,
            "tripmeter_unsaved_vehicles": len(self._unsaved),
            "tripmeter_unsettled_vehicles": len(self._late),
        }
        return found | ({"tripmeter_event_time_seconds": self.newest} if np.isfinite(self.newest) else {})
