"""Actions: what people decide about alerts, appended to the record; nothing a machine does touches them."""

from sqlalchemy import bindparam, func, insert, select

from streams.alert_rules import PRIORITIES
from streams.alerts import STATES
from streams.record import taken_down
from streams.store import schema
from streams.store.store import Store, rows_of
from streams.tables import clock

URGENCY = {priority: rank for rank, priority in enumerate(PRIORITIES)}
ACTIONS = (*STATES, "note")
PUT_AWAY = ("resolve", "dismiss")
NEEDS_REASON = ("dismiss", "note")


class ActionError(Exception):
    """An action on an alert that is not there, or without what it needs."""


def act(store: Store, alert_id: str, action: str, actor: str, reason: str, now: float) -> str:
    """Append an action to the alert whose id is, or begins with, ``alert_id``; its whole id.

    ``now`` is the wall clock (UTC epoch s); where a feed runs behind it, that one's time is recorded.
    A resolved or dismissed alert is taken down from its topic.
    """
    if action in NEEDS_REASON and not reason:
        raise ActionError(f"to {action} an alert needs a reason (--reason): it stays on record")
    with store.writing() as connection:
        alerts = schema.alerts
        found = rows_of(
            connection, select(alerts).where(alerts.c.alert_id.startswith(alert_id, autoescape=True)).limit(2)
        )
        if len(found) != 1:
            many = "more than one alert has an id" if found else "no alert has an id"
            raise ActionError(f"{many} that begins with {alert_id!r}; see 'tripmeter alerts list'")
        at = clock(connection, now)
        full: str = found[0]["alert_id"]
        seen = found[0]["last_start"]
        row = {"alert_id": full, "at": at, "actor": actor, "action": action, "seen": seen, "reason": reason}
        connection.execute(insert(schema.actions), row)
        if action in PUT_AWAY:
            connection.execute(insert(schema.outbox), taken_down(found[0], "mqtt"))
    return full


_SEEN = select(func.max(schema.actions.c.seen)).where(
    schema.actions.c.alert_id == bindparam("alert"), schema.actions.c.action.in_(PUT_AWAY)
)


def put_away(store: Store, alert_id: str) -> float | None:
    """Start of the newest event people had seen of an alert when they resolved or dismissed it; None: they have not."""
    with store.reading() as connection:
        return connection.execute(_SEEN, {"alert": alert_id}).scalar()
