"""Disputes over HTTP: what fleets have dismissed, and what the insurer makes of it."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import polars as pl
from sqlalchemy import Connection, select

from console import said
from console.api.alerts import events_of
from console.api.pricing import private
from console.disputed import Dispute, DisputeDetail, Effect, Judgement
from console.endpoint import Ask, Endpoint
from console.fleets import seen
from console.gate.access import ADMIN, DRIVER, PRICING, UNDERWRITER
from console.gate.problems import Problem
from console.lists.sorting import Sorted, by, page
from console.reckoning.figures import figures, rows
from console.shapes import Page
from pricing.risks import parted
from streams import tables
from streams.desk import actions
from streams.desk.decisions import OBJECT, is_about, key_of, taken_back
from streams.desk.desk import Desk
from streams.ledger import accepted, exposed
from streams.messages import iso
from streams.store import accounts, audit, deeds, schema
from streams.store.store import named, rows_of

ACCEPTED, OPENED = "accepted", "opened"
JUDGING = frozenset({UNDERWRITER, ADMIN})
PREMIUM = ["fleet_id", "vehicle_id", "policy_id", "cover", "valid_from", "valid_to"]
Row = dict[str, Any]


class About(NamedTuple):
    """What is on record beside a dismissal."""

    alert: Row  # as it is now; empty: it is on record no more
    objections: list[str]  # of its driver
    opened: bool  # its fleet has taken it back


COLUMNS = by(Dispute, "disputes")


def disputes(ask: Ask) -> Page[Dispute]:
    """What fleets have dismissed, the newest first."""
    table = deeds.actions
    with ask.world.store.reading() as connection:
        query = select(table).where(table.c.action == "dismiss").order_by(table.c.id.desc())
        found = [row for row in rows_of(connection, query) if ask.scope.sees(row["fleet_id"], row["vehicle_id"])]
        judged, about = _judged(connection), _about(connection, found)
    hidden = private(ask)

    def shown(row: Row) -> Dispute:
        dispute = _dispute(row, judged.get(row["id"]), about[row["id"]])
        return _hidden(dispute) if hidden else dispute

    return page([shown(row) for row in found], ask.query, lambda one: str(one.action_id), lambda one: one, COLUMNS)


def one(ask: Ask) -> DisputeDetail:
    """A dismissal with its events, and what it would do to premiums."""
    made = figures(ask.world)
    with ask.world.store.reading() as connection:
        row = _dismissal(ask, connection)
        alert = _about(connection, [row])[row["id"]].alert
        events = events_of(connection, alert) if alert and not private(ask) else []
    told = [said.event(event, ask.scope) for event in events]
    effects = made.worked(("dispute", row["id"]), lambda: _effects(ask, row))
    return DisputeDetail(**msgspec.structs.asdict(_again(ask, row)), events=told, effects=effects)


def _about(connection: Connection, rows: Sequence[Row]) -> dict[int, About]:
    """By number, what is on record beside some dismissals."""
    found = named(connection, schema.alerts.c.alert_id, [row["alert_id"] for row in rows])
    alerts = {row["alert_id"]: row for row in found}
    desk = Desk(connection, [key_of(row) for row in rows])
    return {row["id"]: _beside(row, alerts.get(row["alert_id"], {}), desk.actions[key_of(row)]) for row in rows}


def _beside(row: Row, alert: Row, actions: Sequence[Row]) -> About:
    words = [one for one in actions if (one["action"], one["value"]) == (OBJECT, DRIVER) and alert]
    return About(alert, [one["reason"] for one in words if is_about(one, alert)], taken_back(row, actions))


def _effects(ask: Ask, row: Row) -> list[Effect]:
    """Premiums that are others with the dismissed events than without them."""
    world, risks, found = ask.world, figures(ask.world).risks(), list[Effect]()
    rules, own = world.rules, pl.col("fleet_id") == row["fleet_id"]
    parts = [(rules.tariff, None)] if risks is None else parted(risks, rules.tariff, rules.others)
    with world.store.reading() as connection:
        taken, now = accepted.conceded(connection), tables.moment(world.now(connection))
        for tariff, part in parts:
            if part is not None and part.filter(own).is_empty():
                continue
            with_, without = (
                exposed.amounts(connection, tariff, part, now, conceded=numbers).filter(own)
                for numbers in (taken - {row["id"]}, taken | {row["id"]})
            )
            both = with_.join(without.select(*PREMIUM, without="amount"), on=PREMIUM, maintain_order="left")
            found += [_effect(one, tariff.status) for one in rows(both) if _moved(row, one)]
    return found


def _moved(row: Row, premium: Row) -> bool:
    return bool(premium["vehicle_id"] == row["vehicle_id"] or premium["amount"] != premium["without"])


def _effect(row: Row, status: str) -> Effect:
    days: Row = {name: str(row[name])[:10] for name in ("valid_from", "valid_to")}
    same = ("policy_id", "cover", "amount", "without", "currency")
    return Effect(**{name: row[name] for name in same}, vehicle=said.name(row), status=status, **days)


def accept(ask: Ask) -> Dispute:
    """The events of a dismissed alert, as far as the dismissal that was judged goes, move no premium any more."""
    with ask.world.store.writing() as connection:
        row = _judging(ask, connection)
        accepted.concede(connection, row["alert_id"], ask.who.login, ask.body.reason, time.time(), row["id"])
    figures(ask.world).afresh()
    return _again(ask, row)


def refuse(ask: Ask) -> Dispute:
    """A dismissal moves no premium; who dismissed can read why in the alert's history."""
    with ask.world.store.reading() as connection:
        row = _judging(ask, connection)
        if row["id"] in _judged(connection):
            raise Problem(409, "judged", "it has been accepted or refused already")
    why = f"dispute refused: {ask.body.reason}"
    actions.act(ask.world.store, row["alert_id"], "note", ask.who.login, why, ask.world.clock())
    detail = {"action": row["id"], "reason": ask.body.reason}
    with ask.world.store.writing() as connection:
        entry = audit.Entry(ask.who.login, "ledger.refused", row["fleet_id"], row["alert_id"], detail)
        audit.record(connection, [entry])
    return _again(ask, row)


def _judging(ask: Ask, connection: Connection) -> Row:
    """The dismissal that is judged; 409 if the fleet has taken it back, or dismissed again since that was seen."""
    row, wanted = _dismissal(ask, connection), seen(ask)
    now, opened = _shown(ask, connection, row), _about(connection, [row])[row["id"]].opened
    if wanted not in ("", str(row["id"])):
        raise Problem(409, "changed", "it has been dismissed again meanwhile", current=now)
    if opened and now.state != ACCEPTED:
        raise Problem(409, "opened", "its fleet has opened the alert again: nothing is left to judge", current=now)
    return row


def _dismissal(ask: Ask, connection: Connection) -> Row:
    """The last dismissal of the alert of a path."""
    table = deeds.actions
    query = select(table).where(table.c.action == "dismiss", table.c.alert_id == ask.parts["id"])
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
        found[row["action_id"]] = (ACCEPTED, row["actor"], row["reason"])
    return found


def _again(ask: Ask, row: Row) -> Dispute:
    with ask.world.store.reading() as connection:
        return _shown(ask, connection, row)


def _shown(ask: Ask, connection: Connection, row: Row) -> Dispute:
    found = _dispute(row, _judged(connection).get(row["id"]), _about(connection, [row])[row["id"]])
    return _hidden(found) if private(ask) else found


def _hidden(found: Dispute) -> Dispute:
    """The same for who may know of no behaviour."""
    nothing: Row = dict.fromkeys(("first_seen", "last_seen", "level", "count"))
    return msgspec.structs.replace(found, kind="", why="", reason="", objections=[], **nothing)


def _dispute(row: Row, judged: tuple[str, str, str] | None, about: About) -> Dispute:
    state, by, why = judged or (OPENED if about.opened else "waiting", None, None)
    alert = about.alert
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
        first_seen=said.moment(alert.get("first_seen")),
        last_seen=said.moment(alert.get("last_seen")),
        level=alert.get("level"),
        count=alert.get("count"),
        objections=about.objections,
    )


_ONE = "/pricing/disputes/{id}"
LISTS = (Endpoint("GET", "/pricing/disputes", disputes, "ledger", "Dismissals", PRICING, Page[Dispute], query=Sorted),)
ENDPOINTS = (
    Endpoint("GET", _ONE, one, "ledger", "A dismissal in full", PRICING, DisputeDetail),
    *[
        Endpoint(
            *("POST", f"{_ONE}/{path}", work, "ledger", f"{path.capitalize()} a dismissal; 409 if made anew", JUDGING),
            *(Dispute, Judgement),
            headers=("If-Match",),
        )
        for path, work in {"accept": accept, "refuse": refuse}.items()
    ],
)
