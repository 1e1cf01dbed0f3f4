"""Settling: late data restarts a vehicle from a midnight before it, and the record is corrected by revision."""

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Table, or_, select

from devices.samples import Samples
from streams import chain, metrics, rows
from streams.chain import Findings
from streams.detectors import DETECTORS
from streams.detectors.base import Records
from streams.hours_book import Revised
from streams.intake import Intake
from streams.pipeline import DAY_S, Midnight, Pipeline, by_day, only
from streams.record import EndedAt, Record, still_open
from streams.store import schema
from streams.store.store import Commit, Store, rows_of

Row = dict[str, Any]
Start = tuple[str, str, float]  # kind ("" where the table has but one), subject, start

TABLES = (schema.events, schema.trips, schema.intervals, schema.segments)


class Settled(NamedTuple):
    """A vehicle run again from ``t``, a midnight before its late data or the very beginning, to its present."""

    t: float
    before: Records  # (1,) STATE at t
    after: Records  # (1,) STATE at present
    found: list[Findings]
    midnights: list[Midnight]


class Settler:
    """Corrects the record of vehicles, one at a time, from the payloads in the store."""

    def __init__(self, store: Store, pipeline: Pipeline, record: Record, intake: Intake, ended_at: EndedAt) -> None:
        self.store, self.pipeline, self.record, self.intake, self.ended_at = store, pipeline, record, intake, ended_at

    def settle(self, slot: int, since: float, now: float) -> Commit:
        """The commit that corrects a vehicle's record after data from ``since`` on; pipeline and record follow."""
        commit = Commit()
        with self.store.reading() as connection:
            settled = _run(connection, self.pipeline, self.intake, slot, since)
            _correct(connection, settled, self.pipeline, self.record, slot, commit)
            self.pipeline.restore(slot, settled.after.tobytes())
            _hours(settled, self.pipeline, self.record, slot, self.ended_at, commit)
            _log(connection, commit, now)
            _alerts(connection, commit, self.record, self.pipeline.fleet.vehicles[slot], self.ended_at)
        commit.remove(schema.dirty, [{"slot": slot}])
        metrics.SETTLED.inc()
        return commit


def _run(connection: Connection, pipeline: Pipeline, intake: Intake, slot: int, since: float) -> Settled:
    """Run the vehicle's stored samples again, through the same kernels."""
    t, state = _start(connection, slot, since)
    again = pipeline.scratch(slot, state)
    before = again.state[slot : slot + 1].copy()
    found: list[Findings] = []
    midnights: list[Midnight] = []
    for day in by_day(stored_samples(connection, intake, pipeline, slot, t)):
        midnights.extend(again.midnights(day))
        found.append(again.run(day))
    return Settled(t, before, again.state[slot : slot + 1].copy(), found, midnights)


def _start(connection: Connection, slot: int, since: float) -> tuple[float, bytes | None]:
    """The last midnight not after ``since`` whose state is known to this version, else the very beginning."""
    midnights = schema.midnights
    query = (
        select(midnights.c.day, midnights.c.body)
        .where(midnights.c.slot == slot, midnights.c.day <= since // DAY_S)
        .where(midnights.c.fingerprint == chain.fingerprint())
        .order_by(midnights.c.day.desc())
    )
    found = connection.execute(query).first()
    return (float("-inf"), None) if found is None else (found.day * DAY_S, found.body)


def stored_samples(connection: Connection, intake: Intake, pipeline: Pipeline, slot: int, since: float) -> Samples:
    """All stored samples of a vehicle from ``since`` on."""
    payloads = schema.payloads
    query = select(payloads).where(payloads.c.slot == slot, payloads.c.last >= since).order_by(payloads.c.position)
    samples = intake.stored(connection.execute(query), pipeline.fleet.vehicles.__getitem__)
    return only(samples, samples.t >= since)


def _correct(
    connection: Connection, settled: Settled, pipeline: Pipeline, record: Record, slot: int, commit: Commit
) -> None:
    """Write what was found, and take back what is on record since the start but was not found again."""
    vehicle = pipeline.fleet.vehicles[slot]
    for found in [*settled.found, still_open(settled.after, np.zeros(1, np.int64))]:
        record.tables(found, commit)
        commit.upsert(schema.events, rows.events(found.changes, pipeline.fleet, record.rule_version))
    for table in TABLES:
        lasting = {start for _, _, start in _lasting(settled.before[0], table)}
        keys = [column.name for column in table.primary_key]
        found_keys = {tuple(row[key] for key in keys) for row in commit.upserts[table]}
        for row in touched(connection, table, vehicle, settled.t, lasting):
            if tuple(row[key] for key in keys) in found_keys:
                continue
            if row["start"] in lasting and table is schema.events:
                commit.upsert(table, [row | {"end": None}])  # it lasted at the start, and lasts still
            else:
                commit.remove(table, [{key: row[key] for key in keys}])
    days = [{"slot": slot, "day": day} for day in _days(connection, slot, settled.t)]
    commit.remove(schema.midnights, days)
    commit.upsert(schema.midnights, midnight_rows(settled.midnights))
    commit.upsert(schema.states, [{"slot": slot, "body": settled.after.tobytes()}])


def touched(
    connection: Connection, table: Table, vehicle: tuple[str, str], since: float, lasting: set[float]
) -> list[Row]:
    """Our own rows of a vehicle that began at or after ``since``, or at one of the instants ``lasting``."""
    query = select(table).where(table.c.fleet_id == vehicle[0], table.c.vehicle_id == vehicle[1])
    query = query.where(or_(table.c.start >= since, table.c.start.in_(lasting)))
    if table is schema.events:
        query = query.where(table.c.kind.in_([detector.kind for detector in DETECTORS]), table.c.source == "derived")
    return rows_of(connection, query)


def _lasting(state: Any, table: Table) -> Iterator[Start]:
    """What lasted in a vehicle's state, of the kind a table holds."""
    one = np.array([state])
    if table is schema.events:
        for detector in DETECTORS:
            for subject, start in episodes(state[detector.kind]):
                yield detector.kind, rows.subject(subject), start
        return
    open_ = still_open(one, np.zeros(1, np.int64))
    found = {schema.trips: open_.trips, schema.intervals: open_.intervals, schema.segments: open_.segments}[table]
    yield from (("", "", float(start)) for start in found["start"])


def episodes(state: Any) -> Iterator[tuple[int, float]]:
    """(subject, start) of what a detector's state row says lasts: one episode, or one a wheel."""
    if "episode" in state.dtype.names:
        if state["episode"]["level"] > 0:
            yield -1, float(state["episode"]["start"])
        return
    for wheel in np.flatnonzero(state["level"]).tolist():
        yield wheel, float(state["start"][wheel])


def _days(connection: Connection, slot: int, since: float) -> list[int]:
    midnights = schema.midnights
    query = select(midnights.c.day).where(midnights.c.slot == slot, midnights.c.day * DAY_S >= since)
    return [row.day for row in connection.execute(query)]


def _hours(settled: Settled, pipeline: Pipeline, record: Record, slot: int, ended_at: EndedAt, commit: Commit) -> None:
    """Fold the hours of whoever drove the vehicle then, or drives it now, anew."""
    lasting = {start for _, _, start in _lasting(settled.before[0], schema.intervals)}
    people = record.hours.forget(slot, settled.t, lasting)
    for found in settled.found:
        people |= record.hours.close(found.intervals)
    people |= record.hours.reopen(pipeline.state["activity"], np.array([slot]))
    revised = record.hours.fold(people)
    vehicle = pipeline.fleet.vehicles[slot]
    mine = [row for row in revised.rows if (row["fleet_id"], row["vehicle_id"]) == vehicle]
    commit.upsert(schema.events, mine)  # its alerts are folded as a whole
    others = [row for row in revised.rows if row not in mine]
    record.revise_hours(Revised(others, revised.retracted), ended_at, commit, tell=False)


def _alerts(
    connection: Connection, commit: Commit, record: Record, vehicle: tuple[str, str], ended_at: EndedAt
) -> None:
    """Fold the vehicle's alerts anew from its events as they will stand; nobody is paged about the past."""
    events, alerts = schema.events, schema.alerts
    mine = [
        rows_of(connection, select(table).where(table.c.fleet_id == vehicle[0], table.c.vehicle_id == vehicle[1]))
        for table in (events, alerts)
    ]
    standing = {row["event_id"]: row for row in mine[0]}
    standing |= {
        row["event_id"]: row for row in commit.upserts[events] if (row["fleet_id"], row["vehicle_id"]) == vehicle
    }
    for row in commit.deletes.get(events, ()):
        standing.pop(row["event_id"], None)
    record.alerts.forget(*vehicle)
    folded: dict[str, Row] = {}
    for event in sorted(standing.values(), key=lambda row: (row["start"], row["event_id"])):
        folded |= {alert["alert_id"]: alert for alert in record.alerts.fold(event, ended_at)}
    commit.upsert(alerts, folded.values())
    commit.remove(alerts, [{"alert_id": row["alert_id"]} for row in mine[1] if row["alert_id"] not in folded])


def _log(connection: Connection, commit: Commit, now: float) -> None:
    """Revisions: what is new, replaced or retracted in events and trips, with the row as it was."""
    engine = version("tripmeter")
    for table, key in ((schema.events, "event_id"), (schema.trips, "trip_id")):
        wanted = {row[key]: row for row in commit.upserts[table]}
        gone = [row[key] for row in commit.deletes.get(table, ())]
        query = select(table).where(table.c[key].in_([*wanted, *gone]))
        before = {row[key]: row for row in rows_of(connection, query)}
        for name in [*wanted, *gone]:
            change = _change(before.get(name), wanted.get(name))
            if change:
                was = json.dumps(before[name]) if name in before else None
                entry = {"at": now, "engine": engine, "table_name": table.name, "row_id": name, "change": change}
                commit.append(schema.revisions, [entry | {"before": was}])
                metrics.REVISIONS.labels(change).inc()


def _change(before: Row | None, after: Row | None) -> str | None:
    if before is None:
        return "new"
    if after is None:
        return "retracted"
    return None if before == after else "replaced"


def midnight_rows(midnights: Iterable[Midnight]) -> list[Row]:
    """Rows of the midnights table."""
    mark = chain.fingerprint()
    return [{"slot": one.slot, "day": one.day, "fingerprint": mark, "body": one.state} for one in midnights]
