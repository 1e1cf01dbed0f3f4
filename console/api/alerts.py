"""Alerts over HTTP: list, detail with evidence, and what people decide about them."""

import operator
from functools import partial
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, Select, func

from console import said
from console.alerts import inbox
from console.alerts.acting import Decision, Outcome, decide, decide_all, shown
from console.alerts.history import began, latency, recorded, steps, trip
from console.alerts.wheel import held
from console.endpoint import Ask, Endpoint, Reply
from console.gate.access import ACTING, OWN
from console.gate.problems import Problem
from console.lists import keyset, within
from console.lists.pages import Paged, page, words
from console.lists.times import Instant, seconds
from console.reckoning.driving import counts
from console.shapes import Alert, AlertDetail, Page
from streams.alert_rules import PRIORITIES
from streams.desk import tasks
from streams.desk.decisions import ANSWER, OBJECT
from streams.desk.desk import Desk
from streams.desk.losses import expected
from streams.store import deeds, schema
from streams.store.store import rows_of
from streams.words import say

Row = dict[str, Any]

SHOWN_DRIVERS = ("first seen", OBJECT, ANSWER)  # of what was done: the rest is between managers
MOST = 50  # events shown of one alert
SORTS = ("urgency", "newest", "oldest", "loss")
WORDS = "values with commas between them"


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts."""

    state: Annotated[str, msgspec.Meta(description=f"open, acknowledged (or acked), resolved, dismissed; {WORDS}")] = ""
    severity: Annotated[str, msgspec.Meta(description=f"priorities: {', '.join(PRIORITIES)}; {WORDS}")] = ""
    type: Annotated[str, msgspec.Meta(description=f"kinds of alert; {WORDS}")] = ""
    condition: Annotated[str, msgspec.Meta(description="active, cleared")] = ""
    vehicle: str = ""
    driver: str = ""
    fleet: str = ""
    site: str = ""
    objection: Annotated[str, msgspec.Meta(description=f"of the driver: waiting, answered; {WORDS}")] = ""
    from_: Instant = msgspec.field(name="from", default="")
    to: Instant = ""
    group: Annotated[str, msgspec.Meta(description="vehicle, driver, kind: rows of one group stand together")] = ""
    sort: Annotated[str, msgspec.Meta(description=", ".join(SORTS))] = "urgency"


GROUPS = {
    "vehicle": (schema.alerts.c.fleet_id, schema.alerts.c.vehicle_id),
    "driver": (func.coalesce(schema.alerts.c.driver_id, ""),),
    "kind": (schema.alerts.c.kind,),
}


def listed(ask: Ask) -> Page[Alert]:
    """Alerts as asked for; without ``state`` those that stand: open and acknowledged ones."""
    wanted, world = ask.query, ask.world
    asked = inbox.left(_query(ask), words(wanted.state) or _default(wanted), words(wanted.objection))
    with world.store.reading() as connection:
        now = world.now(connection)

        if wanted.sort == "loss":
            found, desk = inbox.laid(connection, rows_of(connection, asked), now)
            costliest = sorted(found, key=lambda row: (-expected(row, now), row["alert_id"]))
            return page(costliest, wanted, operator.itemgetter("alert_id"), partial(_said, ask, desk, now))
        order = [*GROUPS.get(wanted.group, ()), *inbox.order(wanted.sort)]
        rows, cursor = keyset.part(connection, asked, order, wanted)
        found, desk = inbox.laid(connection, rows, now)
        total = keyset.count(connection, asked)
    return Page(items=[_said(ask, desk, now, row) for row in found], total=total, cursor=cursor)


def _said(ask: Ask, desk: Desk, now: float, row: Row) -> Alert:
    return said.alert(row, desk, ask.world, ask.scope, now)


def _query(ask: Ask) -> Select[Any]:
    wanted, alerts, known = ask.query, schema.alerts, ask.world.known
    standing = not wanted.state and not wanted.from_ and not wanted.objection
    if wanted.sort not in SORTS or wanted.group not in ("", *GROUPS):
        raise Problem(422, "invalid", say("sort_group", sorts=", ".join(SORTS), groups=", ".join(GROUPS)))
    if wanted.sort == "loss" and (wanted.group or not standing):
        raise Problem(422, "invalid", say("loss_alone"))
    conditions = [within.seen(ask.scope, known, alerts), within.placed(known, alerts, wanted.fleet, wanted.site)]
    for column, name in (("driver_id", wanted.driver), ("vehicle_id", wanted.vehicle)):
        conditions += [within.named(alerts, column, name)] if name else []
    conditions += [inbox.objected()] if wanted.objection else []
    conditions += [alerts.c.condition == wanted.condition] if wanted.condition else []
    return inbox.query(
        *conditions,
        kinds=words(wanted.type),
        priorities=words(wanted.severity),
        between=(seconds(wanted.from_), seconds(wanted.to)),
        standing=standing or wanted.state == "open",  # what a later one has followed is not open
    )


def one(ask: Ask) -> Reply:
    """An alert with its events, what was done about it, and its revision as ``ETag``."""
    row, desk, world, scope, now = shown(ask, ask.parts["id"])
    with world.store.reading() as connection:
        events = events_of(connection, row)
        made = tasks.tasks(connection, deeds.task_actions.c.alert_id == row["alert_id"])
        done = steps(row, desk, connection)
        driven = trip(connection, row)
    told = [said.event(found, scope) for found in events if scope.row(found)]
    last = next((found for found in told if found.event_id == row["last_event_id"]), None)
    with world.at_home(row["fleet_id"], row["vehicle_id"]) as connection:
        around, delay = recorded(connection, world, row), latency(connection, row)
        wheel = held(connection, world, row, last.threshold if last else None)
    alert = said.alert(row | began(around, row["last_start"]), desk, world, scope, now)
    detail = AlertDetail(
        **msgspec.structs.asdict(alert),
        event=last,
        events=told,
        timeline=[step for step in done if not scope.driver_id or step.what in SHOWN_DRIVERS],
        tasks=[] if scope.driver_id else [said.task(task, now) for task in made],
        trip_id=driven,
        latency_s=delay,
        counts_in_score=row["state"] != "dismissed" if counts(row["kind"], world.rules.tariff) else None,
        evidence=said.columns(around, scope) if around.height else None,
        wheel=wheel,
    )
    return Reply(detail, headers={"ETag": f'"{alert.rev}"'})


def events_of(connection: Connection, row: Row) -> list[Row]:
    """The events that an alert counts, the latest first."""
    events = schema.events
    about = [events.c[name] == row[name] for name in ("fleet_id", "vehicle_id", "kind", "subject")]
    during = (events.c.start >= row["first_seen"], events.c.start <= row["last_start"])
    return rows_of(connection, events.select().where(*about, *during).order_by(events.c.start.desc()).limit(MOST))


def _act(action: str) -> Any:
    def answer(ask: Ask) -> Reply:
        return decide(ask, action)

    answer.__doc__ = f"{action} an alert; 409 with ``current`` if somebody was faster."
    return answer


def bulk(ask: Ask) -> list[Outcome]:
    """The same for many alerts, each by itself."""
    return decide_all(ask)


class Bulk(Decision, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with which alerts."""

    ids: Annotated[list[str], msgspec.Meta(min_length=1, max_length=500)]
    action: str
    revs: dict[str, str] = msgspec.field(default_factory=dict)


def _default(wanted: Wanted) -> tuple[str, ...]:
    return () if wanted.from_ or wanted.objection else ("open", "acknowledged")


_TO_ONE = {"ack": "acknowledge", "resolve": "resolve", "dismiss": "dismiss", "assign": "assign", "shelve": "shelve"}
_BACK = {"reopen": "reopen", "unshelve": "unshelve"}


def _deciding(path: str, action: str) -> Endpoint:
    summary = f"{path.capitalize()} an alert; 409 with `current` if somebody was faster"
    return Endpoint(
        *("POST", f"/alerts/{{id}}/{path}", _act(action), "alerts", summary, ACTING, Alert),
        takes=Decision,
        headers=("If-Match",),
        places=True,
    )


LISTS = (
    Endpoint(
        "GET",
        "/alerts",
        listed,
        "alerts",
        "Alerts, page by page",
        OWN,
        Page[Alert],
        query=Wanted,
        places=True,
        long=True,
    ),
)
ENDPOINTS = (
    Endpoint("POST", "/alerts:bulk", bulk, "alerts", "Decide about many alerts", ACTING, list[Outcome], takes=Bulk),
    Endpoint("GET", "/alerts/{id}", one, "alerts", "One alert in full", OWN, AlertDetail, places=True),
    *[_deciding(path, action) for path, action in (_TO_ONE | _BACK | {"comment": "note"}).items()],
)
