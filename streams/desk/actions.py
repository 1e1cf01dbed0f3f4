"""Actions: what people decide about alerts, appended to the record; nothing a machine does touches them."""

import math
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select

from streams.alert_rules import PRIORITIES
from streams.desk import decisions
from streams.desk.decisions import ANSWER, DISMISSALS, OBJECT, PUT_AWAY, STATES, key_of
from streams.desk.desk import Desk
from streams.messages import taken_down
from streams.store import deeds, schema
from streams.store.audit import Entry, record
from streams.store.marks import clock
from streams.store.store import Store, rows_of
from streams.words import say

Row = dict[str, Any]

URGENCY = {priority: rank for rank, priority in enumerate(PRIORITIES)}
ACTIONS = (*STATES, "assign", "note", OBJECT, ANSWER)
SHELVING = ("shelve", "unshelve")
SAME = ("alert_id", "fleet_id", "vehicle_id", "kind", "action", "value", "reason", "seen", "level", "until")


class ActionError(Exception):
    """An action on an alert that is not there, or without what it needs."""


def act(
    store: Store,
    alert_id: str,
    action: str,
    actor: str,
    reason: str,
    now: float,
    value: str = "",
    unchanged: Callable[[Connection, Row], None] | None = None,
) -> str:
    """Append an action to the alert whose id is, or begins with, ``alert_id``; its whole id.

    ``value`` is the assignee (empty: nobody), or why it is dismissed (of ``DISMISSALS``). ``now`` is the wall clock
    (UTC epoch s); where a feed runs behind it, that one's time is recorded. A resolved or dismissed alert is taken
    down from its topic. The same said twice is on record once. ``unchanged`` may refuse, by what it raises, an alert
    that is not as somebody saw it.
    """
    _check(action, reason, value)
    with store.writing() as connection:
        alert = find(connection, alert_id)
        if unchanged is not None:
            unchanged(connection, alert)
        row = {name: alert[name] for name in ("alert_id", "fleet_id", "vehicle_id", "kind", "subject", "level")}
        row |= {"first": alert["first_seen"], "seen": alert["last_start"], "until": None}
        row |= {"actor": actor, "action": action, "value": value, "reason": reason}
        if _append(connection, row, now):
            if action in PUT_AWAY:
                store.home(connection, alert["fleet_id"], alert["vehicle_id"])
                connection.execute(insert(schema.outbox), taken_down(alert, "mqtt"))
            record(connection, [Entry(actor, f"alerts.{action}", row["fleet_id"], row["alert_id"], _said(row))])
    return str(alert["alert_id"])


def shelve(
    store: Store,
    fleet_id: str,
    actor: str,
    reason: str,
    now: float,
    *,
    vehicle_id: str = "",
    kind: str = "",
    until: float | None,
) -> None:
    """Page nobody of a fleet, a vehicle or a kind until ``until`` (UTC epoch s); None ends that."""
    if until is not None and not reason:
        raise ActionError(say("shelf_reason"))
    if until is not None and not (math.isfinite(until) and until > now):
        raise ActionError(say("shelf_end"))
    if not fleet_id:
        raise ActionError(say("shelf_whose"))
    row: Row = {"alert_id": "", "fleet_id": fleet_id, "vehicle_id": vehicle_id, "kind": kind, "subject": ""}
    row |= {"first": None, "seen": None, "level": None, "until": until, "value": ""}
    with store.writing() as connection:
        action = "unshelve" if until is None else "shelve"
        if _append(connection, row | {"actor": actor, "action": action, "reason": reason}, now):
            about = " ".join(filter(None, (vehicle_id, kind)))
            record(connection, [Entry(actor, f"alerts.{action}", fleet_id, about, {"until": until, "reason": reason})])


def find(connection: Connection, alert_id: str) -> Row:
    """The one alert whose id is, or begins with, ``alert_id``."""
    alerts = schema.alerts
    found = rows_of(connection, select(alerts).where(alerts.c.alert_id.startswith(alert_id, autoescape=True)).limit(2))
    if len(found) != 1:
        raise ActionError(say("alerts_several" if found else "alert_none", name=repr(alert_id)))
    return found[0]


_ABOUT = ("fleet_id", "vehicle_id", "kind", "subject", "alert_id", "first_seen", "last_seen")
_SEEN = select(
    func.max(deeds.actions.c.seen)
).where(  # as decisions.said_of has it; asked for at every alert told
    *[deeds.actions.c[name] == bindparam(name) for name in _ABOUT[:4]],
    deeds.actions.c.action.in_(PUT_AWAY),
    or_(
        deeds.actions.c.alert_id == bindparam("alert_id"),
        and_(deeds.actions.c.first <= bindparam("last_seen"), deeds.actions.c.seen >= bindparam("first_seen")),
    ),
)


def put_away(store: Store, alert: Row) -> float | None:
    """Start of the newest event people had seen of an alert when they resolved or dismissed it; None: they have not."""
    about = {name: alert[name] for name in _ABOUT}
    return store.ask(lambda connection: connection.execute(_SEEN, about).scalar())


def history(connection: Connection, alert: Row) -> list[Row]:
    """What people did about an alert, in order."""
    return [row for row in Desk(connection, [key_of(alert)]).actions[key_of(alert)] if decisions.is_about(row, alert)]


def _check(action: str, reason: str, value: str) -> None:
    if action not in ACTIONS:
        raise ActionError(say("no_action", value=repr(action), known=", ".join(ACTIONS)))
    if action in ("note", OBJECT, ANSWER) and not reason:
        raise ActionError(say("action_reason", action=action))
    if action == "dismiss" and value and value not in DISMISSALS:
        raise ActionError(say("no_dismissal", value=repr(value), known=", ".join(DISMISSALS)))
    if action == "dismiss" and value in ("", "other") and not reason:
        raise ActionError(say("dismissal_reason"))


def _said(row: Row) -> Row:
    return {name: row[name] for name in ("vehicle_id", "kind", "value", "reason") if row[name]}


def _append(connection: Connection, row: Row, now: float) -> bool:
    """Add an action, unless it says what the last of its kind about the same has said already."""
    actions = deeds.actions
    same = [actions.c[name] == row[name] for name in ("alert_id", "fleet_id", "vehicle_id", "kind")]
    family = next(group for group in (tuple(STATES), SHELVING, (row["action"],)) if row["action"] in group)
    query = select(actions).where(*same, actions.c.action.in_(family)).order_by(actions.c.id.desc()).limit(1)
    last = rows_of(connection, query)
    if last and all(last[0][name] == row[name] for name in SAME):
        return False
    connection.execute(insert(actions), row | {"at": clock(connection, now)})
    return True
