"""Record: findings become rows, alerts and messages of one commit; the only place that knows all tables."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table, select

from devices.samples import Ints, Samples
from streams import metrics
from streams.alert_rules import RAISED
from streams.detectors import DETECTORS
from streams.detectors.base import CHANGE
from streams.fleets.fleet import Fleet
from streams.journeys import activity, exposure, trips, tyre_history
from streams.kernels.params import OPEN, Records
from streams.messages import message_of, taken_down
from streams.pipeline.chain import Findings
from streams.records import faults, reports, revisions, rows
from streams.records.alerts import Alerts, PutAway, held_back
from streams.records.at_wheel import AtWheel
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.records.rows import Revised
from streams.store import schema
from streams.store.marks import let_go
from streams.store.store import Commit, named, rows_of

Row = dict[str, Any]
Vehicle = tuple[str, str]
RETAINS = "mqtt"  # the sink whose messages stay until they are taken down


Notify = Callable[[Row, Row, Commit], None]


def nobody(_alert: Row) -> None:
    """In a replay nobody has put an alert away."""


def quietly(_alert: Row, _event: Row, _into: Commit) -> None:
    """In a replay nobody is paged."""


class Record:
    """Turns what a pipeline found into what a commit writes; ``sinks`` are the names of the ways out.

    ``put_away`` as Alerts.fold wants it; ``notify(alert, event, commit)`` pages whom it must.
    """

    def __init__(
        self,
        fleet: Fleet,
        hours: HoursBook,
        leaks: LeakBook,
        alerts: Alerts,
        sinks: Sequence[str] = (),
        put_away: PutAway = nobody,
        notify: Notify = quietly,
    ) -> None:
        self.fleet, self.hours, self.leaks, self.alerts, self.sinks = fleet, hours, leaks, alerts, sinks
        self.put_away, self.notify = put_away, notify
        self.out_of_order: set[Vehicle] = set()  # whose alerts only ``mend`` can put right

    def take(self, found: Findings, state: Records, slots: Ints, into: Commit, tell: bool = True) -> None:
        """Add what ``found`` says to a commit; ``slots`` (V,) are the vehicles that have just moved on to ``state``.

        ``tell`` whom it concerns, unless that has been done.
        """
        self.tables(found, into)
        for change in found.changes[found.changes["op"] == OPEN]:
            metrics.EVENTS.labels(DETECTORS[change["kind"]].kind).inc()
        self._events(rows.events(found.changes, self.fleet, found.version), into, tell)
        self.revise(self.hours.take(found.intervals, state["activity"], slots), into, tell)
        self.revise(self.leaks.take(found.points), into, tell)

    def flush(self, state: Records, slots: Ints, into: Commit, tell: bool = True) -> None:
        """Add how far the open trips, intervals, segments and hours of ``slots`` have come."""
        self.tables(still_open(state, slots), into)
        self.revise(self.hours.flush(state["activity"], slots), into, tell)

    def tables(self, found: Findings, into: Commit) -> None:
        """Add the trips, intervals, segments and points of ``found``."""
        into.upsert(schema.trips, rows.trips(found.trips, self.fleet))
        into.upsert(schema.intervals, rows.intervals(found.intervals, self.fleet))
        into.upsert(schema.segments, rows.segments(found.segments, self.fleet))
        into.upsert(schema.tyre_points, rows.tyre_points(found.points, self.fleet))

    def report(self, samples: Samples, at_wheel: AtWheel, into: Commit, now: float | None = None) -> None:
        """Add what the devices themselves raised; ``now`` dates the revisions, None: there is no record to revise."""
        if samples.events:
            kinds = [detector.kind for detector in DETECTORS]
            revised = reports.report(samples, kinds, at_wheel.connection, at_wheel.driver)
            metrics.EVENTS.labels("device").inc(sum(row["start"] == row["end"] for row in revised.rows))
            if now is not None:
                revisions.reported(at_wheel.connection, revised, into, now)
            self.revise(revised, into)

    def faults(self, samples: Samples, connection: Connection, into: Commit) -> None:
        """Add the trouble codes that ``samples``, newer than all before them, set and clear."""
        if samples.faults:
            revised = faults.take(samples, connection)
            metrics.EVENTS.labels(faults.KIND).inc(sum(row["end"] is None for row in revised.rows))
            self.revise(revised, into)

    def revise(self, revised: Revised, into: Commit, tell: bool = True) -> None:
        """Add events that new data may change in the past: somebody's hours in any vehicle, what devices raised."""
        into.remove(schema.events, [{"event_id": row["event_id"]} for row in revised.retracted])
        past = [row for row in revised.rows if self.alerts.is_past(row)]
        self.out_of_order.update((row["fleet_id"], row["vehicle_id"]) for row in [*revised.retracted, *past])
        self._events(revised.rows, into, tell)

    def rewrite(self, revised: Revised, into: Commit) -> None:
        """Add what has become of somebody's hours or a tyre in the past, in any respect; ``mend`` does the rest."""
        into.remove(schema.events, [{"event_id": row["event_id"]} for row in revised.retracted])
        into.upsert(schema.events, revised.rows)
        both = [*revised.rows, *revised.retracted]
        self.out_of_order.update((row["fleet_id"], row["vehicle_id"]) for row in both)

    def mend(self, connection: Connection, into: Commit, recent: float) -> None:
        """Fold alerts anew where order was lost, from the events as they will stand after the commit.

        Messages are corrected; of a new alert only one seen after ``recent`` is told, the rest is past.
        """
        for vehicle in sorted(self.out_of_order):
            before = self.alerts.forget(*vehicle)
            standing = _standing(connection, into, vehicle)
            folded: dict[str, Row] = {}
            for event in sorted(standing.values(), key=lambda row: (row["start"], row["event_id"])):
                folded |= {alert["alert_id"]: alert for alert in self.alerts.fold(event, self.put_away)}
            old = let_go(connection, vehicle[0], "handling")
            folded = {name: row for name, row in folded.items() if row["last_seen"] >= old or not _is_over(row)}
            gone = rows_of(connection, select(schema.alerts.c.alert_id).where(*_of(schema.alerts, vehicle)))
            pending = into.upserts.get(schema.alerts, ())
            gone += [
                {"alert_id": row["alert_id"]} for row in pending if (row["fleet_id"], row["vehicle_id"]) == vehicle
            ]
            into.remove(schema.alerts, gone)
            into.upsert(schema.alerts, folded.values())
            after = self.alerts.latest(*vehicle)
            for key in sorted(before | after):
                self._correct(before.get(key), after.get(key), standing, into, recent)
        self.out_of_order.clear()

    def restate(self, connection: Connection, into: Commit) -> None:
        """Tell all alerts that nobody has put away to the sink that retains them."""
        alerts, events = schema.alerts, schema.events
        query = select(alerts).where(alerts.c.superseded == 0).order_by(alerts.c.first_seen, alerts.c.alert_id)
        open_ = [alert for alert in rows_of(connection, query) if self.put_away(alert) is None]
        found = named(connection, events.c.event_id, [alert["last_event_id"] for alert in open_])
        last = {event["event_id"]: event for event in found}
        messages = (message_of(alert, last[alert["last_event_id"]]) for alert in open_)
        into.append(schema.outbox, [message | {"sink": RETAINS} for message in messages if RETAINS in self.sinks])

    def _events(self, events: list[Row], into: Commit, tell: bool) -> None:
        into.upsert(schema.events, events)
        for event in events:
            before = self.alerts.standing(event)
            for alert in self.alerts.fold(event, self.put_away):
                into.upsert(schema.alerts, [alert])
                if tell and not alert["superseded"] and not _went_on(before, alert):  # its heir takes the same address
                    self._tell(before, alert, event, into)

    def _tell(self, before: Row | None, alert: Row, event: Row, into: Commit) -> None:
        if self.put_away(alert) is not None:
            return
        self.notify(alert, event, into)
        if not held_back(before, alert):
            kind = alert["kind"] if alert["kind"] in self.alerts.rules else RAISED  # devices name kinds at will
            metrics.ALERTS.labels(kind, alert["priority"]).inc()
            message = message_of(alert, event)
            into.append(schema.outbox, [message | {"sink": sink} for sink in self.sinks])

    def _correct(
        self, before: Row | None, after: Row | None, events: dict[str, Row], into: Commit, recent: float
    ) -> None:
        """Tell what has become of what was told at one address."""
        if after is None:
            if before is not None and RETAINS in self.sinks:
                into.append(schema.outbox, [taken_down(before, RETAINS)])
        elif after != before and (before is not None or after["last_seen"] > recent):
            self._tell(before, after, events[after["last_event_id"]], into)


def _is_over(alert: Row) -> bool:
    return bool(alert["condition"] == "cleared")


def _standing(connection: Connection, commit: Commit, vehicle: Vehicle) -> dict[str, Row]:
    """The events of a vehicle as they will stand after ``commit``, by id."""
    query = select(schema.events).where(*_of(schema.events, vehicle))
    standing = {row["event_id"]: row for row in rows_of(connection, query)}
    for row in commit.deletes.get(schema.events, ()):
        standing.pop(row["event_id"], None)
    return standing | {row["event_id"]: row for row in _pending(schema.events, commit, vehicle)}


def _went_on(before: Row | None, alert: Row) -> bool:
    """Whether an alert only lasts longer: an alarm held in a thousand packets is told once."""
    return before is not None and before | {"last_seen": 0.0} == alert | {"last_seen": 0.0}


def _pending(table: Table, commit: Commit, vehicle: Vehicle) -> list[Row]:
    """Rows of a vehicle that ``commit`` will upsert."""
    return [row for row in commit.upserts.get(table, ()) if (row["fleet_id"], row["vehicle_id"]) == vehicle]


def _of(table: Table, vehicle: Vehicle) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.fleet_id == vehicle[0], table.c.vehicle_id == vehicle[1]


def still_open(state: Records, slots: Ints) -> Findings:
    """The open trips, intervals and segments of ``slots``, with their values so far."""
    return Findings(
        np.empty(0, CHANGE),
        trips.open_rows(state["trips"], slots),
        activity.open_rows(state["activity"], slots),
        exposure.open_rows(state["exposure"], slots),
        np.empty(0, tyre_history.POINT),
    )
