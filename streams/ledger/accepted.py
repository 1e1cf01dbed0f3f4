"""Accepted: the insurer's word on what a fleet says - its own thresholds, alerts that it has dismissed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from pricing.canonical import moment
from streams.desk.actions import ActionError, find
from streams.desk.decisions import is_about, key_of, taken_back
from streams.desk.desk import Desk
from streams.ledger.chains import LedgerError, not_sealed
from streams.rules import ROADS
from streams.store import audit, schema
from streams.store.accounts import disputes, rules
from streams.words import say


def versions(connection: Connection) -> set[str]:
    """Rule sets by which events may move a premium besides those a tariff pins."""
    return set(connection.execute(select(rules.c.version)).scalars())


def accept(connection: Connection, version: str, actor: str, reason: str, at: float) -> str:
    """Accept a rule set, in the caller's transaction; ``LedgerError`` if none on record is called so."""
    known = {name.partition(ROADS)[0] for name in connection.execute(select(schema.rule_sets.c.version)).scalars()}
    if version not in known | versions(connection):
        raise LedgerError(f"no rule set on record is {version!r}; there is {', '.join(sorted(known)) or 'none'}")
    _give(connection, rules, version, audit.Entry(actor, "ledger.accept", about=version), reason, at)
    return version


def conceded(connection: Connection) -> set[int]:
    """Numbers of the dismissals (rows of ``actions``) whose events move no premium any more."""
    return set(connection.execute(select(disputes.c.action_id)).scalars())


def concede(
    connection: Connection, alert_id: str, actor: str, reason: str, at: float, dismissal: int | None = None
) -> str:
    """Accept that an alert was dismissed, in the caller's transaction; its whole id.

    ``dismissal`` is the number of the one that was judged; None: the last. One that its fleet has taken back cannot
    be accepted any more; what was accepted before that stays so.
    """
    try:
        alert = find(connection, alert_id)
    except ActionError as error:
        raise LedgerError(*error.args) from error
    said = [row for row in Desk(connection, [key_of(alert)]).actions[key_of(alert)] if is_about(row, alert)]
    name, found = str(alert["alert_id"]), [row for row in said if row["action"] == "dismiss"]
    judged = found[-1:] if dismissal is None else [one for one in found if one["id"] == dismissal]
    if not judged:
        raise LedgerError(say("nothing_dismissed", name=name))
    number = judged[0]["id"]
    if number not in conceded(connection) and taken_back(judged[0], said):
        raise LedgerError(say("dismissal_opened", name=name))
    _give(connection, disputes, number, audit.Entry(actor, "ledger.concede", about=name), reason, at)
    return name


def _give(connection: Connection, table: Table, about: Any, entry: audit.Entry, reason: str, at: float) -> None:
    """Put a word on record, and into the audit log; given again it changes nothing."""
    (key,) = table.primary_key.columns
    if connection.execute(select(key).where(key == about)).first() is None:
        not_sealed(connection, moment(datetime.fromtimestamp(at, UTC)))
        connection.execute(insert(table), {key.name: about, "at": at, "actor": entry.actor, "reason": reason})
        audit.record(connection, [entry._replace(detail={"reason": reason})])
