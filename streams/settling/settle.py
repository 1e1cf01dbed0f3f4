"""Settling: late data restarts a vehicle from a midnight before it, and the record is corrected by revision."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Table, or_, select

from devices.samples import Samples
from streams import metrics
from streams.detectors import DETECTORS
from streams.fleets.fleet import Fleet
from streams.intake.intake import Intake
from streams.journeys import tyre_history
from streams.kernels.params import Records
from streams.pipeline import saved
from streams.pipeline.chain import Findings
from streams.pipeline.pipeline import DAY_S, Pipeline, only
from streams.records import faults, revisions, rows
from streams.records.at_wheel import AtWheel
from streams.records.evidence import Evidence
from streams.records.record import Record, still_open
from streams.records.rows import Revised
from streams.settling import aftermath, outdated
from streams.settling.midnights import Events, begun_ids, ids_of, midnight_rows
from streams.settling.silence import lasts
from streams.store import schema, upkeep
from streams.store.store import Commit, Store, rows_of

Row = dict[str, Any]

TABLES = (schema.events, schema.trips, schema.intervals, schema.segments, schema.tyre_points)


class Start(NamedTuple):
    """Where settling starts: a midnight before the late data, or the very beginning."""

    t: float
    state: bytes | None
    told: Events  # as they stood then, of the episodes in the state
    floor: float = float("-inf")  # what was made of payloads before this stands: they are gone


class Day(NamedTuple):
    """A stretch of one UTC day, run again."""

    day: int  # since 1970-01-01
    midnights: list[Row]
    found: Findings


class Settled(NamedTuple):
    """A vehicle run again, from a start to its present."""

    before: Records  # (1,) STATE at the start
    after: Records  # (1,) STATE at present
    found: list[Findings]
    events: Events  # told before the start, or found since
    midnights: list[Row]
    floor: float
    faults: Revised

    @property
    def since(self) -> float:
        """Newest t before the start: what lies after it has been found anew."""
        return float(self.before["watermark"][0]) if self.before["seen"][0] else self.floor


class Settler:
    """Corrects the record of vehicles, one at a time, from the payloads in the store."""

    def __init__(self, store: Store, pipeline: Pipeline, record: Record, intake: Intake, evidence: Evidence) -> None:
        self.store, self.pipeline, self.record, self.intake = store, pipeline, record, intake
        self.evidence = evidence

    def settle(self, slot: int, since: float, now: float, recent: float) -> Commit:
        """The commit that corrects a vehicle's record after data from ``since`` on; pipeline and record follow.

        ``now`` dates the revisions; a new alert is told if it was seen after ``recent``.
        """
        commit = Commit()
        with self.store.reading() as connection:
            start = start_at(connection, slot, since)
            settled = self._run(connection, slot, start)
            closed = aftermath.settled(self.pipeline, slot, settled.after[0], connection)
            settled.events.update({row["event_id"]: row for row in closed})
            self._correct(connection, settled, slot, commit)
            outdated.settled(connection, commit, slot, self.pipeline.fleet.known(slot).couplings, since, start.t)
            self.pipeline.restore(slot, settled.after.tobytes())
            self.evidence.settle(connection, slot, settled.since, settled.events.values(), commit)
            self._hours(settled, slot, commit)
            self._leaks(settled, slot, commit)
            at_wheel = AtWheel(connection, commit, self.pipeline.state, self.pipeline.fleet)
            self.record.rewrite(at_wheel.again(self.pipeline.fleet.vehicles[slot], settled.since), commit)
            revisions.settled(connection, commit, now)
            self.record.out_of_order.add(self.pipeline.fleet.vehicles[slot])
            self.record.mend(connection, commit, recent)
        commit.remove(upkeep.dirty, [{"slot": slot}])
        metrics.SETTLED.inc()
        return commit

    def _run(self, connection: Connection, slot: int, start: Start) -> Settled:
        """Run the vehicle's stored samples again, through the same kernels."""
        again = self.pipeline.scratch(slot, start.state)
        before, events = again.state[slot : slot + 1].copy(), dict(start.told)
        samples = stored_samples(connection, self.intake, self.pipeline, slot, start.t)
        days = list(run_again(again, samples, events))
        found, midnights = [day.found for day in days], [row for day in days for row in day.midnights]
        codes = faults.settle(samples, connection, again.fleet.vehicles[slot], start.t)
        return Settled(before, again.state[slot : slot + 1].copy(), found, events, midnights, start.floor, codes)

    def _correct(self, connection: Connection, settled: Settled, slot: int, commit: Commit) -> None:
        """Write what was found, and take back what is on record since the start but was not found again."""
        commit.upsert(schema.events, settled.events.values())
        for found in [*settled.found, still_open(settled.after, np.zeros(1, np.int64))]:
            self.record.tables(found, commit)
        for table in TABLES:
            keys = [column.name for column in table.primary_key]
            standing = {tuple(row[key] for key in keys) for row in commit.upserts[table]}
            for row in _touched(connection, table, slot, self.pipeline.fleet, settled):
                silence = table is schema.events and lasts(row, float(settled.after["watermark"][0]))
                if tuple(row[key] for key in keys) not in standing and not silence:
                    commit.remove(table, [{key: row[key] for key in keys}])
        commit.upsert(schema.events, settled.faults.rows)
        commit.remove(schema.events, [{"event_id": row["event_id"]} for row in settled.faults.retracted])
        commit.remove(upkeep.midnights, _midnights(connection, slot, settled.since))
        commit.upsert(upkeep.midnights, settled.midnights)
        body = saved.pack(settled.after.tobytes())
        commit.upsert(upkeep.states, [{"slot": slot, "position": self.store.position, "body": body}])

    def _hours(self, settled: Settled, slot: int, commit: Commit) -> None:
        """Fold the hours of whoever drove the vehicle then, or drives it now, anew."""
        hours, state = self.record.hours, self.pipeline.state["activity"]
        lasting = still_open(settled.before, np.zeros(1, np.int64)).intervals["start"]
        people = hours.forget(slot, settled.since, set(lasting.tolist()))
        for found in settled.found:
            people |= hours.close(found.intervals)
        people |= hours.reopen(state, np.array([slot]))
        self.record.rewrite(hours.fold(people, state), commit)

    def _leaks(self, settled: Settled, slot: int, commit: Commit) -> None:
        """Follow the tyres that the vehicle has read since, on whichever trailers, anew."""
        leaks = self.record.leaks
        again = leaks.forget(slot, settled.since)
        points = np.concatenate([np.empty(0, tyre_history.POINT), *[found.points for found in settled.found]])
        self.record.rewrite(leaks.fold(leaks.add(points), again), commit)


def start_at(connection: Connection, slot: int, since: float) -> Start:
    """The last midnight not after ``since`` of a state this version knows, else the beginning of what is kept."""
    midnights = upkeep.midnights
    query = (
        select(midnights)
        .where(midnights.c.slot == slot, midnights.c.day <= since // DAY_S)
        .where(midnights.c.fingerprint == saved.mark())
        .order_by(midnights.c.day.desc())
    )
    found = connection.execute(query).first()
    if found is None:
        gone = connection.execute(select(upkeep.pruned.c.before).where(upkeep.pruned.c.slot == slot)).scalar()
        floor = float("-inf") if gone is None else float(gone)
        return Start(floor, None, {}, floor)
    return Start(found.day * DAY_S, saved.unpack(found.body), {row["event_id"]: row for row in json.loads(found.told)})


def run_again(again: Pipeline, samples: Samples, events: Events) -> Iterator[Day]:
    """Run one vehicle's ``samples`` through a scratch pipeline, day by day; ``events`` follow."""
    for day in again.stretches(samples):
        kept = again.midnights(day)
        midnights = midnight_rows(kept, ids_of(kept, again.fleet), events)
        found = again.run(day)
        changed = rows.events(found.changes, again.fleet, found.version)
        events |= {row["event_id"]: row for row in changed}
        yield Day(int(day.t[0] // DAY_S), midnights, found)


def stored_samples(connection: Connection, intake: Intake, pipeline: Pipeline, slot: int, since: float) -> Samples:
    """All stored samples of a vehicle from ``since`` on."""
    payloads = schema.payloads
    query = select(payloads).where(payloads.c.slot == slot, payloads.c.last >= since).order_by(payloads.c.position)
    samples = intake.stored(connection.execute(query), pipeline.fleet.vehicles.__getitem__)
    return only(samples, samples.t >= since)


def _touched(connection: Connection, table: Table, slot: int, fleet: Fleet, settled: Settled) -> list[Row]:
    """Our own rows of a vehicle that samples after the start have made or changed."""
    fleet_id, vehicle_id = fleet.vehicles[slot]
    query = select(table).where(table.c.fleet_id == fleet_id, table.c.vehicle_id == vehicle_id)
    if table is schema.tyre_points:  # their start is rounded down to the second
        return rows_of(connection, query.where(table.c.start > settled.since - 1.0))
    after = or_(table.c.start >= settled.since, table.c.end > settled.since)
    if table is schema.events:
        query = query.where(table.c.kind.in_([detector.kind for detector in DETECTORS]), table.c.source == "derived")
        (begun,) = begun_ids(settled.before[:1], [slot], fleet)
        after = or_(after, table.c.end.is_(None), table.c.event_id.in_(begun))
    return rows_of(connection, query.where(after))


def _midnights(connection: Connection, slot: int, since: float) -> list[Row]:
    """Keys of the midnights after ``since``."""
    midnights = upkeep.midnights
    query = select(midnights.c.slot, midnights.c.day).where(midnights.c.slot == slot, midnights.c.day * DAY_S > since)
    return rows_of(connection, query)
