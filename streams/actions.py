"""Actions: what people decide about alerts, appended to the record; nothing a machine does touches them."""

import math

from sqlalchemy import func, insert, select

from streams.alerts import PRIORITIES, STATES
from streams.record import taken_down
from streams.store import schema
from streams.store.store import Store, rows_of

URGENCY = {priority: rank for rank, priority in enumerate(PRIORITIES)}
ACTIONS = (*STATES, "note")
PUT_AWAY = ("resolve", "dismiss")


class ActionError(Exception):
    """An action on an alert that is not there, or without what it needs."""


def act(store: Store, alert_id: str, action: str, actor: str, reason: str, now: float) -> str:
    """Append an action to the alert whose id is, or begins with, ``alert_id``; its whole id.

    ``now`` is the wall clock (UTC epoch s); on a feed that runs behind it the newest event time counts instead.
    A resolved or dismissed alert is taken down from its topic.
    """
    if action == "dismiss" and not reason:
        raise ActionError("a dismissal needs a reason: it stays on record")
    with store.writing() as connection:
        alerts = schema.alerts
        found = rows_of(
            connection, select(alerts).where(alerts.c.alert_id.startswith(alert_id, autoescape=True)).limit(2)
        )
        if len(found) != 1:
            many = "more than one alert has an id" if found else "no alert has an id"
            raise ActionError(f"{many} that begins with {alert_id!r}; see 'tripmeter alerts list'")
        newest = connection.execute(select(func.max(schema.segments.c.end))).scalar()
        at = min(now, math.inf if newest is None else newest)
        full: str = found[0]["alert_id"]
        row = {"alert_id": full, "at": at, "actor": actor, "action": action, "reason": reason}
        connection.execute(insert(schema.actions), row)
        if action in PUT_AWAY:
            connection.execute(insert(schema.outbox), taken_down(found[0], "mqtt"))
    return full
