"""Live: samples that lie ahead run at once, what they bring goes into a commit; what is late is left to settling."""

import numpy as np

from devices.samples import Ints, Samples
from streams import metrics
from streams.pipeline.chain import Findings
from streams.pipeline.pipeline import Midnight, Pipeline, only
from streams.records.record import Record
from streams.river.unsaved import Unsaved
from streams.settling.aftermath import Aftermath
from streams.settling.late import Late
from streams.settling.midnights import ids_of, midnight_rows, on_record
from streams.settling.silence import Silence
from streams.store import schema, upkeep
from streams.store.store import Commit, Store


class Live:
    """Moves a pipeline's vehicles on; ``newest`` is the newest event time."""

    def __init__(self, store: Store, pipeline: Pipeline, record: Record, late: Late, unsaved: Unsaved) -> None:
        self.store, self.pipeline, self.record, self.late, self.unsaved = store, pipeline, record, late, unsaved
        self.silence, self.aftermath = Silence(pipeline, record), Aftermath(pipeline, record)
        self.newest = float("-inf")
        self._conflicts = pipeline.conflicts  # counted so far

    def run(self, samples: Samples, commit: Commit, since: int | None = None) -> None:
        """Run ``samples``; what was stored after position ``since`` again, then it is not kept and told once more."""
        if not samples.t.size:
            return
        ahead = self.pipeline.ahead(samples)
        if not ahead.all():
            metrics.LATE.inc(int(np.count_nonzero(~ahead)))
            slots = self.pipeline.fleet.slots(samples.vehicles)[samples.vehicle[~ahead]]
            self.late.put_off_all(slots, samples.t[~ahead], commit)
            samples = only(samples, ahead)
        if samples.faults and since is None:
            with self.store.reading() as connection:
                self.record.faults(samples, connection, commit)
        for day in self.pipeline.stretches(samples):
            if since is None:
                self._keep(self.pipeline.midnights(day), commit)
            slots, found = self.pipeline.moved(day), self.pipeline.run(day)
            self._found(slots, found, commit, tell=since is None)
            self._count(day)
            self.unsaved.moved(slots.tolist(), self.store.position if since is None else since, day.t.size)

    def _keep(self, midnights: list[Midnight], commit: Commit) -> None:
        """Keep states that settling may start from, with the events they may still change."""
        if not midnights:
            return
        ids = ids_of(midnights, self.pipeline.fleet)
        told = self.store.ask(lambda connection: on_record(connection, [name for names in ids for name in names]))
        told |= {row["event_id"]: row for row in commit.upserts.get(schema.events, ())}
        commit.upsert(upkeep.midnights, midnight_rows(midnights, ids, told))

    def _found(self, slots: Ints, found: Findings, commit: Commit, tell: bool) -> None:
        self.record.take(found, self.pipeline.state, slots, commit, tell)
        self.silence.heard(slots, found, commit)
        if self.aftermath.concerns(slots, found):
            self._after_crash(slots, found, commit, tell)

    def _after_crash(self, slots: Ints, found: Findings, commit: Commit, tell: bool) -> None:
        """Put right what the clock said of crashes whose vehicles speak again, or say it again after a restart."""
        with self.store.reading() as connection:
            if tell:
                for slot, start in self.aftermath.heard(connection, slots, found, commit):
                    self.late.put_off(slot, start, commit)
            else:
                self.aftermath.rerun(connection, slots, commit)

    def _count(self, samples: Samples) -> None:
        self.newest = max(self.newest, float(samples.t.max()))
        metrics.SAMPLES.inc(samples.t.size)
        metrics.CONFLICTS.inc(self.pipeline.conflicts - self._conflicts)
        self._conflicts = self.pipeline.conflicts
