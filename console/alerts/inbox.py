"""Inbox: alerts as people have left them, chosen by what is asked, for lists, details and the stream."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, and_, case, or_, select, tuple_

from streams.alert_rules import PRIORITIES
from streams.desk.decisions import ANSWER, ANSWERED, OBJECT, OPEN, WAITING, key_of
from streams.desk.decisions import STATES as LEFT
from streams.desk.desk import Desk
from streams.store import deeds, schema
from streams.store.store import named, rows_of

Row = dict[str, Any]

STATES = {"acked": "acknowledged"}
LASTING = (OPEN, LEFT["acknowledge"])  # what people have not put away
OF_EVENT = ("lat_deg", "lon_deg", "peak", "unit", "threshold")  # what is told of an alert's last event
URGENCY = {name: rank for rank, name in enumerate(PRIORITIES)}


def query(
    *conditions: ColumnElement[bool],
    kinds: Collection[str] = (),
    priorities: Collection[str] = (),
    between: tuple[float | None, float | None] = (None, None),
    standing: bool = False,
) -> Select[Any]:
    """Alerts of the record; ``standing``: that no later one has followed."""
    alerts = schema.alerts
    found = select(alerts).where(*conditions)
    for column, wanted in ((alerts.c.kind, kinds), (alerts.c.priority, priorities)):
        found = found.where(column.in_(wanted)) if wanted else found
    if between[0] is not None:
        found = found.where(alerts.c.last_seen >= between[0])
    if between[1] is not None:
        found = found.where(alerts.c.first_seen < between[1])
    return found.where(alerts.c.superseded == 0) if standing else found


def found(connection: Connection, asked: Select[Any], now: float) -> tuple[list[Row], Desk]:
    """All alerts of a query laid out, the newest first, and the desk they lie on."""
    alerts = schema.alerts
    ordered = asked.order_by(alerts.c.last_seen.desc(), alerts.c.alert_id)
    return laid(connection, rows_of(connection, ordered), now)


def order(sort: str) -> list[ColumnElement[Any]]:
    """How a query's alerts stand: the most urgent first and of these the latest, the newest, or the oldest first."""
    alerts = schema.alerts
    if sort == "oldest":
        return [alerts.c.first_seen, alerts.c.alert_id]
    latest: list[ColumnElement[Any]] = [alerts.c.last_seen.desc(), alerts.c.alert_id.desc()]
    return latest if sort == "newest" else [case(URGENCY, value=alerts.c.priority, else_=len(URGENCY)), *latest]


def these(connection: Connection, ids: Sequence[str], now: float) -> tuple[list[Row], Desk]:
    """The alerts of these ids."""
    return laid(connection, named(connection, schema.alerts.c.alert_id, ids), now)


def laid(connection: Connection, rows: Sequence[Row], now: float) -> tuple[list[Row], Desk]:
    """Rows of the alerts table with what people made of them, and where and how bad their last event was."""
    desk = Desk(connection, [key_of(row) for row in rows])
    events = {row["event_id"]: row for row in named(connection, schema.events.c.event_id, _last(rows))}
    found = []
    for row in rows:
        last = events.get(row["last_event_id"], {})
        found.append(desk.laid_out(row, now) | {one: last.get(one) for one in OF_EVENT})
    return found, desk


def objected() -> ColumnElement[bool]:
    """Alerts about which a driver has objected."""
    alerts, actions = schema.alerts, deeds.actions
    ours, theirs = (
        [table.c[name] for name in ("fleet_id", "vehicle_id", "kind", "subject")] for table in (alerts, actions)
    )
    return tuple_(*ours).in_(select(*theirs).where(actions.c.action == OBJECT))


def left(asked: Select[Any], states: Collection[str], objections: Collection[str] = ()) -> Select[Any]:
    """Of a query's alerts those in one of these states, whose driver's objection is in one of those; none said: all."""
    if states:
        asked = asked.where(in_states(states))
    return asked.where(_objection().in_(objections)) if objections else asked


def in_states(states: Collection[str]) -> ColumnElement[bool]:
    """Alerts that people have left in one of these states, as ``decisions.said_of`` has it."""
    actions, alerts = deeds.actions, schema.alerts
    fresh = or_(actions.c.action != "acknowledge", actions.c.level >= alerts.c.level)
    untouched = case((alerts.c.superseded == 0, OPEN), else_="resolved")
    left = case(LEFT, value=_word(list(LEFT), fresh), else_=untouched)
    return left.in_(sorted({STATES.get(one, one) for one in states}))


def _objection() -> ColumnElement[str]:
    """Where a driver's objection stands, as ``decisions.said_of`` has it."""
    last = _word([OBJECT, ANSWER, "dismiss"])
    return case((last == OBJECT, WAITING), (_word([OBJECT]).is_not(None), ANSWERED), else_="")


def _word(among: Collection[str], *conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    """The last action of some about an alert, as ``decisions.is_about`` has it."""
    actions, alerts = deeds.actions, schema.alerts
    same = [actions.c[name] == alerts.c[name] for name in ("fleet_id", "vehicle_id", "kind", "subject")]
    during = and_(actions.c.first <= alerts.c.last_seen, actions.c.seen >= alerts.c.first_seen)
    about = or_(actions.c.alert_id == alerts.c.alert_id, during)
    found = select(actions.c.action).where(*same, about, actions.c.action.in_(among), *conditions)
    return found.order_by(actions.c.id.desc()).limit(1).scalar_subquery()


def _last(rows: Sequence[Row]) -> list[str]:
    return [row["last_event_id"] for row in rows]
