"""Accepted: the insurer's word on what a fleet says - its own thresholds, alerts that it has dismissed, who drove."""

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from pricing.canonical import moment
from streams.desk.actions import ActionError, find
from streams.desk.decisions import is_about, key_of
from streams.desk.desk import Desk
from streams.ledger.chains import LedgerError, not_sealed
from streams.registry import Registry, stored
from streams.registry.periods import Fleets, seconds
from streams.registry.rows import DriverAssignment
from streams.rules import ROADS
from streams.store import audit, schema
from streams.store.accounts import disputes, drivers, rules

Span = tuple[float, float, str]  # from, to (UTC epoch s), driver
Driven = dict[tuple[str, float], tuple[float, str]]  # by vehicle and from: to, driver; infinite without a bound


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


def concede(connection: Connection, alert_id: str, actor: str, reason: str, at: float) -> str:
    """Accept that an alert was dismissed, in the caller's transaction; its whole id."""
    try:
        alert = find(connection, alert_id)
    except ActionError as error:
        raise LedgerError(str(error)) from error
    said = [row for row in Desk(connection, [key_of(alert)]).actions[key_of(alert)] if is_about(row, alert)]
    numbers = [row["id"] for row in said if row["action"] == "dismiss"]
    name = str(alert["alert_id"])
    if not numbers:
        raise LedgerError(f"nobody has dismissed alert {name}: there is nothing to accept")
    _give(connection, disputes, numbers[-1], audit.Entry(actor, "ledger.concede", about=name), reason, at)
    return name


def words(connection: Connection) -> int:
    """How often the insurer has said whose assignments of drivers it accepts."""
    return int(connection.execute(select(func.max(drivers.c.number))).scalar() or 0)


def assigned(connection: Connection) -> dict[tuple[str, str], list[Span]]:
    """Accepted assignments by (fleet id, vehicle id), ascending; of a fleet those of the last word on it."""
    last = (
        select(drivers.c.fleet_id, func.max(drivers.c.number).label("number")).group_by(drivers.c.fleet_id).subquery()
    )
    query = select(drivers).join(last, drivers.c.number == last.c.number)
    found: dict[tuple[str, str], list[Span]] = {}
    for row in connection.execute(query.order_by(drivers.c.start)):
        span = (row.start, math.inf if row.end is None else row.end, row.driver_id)
        found.setdefault((row.fleet_id, row.vehicle_id), []).append(span)
    return found


def registered(registry: Registry) -> dict[str, Driven]:
    """By fleet, who drove as the registry has it; of two assignments that begin together the last one counts."""
    fleets = Fleets(registry)
    found: dict[str, Driven] = {}
    rows = registry.of(DriverAssignment)
    for vehicle_id, start, end, driver_id, fleet_id in sorted(
        (row.vehicle_id, *seconds(row, fleets), row.driver_id, fleets.fleet_of(row)) for row in rows
    ):
        found.setdefault(fleet_id, {})[vehicle_id, start] = end, driver_id
    return found


def accept_drivers(connection: Connection, fleet_id: str, actor: str, reason: str, at: float) -> int:
    """Accept who drove as the registry has it of a fleet now, in the place of what was accepted of it before.

    In the caller's transaction; how many assignments. ``LedgerError`` if there are none.
    """
    said = registered(stored.read(connection)).get(fleet_id)
    if not said:
        raise LedgerError(f"the registry assigns no driver in fleet {fleet_id!r}: there is nothing to accept")
    not_sealed(connection, moment(datetime.fromtimestamp(at, UTC)))
    same = {"number": words(connection) + 1, "fleet_id": fleet_id, "at": at, "actor": actor, "reason": reason}
    rows = [
        {"vehicle_id": vehicle_id, "start": start, "end": _end(end), "driver_id": driver_id}
        for (vehicle_id, start), (end, driver_id) in said.items()
    ]
    connection.execute(insert(drivers), [same | row for row in rows])
    entry = audit.Entry(actor, "ledger.accept_drivers", fleet_id, detail={"assignments": len(rows), "reason": reason})
    audit.record(connection, [entry])
    return len(rows)


def _end(t: float) -> float | None:
    return None if math.isinf(t) else t


def _give(connection: Connection, table: Table, about: Any, entry: audit.Entry, reason: str, at: float) -> None:
    """Put a word on record, and into the audit log; given again it changes nothing."""
    (key,) = table.primary_key.columns
    if connection.execute(select(key).where(key == about)).first() is None:
        not_sealed(connection, moment(datetime.fromtimestamp(at, UTC)))
        connection.execute(insert(table), {key.name: about, "at": at, "actor": entry.actor, "reason": reason})
        audit.record(connection, [entry._replace(detail={"reason": reason})])
