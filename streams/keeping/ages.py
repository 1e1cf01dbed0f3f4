"""Ages: which rows a category of what is kept has, and by which time of theirs they grow old."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, func, or_, select

from devices import topics
from streams.desk.decisions import STATES
from streams.store import accounts, deeds, schema, upkeep

Where = Callable[[str], list[ColumnElement[bool]]]  # of a fleet


@dataclass(frozen=True)
class Step:
    """Rows of a table older than allowed by ``time``: deleted, or with ``values`` in place of what they said."""

    table: Table
    time: ColumnElement[Any]
    where: Where
    values: Mapping[str, Any] = field(default_factory=dict)


def _of(table: Table, *more: ColumnElement[bool]) -> Where:
    return lambda fleet_id: [table.c.fleet_id == fleet_id, *more]


def _said(table: Table, *names: str) -> ColumnElement[bool]:
    return or_(*[table.c[name].is_not(None) for name in names])


_EVENTS, _TRIPS, _ALERTS, _ACTIONS, _TASKS, _REMADE = (
    schema.events,
    schema.trips,
    schema.alerts,
    deeds.actions,
    deeds.task_actions,
    accounts.remade,
)
_OVER = _EVENTS.c.end.is_not(None)
_JUDGED = _ACTIONS.c.action.in_(STATES)  # by which the coaching score leaves events out
_PLACES = ("start_lat_deg", "start_lon_deg", "end_lat_deg", "end_lon_deg")
_TOLD = ("peak", "threshold", "speed_kmh", "note")


def _ours(table: Table) -> ColumnElement[bool]:
    """People's rows are shared by all partitions: those of vehicles, or of whole fleets, that this one has."""
    vehicles = upkeep.vehicles
    mine = select(vehicles.c.vehicle_id).where(vehicles.c.fleet_id == table.c.fleet_id)
    return or_(table.c.vehicle_id == "", table.c.vehicle_id.in_(mine))


def _about_none(table: Table, *more: ColumnElement[bool]) -> Where:
    """Of no alert that is still there."""
    return _of(table, _ours(table), ~exists().where(_ALERTS.c.alert_id == table.c.alert_id), *more)


def _finished() -> ColumnElement[Any]:
    """When the last row of a task was written: it goes as a whole."""
    other = _TASKS.alias("other")
    return select(func.max(other.c.at)).where(other.c.task_id == _TASKS.c.task_id).scalar_subquery()


def _of_topic(fleet_id: str) -> list[ColumnElement[bool]]:
    return [schema.quarantine.c.topic.startswith(f"{topics.ROOT}/{fleet_id}/", autoescape=True)]


STEPS: Mapping[str, tuple[Step, ...]] = {
    "payloads": (Step(schema.quarantine, schema.quarantine.c.received_at, _of_topic),),
    "positions": (
        Step(
            _EVENTS,
            _EVENTS.c.start,
            _of(_EVENTS, _OVER, _said(_EVENTS, "lat_deg", "lon_deg", "media")),
            dict.fromkeys(("lat_deg", "lon_deg", "media")),
        ),
        Step(
            _TRIPS,
            _TRIPS.c.end,
            _of(_TRIPS, _TRIPS.c.status == "closed", _said(_TRIPS, *_PLACES)),
            dict.fromkeys(_PLACES),
        ),
    ),
    "trips": (
        Step(_TRIPS, _TRIPS.c.end, _of(_TRIPS, _TRIPS.c.status == "closed")),
        Step(_EVENTS, _EVENTS.c.start, _of(_EVENTS, _OVER, _said(_EVENTS, *_TOLD)), dict.fromkeys(_TOLD)),
    ),
    "evidence": (Step(schema.evidence, schema.evidence.c.last, _of(schema.evidence)),),
    "handling": (
        Step(_ALERTS, _ALERTS.c.last_seen, _of(_ALERTS, _ALERTS.c.condition == "cleared")),
        Step(_ACTIONS, _ACTIONS.c.at, _about_none(_ACTIONS, ~_JUDGED)),
        Step(
            _ACTIONS,
            _ACTIONS.c.at,
            _about_none(_ACTIONS, _JUDGED, or_(_ACTIONS.c.actor != "", _ACTIONS.c.reason != "")),
            {"actor": "", "reason": ""},
        ),
        Step(
            deeds.notices,
            deeds.notices.c.at,
            _of(deeds.notices, ~exists().where(_ALERTS.c.alert_id == deeds.notices.c.alert_id)),
        ),
        Step(_TASKS, _finished(), _of(_TASKS, _ours(_TASKS))),
    ),
    "hours": (
        Step(schema.intervals, schema.intervals.c.end, _of(schema.intervals, schema.intervals.c.status == "closed")),
        Step(_REMADE, _REMADE.c.end, _of(_REMADE, _REMADE.c.what == schema.intervals.name)),
    ),
    "exposure": (
        Step(schema.segments, schema.segments.c.end, _of(schema.segments)),
        Step(_EVENTS, _EVENTS.c.end, _of(_EVENTS, _OVER)),
        Step(_ACTIONS, _ACTIONS.c.at, _about_none(_ACTIONS)),
        Step(_REMADE, _REMADE.c.end, _of(_REMADE)),
    ),
}
