"""Disputes over HTTP: what fleets have dismissed, and what the insurer makes of it."""

import time
from typing import Annotated, Any

import msgspec
from sqlalchemy import select

from console.access import ADMIN, PRICING, UNDERWRITER
from console.endpoint import Ask, Body, Endpoint, Shape
from console.figures import figures
from console.pages import Paged, page
from console.problems import Problem
from console.shapes import Page
from streams.desk import actions
from streams.ledger import accepted
from streams.messages import iso
from streams.store import accounts, audit, deeds
from streams.store.store import rows_of

JUDGING = frozenset({UNDERWRITER, ADMIN})
Row = dict[str, Any]


class Dispute(Shape):
    """A dismissal by a fleet, and what the insurer makes of it."""

    action_id: int
    alert_id: str
    vehicle: str
    kind: str
    at: str
    actor: str
    why: str
    reason: str
    state: str  # waiting, accepted, refused
    judged_by: str | None
    judgement: str | None


class Judgement(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; it stays on record."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


def disputes(ask: Ask) -> Page[Dispute]:
    """What fleets have dismissed, the newest first."""
    table = deeds.actions
    with ask.world.store.reading() as connection:
        query = select(table).where(table.c.action == "dismiss").order_by(table.c.id.desc())
        found = [row for row in rows_of(connection, query) if ask.scope.sees(row["fleet_id"], row["vehicle_id"])]
        judged = _judged(connection)
    return page(found, ask.query, lambda row: str(row["id"]), lambda row: _dispute(row, judged.get(row["id"])))


def accept(ask: Ask) -> Dispute:
    """The events of a dismissed alert move no premium any more."""
    row, now = _dismissal(ask), time.time()
    with ask.world.store.writing() as connection:
        accepted.concede(connection, row["alert_id"], ask.who.login, ask.body.reason, now)
        _noted(connection, ask, row, "ledger.conceded")
    figures(ask.world).afresh()
    return _again(ask, row)


def refuse(ask: Ask) -> Dispute:
    """A dismissal moves no premium; who dismissed can read why in the alert's history."""
    row = _dismissal(ask)
    with ask.world.store.reading() as connection:
        if row["id"] in accepted.conceded(connection):
            raise Problem(409, "judged", "it has been accepted already")
    said = f"dispute refused: {ask.body.reason}"
    actions.act(ask.world.store, row["alert_id"], "note", ask.who.login, said, ask.world.clock())
    with ask.world.store.writing() as connection:
        _noted(connection, ask, row, "ledger.refused")
    return _again(ask, row)


def _noted(connection: Any, ask: Ask, row: Row, action: str) -> None:
    detail = {"action": row["id"], "reason": ask.body.reason}
    audit.record(connection, [audit.Entry(ask.who.login, action, row["fleet_id"], row["alert_id"], detail)])


def _dismissal(ask: Ask) -> Row:
    """The last dismissal of the alert of a path."""
    table = deeds.actions
    query = select(table).where(table.c.action == "dismiss", table.c.alert_id == ask.parts["id"])
    with ask.world.store.reading() as connection:
        found = rows_of(connection, query.order_by(table.c.id.desc()).limit(1))
    if not found or not ask.scope.sees(found[0]["fleet_id"], found[0]["vehicle_id"]):
        raise Problem(404, "no_dispute", f"nobody has dismissed alert {ask.parts['id']!r}")
    return found[0]


def _judged(connection: Any) -> dict[int, tuple[str, str, str]]:
    """By dismissal: accepted or refused, by whom, why."""
    found = {}
    for row in audit.read(connection, action="ledger.refused"):
        detail = msgspec.json.decode(row["detail"]) if row["detail"] else {}
        found[detail.get("action", 0)] = ("refused", row["actor"], detail.get("reason", ""))
    for row in rows_of(connection, select(accounts.disputes)):
        found[row["action_id"]] = ("accepted", row["actor"], row["reason"])
    return found


def _again(ask: Ask, row: Row) -> Dispute:
    with ask.world.store.reading() as connection:
        return _dispute(row, _judged(connection).get(row["id"]))


def _dispute(row: Row, judged: tuple[str, str, str] | None) -> Dispute:
    state, by, why = judged or ("waiting", None, None)
    return Dispute(
        action_id=row["id"],
        alert_id=row["alert_id"],
        vehicle=f"{row['fleet_id']}/{row['vehicle_id']}",
        kind=row["kind"],
        at=iso(row["at"]),
        actor=row["actor"],
        why=row["value"],
        reason=row["reason"],
        state=state,
        judged_by=by,
        judgement=why,
    )


LISTS = (Endpoint("GET", "/pricing/disputes", disputes, "ledger", "Dismissals", PRICING, Page[Dispute], query=Paged),)
ENDPOINTS = (
    Endpoint(
        *("POST", "/pricing/disputes/{id}/accept", accept, "ledger", "Accept a dismissal", JUDGING, Dispute),
        takes=Judgement,
    ),
    Endpoint(
        *("POST", "/pricing/disputes/{id}/refuse", refuse, "ledger", "Refuse a dismissal", JUDGING, Dispute),
        takes=Judgement,
    ),
)
