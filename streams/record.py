"""Record: findings become rows, alerts and messages of one commit; the only place that knows all tables."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from devices import topics
from devices.samples import Ints
from streams import activity, exposure, metrics, rows, trips
from streams.alerts import Alerts
from streams.chain import Findings
from streams.detectors.base import CHANGE, Records
from streams.fleet import Fleet
from streams.hours_book import HoursBook, Revised
from streams.store import schema
from streams.store.store import Commit

Row = dict[str, Any]
EndedAt = Callable[[str], float | None]


class Record:
    """Turns what a pipeline found into what a commit writes; ``sinks`` are the names of the ways out."""

    def __init__(
        self, fleet: Fleet, rule_version: str, hours: HoursBook, alerts: Alerts, sinks: Sequence[str] = ()
    ) -> None:
        self.fleet, self.rule_version = fleet, rule_version
        self.hours, self.alerts, self.sinks = hours, alerts, sinks

    def take(self, found: Findings, state: Records, slots: Ints, ended_at: EndedAt, into: Commit) -> None:
        """Add what ``found`` says to a commit; ``slots`` (V,) are the vehicles that have just moved on to ``state``."""
        self.tables(found, into)
        self._events(rows.events(found.changes, self.fleet, self.rule_version), ended_at, into)
        self.revise_hours(self.hours.take(found.intervals, state["activity"], slots), ended_at, into)

    def flush(self, state: Records, slots: Ints, ended_at: EndedAt, into: Commit) -> None:
        """Add how far the open trips, intervals, segments and hours of ``slots`` have come."""
        self.tables(still_open(state, slots), into)
        self.revise_hours(self.hours.flush(state["activity"], slots), ended_at, into)

    def tables(self, found: Findings, into: Commit) -> None:
        """Add the trips, intervals and segments of ``found``."""
        into.upsert(schema.trips, rows.trips(found.trips, self.fleet))
        into.upsert(schema.intervals, rows.intervals(found.intervals, self.fleet))
        into.upsert(schema.segments, rows.segments(found.segments, self.fleet))

    def revise_hours(self, revised: Revised, ended_at: EndedAt, into: Commit, tell: bool = True) -> None:
        """Add what has become of somebody's hours; ``tell`` whom it concerns, unless it is long past."""
        into.remove(schema.events, [{"event_id": row["event_id"]} for row in revised.retracted])
        self._events(revised.rows, ended_at, into, tell)

    def _events(self, events: list[Row], ended_at: EndedAt, into: Commit, tell: bool = True) -> None:
        into.upsert(schema.events, events)
        for event in events:
            if event["end"] is None:
                metrics.EVENTS.labels(event["kind"]).inc()
            for alert in self.alerts.fold(event, ended_at):
                into.upsert(schema.alerts, [alert])
                if tell:
                    self._tell(alert, event, into)

    def _tell(self, alert: Row, event: Row, into: Commit) -> None:
        if alert["superseded"]:
            return  # its heir takes the same address
        metrics.ALERTS.labels(alert["kind"], alert["priority"]).inc()
        message = message_of(alert, event)
        into.append(schema.outbox, [message | {"sink": sink} for sink in self.sinks])


def still_open(state: Records, slots: Ints) -> Findings:
    """The open trips, intervals and segments of ``slots``, with their values so far."""
    return Findings(
        np.empty(0, CHANGE),
        trips.open_rows(state["trips"], slots),
        activity.open_rows(state["activity"], slots),
        exposure.open_rows(state["exposure"], slots),
    )


def message_of(alert: Row, event: Row) -> Row:
    """What is told of an alert, as an outbox row without its sink."""
    named = ("alert_id", "fleet_id", "vehicle_id", "driver_id", "kind", "subject", "priority", "level", "condition")
    body = {name: alert[name] for name in (*named, "count")}
    body |= {name: iso(alert[name]) for name in ("first_seen", "last_seen")}
    evidence = ("event_id", "peak", "unit", "threshold", "speed_kmh", "lat_deg", "lon_deg", "rule", "rule_version")
    body["event"] = {name: event[name] for name in evidence}
    address = topics.alert(alert["fleet_id"], alert["vehicle_id"], alert["kind"], alert["subject"])
    return {"address": address, "body": json.dumps(body, separators=(",", ":")).encode(), "retain": 1}


def taken_down(alert: Row, sink: str) -> Row:
    """The outbox row that clears a retained alert."""
    address = topics.alert(alert["fleet_id"], alert["vehicle_id"], alert["kind"], alert["subject"])
    return {"sink": sink, "address": address, "body": b"", "retain": 1}


def iso(t: float) -> str:
    """UTC epoch seconds as ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
