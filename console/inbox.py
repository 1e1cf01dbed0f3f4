"""Inbox: alerts as people have left them, chosen by what is asked, for lists, details and the stream."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from console.access import Scope
from streams.alert_rules import PRIORITIES
from streams.desk.decisions import key_of
from streams.desk.desk import Desk
from streams.store import schema
from streams.store.store import named, rows_of

Row = dict[str, Any]

MOST = 5_000  # alerts looked through for one list, the newest
STATES = {"acked": "acknowledged"}
URGENCY = {name: rank for rank, name in enumerate(PRIORITIES)}


def found(
    connection: Connection,
    scope: Scope,
    now: float,
    *,
    vehicle: tuple[str, str] | None = None,
    driver: str = "",
    kinds: Collection[str] = (),
    priorities: Collection[str] = (),
    between: tuple[float | None, float | None] = (None, None),
    standing: bool = False,
    most: int = MOST,
) -> tuple[list[Row], Desk]:
    """Alerts laid out, the newest first, and the desk they lie on; ``standing``: that no later one has followed."""
    alerts = schema.alerts
    query = select(alerts)
    if vehicle:
        query = query.where(alerts.c.fleet_id == vehicle[0], alerts.c.vehicle_id == vehicle[1])
    if driver or scope.driver_id:
        query = query.where(alerts.c.driver_id == (scope.driver_id or driver))
    for column, wanted in ((alerts.c.kind, kinds), (alerts.c.priority, priorities), (alerts.c.fleet_id, scope.fleets)):
        query = query.where(column.in_(wanted)) if wanted else query
    if between[0] is not None:
        query = query.where(alerts.c.last_seen >= between[0])
    if between[1] is not None:
        query = query.where(alerts.c.first_seen < between[1])
    if standing:
        query = query.where(alerts.c.superseded == 0)
    query = query.order_by(alerts.c.last_seen.desc(), alerts.c.alert_id).limit(most)
    return laid(connection, [row for row in rows_of(connection, query) if scope.row(row)], now)


def these(connection: Connection, ids: Sequence[str], now: float) -> tuple[list[Row], Desk]:
    """The alerts of these ids."""
    return laid(connection, named(connection, schema.alerts.c.alert_id, ids), now)


def laid(connection: Connection, rows: Sequence[Row], now: float) -> tuple[list[Row], Desk]:
    """Rows of the alerts table with what people made of them, and where their last event was."""
    desk = Desk(connection, [key_of(row) for row in rows])
    events = {row["event_id"]: row for row in named(connection, schema.events.c.event_id, _last(rows))}
    found = []
    for row in rows:
        last = events.get(row["last_event_id"], {})
        found.append(desk.laid_out(row, now) | {one: last.get(one) for one in ("lat_deg", "lon_deg")})
    return found, desk


def in_states(rows: Sequence[Row], states: Collection[str]) -> list[Row]:
    """Those in one of these states; none said: all."""
    wanted = {STATES.get(one, one) for one in states}
    return [row for row in rows if not wanted or row["state"] in wanted]


def urgent(rows: Sequence[Row]) -> list[Row]:
    """The most urgent first, of these the latest."""
    return sorted(rows, key=lambda row: (URGENCY[row["priority"]], -row["last_seen"], row["alert_id"]))


def _last(rows: Sequence[Row]) -> list[str]:
    return [row["last_event_id"] for row in rows]
