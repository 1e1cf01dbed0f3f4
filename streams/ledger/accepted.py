"""Accepted: the insurer's word on what a fleet says - its own thresholds, and alerts that it has dismissed."""

from sqlalchemy import Connection, insert, select

from streams.desk.actions import ActionError, find
from streams.desk.decisions import is_about, key_of
from streams.desk.desk import Desk
from streams.ledger.chains import LedgerError
from streams.store import schema
from streams.store.accounts import disputes, rules


def versions(connection: Connection) -> set[str]:
    """Rule sets by which events may move a premium besides those a tariff pins."""
    return set(connection.execute(select(rules.c.version)).scalars())


def accept(connection: Connection, version: str, actor: str, reason: str, at: float) -> bool:
    """Accept a rule set, in the caller's transaction; whether it had not been. ``LedgerError`` if none is called so."""
    if version in versions(connection):
        return False
    known = {name.partition("+")[0] for name in connection.execute(select(schema.rule_sets.c.version)).scalars()}
    if version not in known:
        raise LedgerError(f"no rule set on record is {version!r}; there is {', '.join(sorted(known)) or 'none'}")
    connection.execute(insert(rules), {"version": version, "at": at, "actor": actor, "reason": reason})
    return True


def conceded(connection: Connection) -> set[int]:
    """Numbers of the dismissals (rows of ``actions``) whose events move no premium any more."""
    return set(connection.execute(select(disputes.c.action_id)).scalars())


def concede(connection: Connection, alert_id: str, actor: str, reason: str, at: float) -> tuple[str, bool]:
    """Accept that an alert was dismissed, in the caller's transaction; its whole id, and whether it had not been."""
    try:
        alert = find(connection, alert_id)
    except ActionError as error:
        raise LedgerError(str(error)) from error
    said = [row for row in Desk(connection, [key_of(alert)]).actions[key_of(alert)] if is_about(row, alert)]
    numbers = [row["id"] for row in said if row["action"] == "dismiss"]
    if not numbers:
        raise LedgerError(f"nobody has dismissed alert {alert['alert_id']}: there is nothing to accept")
    new = numbers[-1] not in conceded(connection)
    if new:
        connection.execute(insert(disputes), {"action_id": numbers[-1], "at": at, "actor": actor, "reason": reason})
    return str(alert["alert_id"]), new
