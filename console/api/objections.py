"""Objections over HTTP: a driver's word against an alert, which waits until a manager has answered it."""

from typing import Annotated, Any

import msgspec
from sqlalchemy import select

from console import said
from console.alerts import inbox
from console.alerts.acting import shown
from console.endpoint import Ask, Body, Endpoint, Shape
from console.gate.access import ACTING, DRIVER, OWN
from console.lists import within
from console.lists.pages import Paged, page, words
from console.shapes import Alert, Page
from streams.desk import actions
from streams.desk.decisions import ANSWER, OBJECT, is_about, key_of
from streams.desk.desk import Desk
from streams.messages import iso
from streams.store import schema

OBJECTING = ACTING | {DRIVER}
NOTE = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Row = dict[str, Any]


class Objection(Shape):
    """What a driver has to say about an alert, and what they were told."""

    alert_id: str
    vehicle: str
    driver_id: str | None
    driver_name: str  # empty: nobody has said
    kind: str
    at: str
    actor: str
    note: str
    state: str  # waiting, answered: by words, or by dismissing the alert
    answer: str | None
    answered_by: str | None
    answered_at: str | None


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which objections; ``total`` says how many."""

    state: Annotated[str, msgspec.Meta(description="waiting, answered; empty: all")] = ""
    fleet: str = ""
    site: str = ""


class NewObjection(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a driver has to say about an alert."""

    alert_id: str
    note: NOTE


class Answer(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the driver is told."""

    note: NOTE


def listed(ask: Ask) -> Page[Objection]:
    """Objections, those that wait first, then the newest."""
    alerts, states = schema.alerts, words(ask.query.state)
    placed = within.placed(ask.world.known, alerts, ask.query.fleet, ask.query.site)
    query = select(alerts).where(within.seen(ask.scope, ask.world.known, alerts), placed, inbox.objected())
    with ask.world.store.reading() as connection:
        rows, desk = inbox.found(connection, query, ask.world.now(connection))
    found = [_objection(ask, row, desk) for row in rows if row["objection"]]
    kept = [one for one in found if not states or one.state in states]
    kept.sort(key=lambda one: one.at, reverse=True)
    kept.sort(key=lambda one: one.state != "waiting")
    return page(kept, ask.query, lambda one: one.alert_id, lambda one: one)


def make(ask: Ask) -> Alert:
    """A driver objects to an alert."""
    return _noted(ask, ask.body.alert_id, OBJECT)


def answer(ask: Ask) -> Alert:
    """Answer an objection; its driver reads it."""
    return _noted(ask, ask.parts["id"], ANSWER)


def _noted(ask: Ask, name: str, action: str) -> Alert:
    row = shown(ask, name)[0]
    own = DRIVER if ask.scope.driver_id else ""  # in whose words it is: a manager's are not the driver's
    actions.act(ask.world.store, row["alert_id"], action, ask.who.login, ask.body.note, ask.world.clock(), own)
    return said.alert(*shown(ask, name))


def _objection(ask: Ask, alert: Row, desk: Desk) -> Objection:
    about = [row for row in desk.actions[key_of(alert)] if is_about(row, alert)]
    last = max(k for k, row in enumerate(about) if row["action"] == OBJECT)
    told = next((row for row in reversed(about[last:]) if row["action"] == ANSWER), None)
    return Objection(
        alert_id=alert["alert_id"],
        vehicle=said.name(alert),
        driver_id=alert["driver_id"],
        driver_name=ask.world.known.named(alert["fleet_id"], alert["driver_id"]),
        kind=alert["kind"],
        at=iso(about[last]["at"]),
        actor=about[last]["actor"],
        note=about[last]["reason"],
        state=alert["objection"],
        answer=told["reason"] if told else None,
        answered_by=told["actor"] if told else None,
        answered_at=iso(told["at"]) if told else None,
    )


LISTS = (Endpoint("GET", "/objections", listed, "alerts", "Objections of drivers", OWN, Page[Objection], query=Wanted),)
ENDPOINTS = (
    Endpoint("POST", "/objections", make, "alerts", "Object to an alert", OBJECTING, Alert, takes=NewObjection),
    Endpoint("POST", "/objections/{id}/answer", answer, "alerts", "Answer a driver", ACTING, Alert, takes=Answer),
)
