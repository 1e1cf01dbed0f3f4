"""Desk: reads what is on record of alerts - people's actions, notices, shelves - and lays it beside each alert."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, Table, select, tuple_

from streams.desk import decisions
from streams.desk.decisions import Row, key_of
from streams.desk.paging import HELD, PAGED
from streams.store import deeds, schema
from streams.store.store import rows_of

FLAP_S = 600.0
AT_ONCE = 500

Key = tuple[str, str, str, str]


class Desk:
    """Actions and notices by what they are about, of all alerts or of those of some ``keys``."""

    def __init__(self, connection: Connection, keys: Iterable[Key] | None = None) -> None:
        wanted = None if keys is None else sorted(set(keys))
        self.actions = _by_key(connection, deeds.actions, deeds.actions.c.alert_id != "", wanted)
        self.notices = _by_key(connection, deeds.notices, deeds.notices.c.alert_id != "", wanted)
        self.shelved = shelved(connection)

    def said(self, alert: Row) -> decisions.Said:
        """Where people's actions have left an alert."""
        return decisions.said_of(alert, self.actions[key_of(alert)])

    def told(self, alert: Row) -> list[Row]:
        """Notices about an alert."""
        return [row for row in self.notices[key_of(alert)] if decisions.is_about(row, alert)]

    def laid_out(self, alert: Row, now: float) -> Row:
        """An alert with its state and all that people and pages have added to it, as at ``now``."""
        said, told = self.said(alert), self.told(alert)
        pages = [row["at"] for row in told if row["outcome"] == PAGED]
        held = [row["why"] for row in told if row["outcome"] == HELD]
        return alert | {
            "state": said.state,
            "reason": said.reason,
            "assignee": said.assignee,
            "notes": said.notes,
            "objection": said.objection,
            "paged": min(pages, default=None),
            "held": None if pages or not held else held[-1],
            "escalations": max(len(pages) - 1, 0),
            "shelved_until": decisions.shelved_until(alert, self.shelved, now),
            "flapping": bool(alert["flapping"] and now - alert["last_seen"] <= FLAP_S),
        }


def shelved(connection: Connection) -> list[Row]:
    """Shelves that nobody has taken back, ended ones among them."""
    actions = deeds.actions
    query = select(actions).where(actions.c.action.in_(["shelve", "unshelve"])).order_by(actions.c.id)
    return decisions.shelves(rows_of(connection, query))


def laid_out(connection: Connection, now: float, *conditions: ColumnElement[bool], standing: bool = False) -> list[Row]:
    """Alerts that fulfil ``conditions``, of these all or those that no later one has followed (``standing``), as
    ``Desk.laid_out`` has them."""
    alerts = schema.alerts
    query = select(alerts).where(*conditions).order_by(alerts.c.alert_id)
    rows = rows_of(connection, query.where(alerts.c.superseded == 0) if standing else query)
    desk = Desk(connection, map(key_of, rows) if standing or conditions else None)
    return [desk.laid_out(row, now) for row in rows]


def _by_key(
    connection: Connection, table: Table, which: ColumnElement[bool], keys: Sequence[Key] | None
) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    order = ["id"] if "id" in table.c else ["at", *[column.name for column in table.primary_key]]
    query = select(table).where(which)
    parts = [None] if keys is None else [keys[k : k + AT_ONCE] for k in range(0, len(keys), AT_ONCE)]
    for part in parts:
        rows = rows_of(connection, query if part is None else query.where(*_among(table, part)))
        for row in sorted(rows, key=itemgetter(*order)):  # asked for in order SQLite reads the whole table by its ids
            found[key_of(row)].append(row)
    return found


def _among(table: Table, keys: Sequence[Key]) -> list[ColumnElement[bool]]:
    """Rows of these keys; fleets and vehicles are said by themselves too, for SQLite finds no index for the whole."""
    whole = tuple_(table.c.fleet_id, table.c.vehicle_id, table.c.kind, table.c.subject).in_(keys)
    fleets, vehicles = (sorted({key[k] for key in keys}) for k in range(2))
    return [table.c.fleet_id.in_(fleets), table.c.vehicle_id.in_(vehicles), whole]
