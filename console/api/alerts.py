"""Alerts over HTTP: list, detail with evidence, and what people decide about them."""

import operator
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection

from console import inbox, said
from console.access import ACTING, OWN
from console.acting import Decision, Outcome, decide, decide_all, shown
from console.endpoint import Ask, Endpoint, Reply
from console.history import latency, recorded, steps
from console.pages import Paged, page, words
from console.problems import Problem
from console.shapes import Alert, AlertDetail, Page
from console.times import Instant, seconds
from streams.alert_rules import PRIORITIES
from streams.desk import tasks
from streams.desk.losses import expected
from streams.store import schema
from streams.store.store import rows_of

Row = dict[str, Any]

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
    site: str = ""
    from_: Instant = msgspec.field(name="from", default="")
    to: Instant = ""
    group: Annotated[str, msgspec.Meta(description="vehicle, driver, kind: rows of one group stand together")] = ""
    sort: Annotated[str, msgspec.Meta(description=", ".join(SORTS))] = "urgency"


GROUPS: dict[str, Callable[[Row], str]] = {
    "vehicle": said.name,
    "driver": lambda row: row["driver_id"] or "",
    "kind": operator.itemgetter("kind"),
}


def listed(ask: Ask) -> Page[Alert]:
    """Alerts as asked for; without ``state`` those that stand: open and acknowledged ones."""
    wanted, world = ask.query, ask.world
    vehicle = _pair(wanted.vehicle) if wanted.vehicle else None
    with world.store.reading() as connection:
        now = world.now(connection)
        rows, desk = inbox.found(
            connection,
            ask.scope,
            now,
            vehicle=vehicle,
            driver=wanted.driver.rpartition("/")[2],
            kinds=words(wanted.type),
            priorities=words(wanted.severity),
            between=(seconds(wanted.from_), seconds(wanted.to)),
            standing=not wanted.state and not wanted.from_,
        )
    rows = [row for row in inbox.in_states(rows, words(wanted.state) or _default(wanted)) if _fits(row, wanted, ask)]
    return page(
        _sorted(rows, wanted, now),
        wanted,
        operator.itemgetter("alert_id"),
        lambda row: said.alert(row, desk, world, ask.scope, now),
    )


def one(ask: Ask) -> Reply:
    """An alert with its events, what was done about it, and its revision as ``ETag``."""
    row, desk, world, scope, now = shown(ask, ask.parts["id"])
    with world.store.reading() as connection:
        events = _events(connection, row)
        made = [task for task in tasks.tasks(connection) if task["alert_id"] == row["alert_id"]]
        done = steps(row, desk, connection)
    with world.at_home(row["fleet_id"], row["vehicle_id"]) as connection:
        around, delay = recorded(connection, world, row), latency(connection, row)
    told = [said.event(found, scope) for found in events if scope.row(found)]
    alert = said.alert(row, desk, world, scope, now)
    detail = AlertDetail(
        **msgspec.structs.asdict(alert),
        event=next((found for found in told if found.event_id == row["last_event_id"]), None),
        events=told,
        timeline=done,
        tasks=[said.task(task, now) for task in made],
        latency_s=delay,
        counts_in_score=row["state"] != "dismissed",
        evidence=said.columns(around, scope) if around.height else None,
    )
    return Reply(detail, headers={"ETag": f'"{alert.rev}"'})


def _events(connection: Connection, row: Row) -> list[Row]:
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


def _pair(text: str) -> tuple[str, str]:
    fleet, _, vehicle = text.partition("/")
    return fleet, vehicle


def _default(wanted: Wanted) -> tuple[str, ...]:
    return () if wanted.from_ else ("open", "acknowledged")


def _fits(row: Row, wanted: Wanted, ask: Ask) -> bool:
    of_site = not wanted.site or ask.world.known.site(row["fleet_id"], row["vehicle_id"]) == wanted.site
    return of_site and wanted.condition in ("", row["condition"])


def _sorted(rows: list[Row], wanted: Wanted, now: float) -> list[Row]:
    if wanted.sort not in SORTS or wanted.group not in ("", *GROUPS):
        raise Problem(422, "invalid", f"sort is one of {', '.join(SORTS)}; group one of {', '.join(GROUPS)}")
    keys = {
        "newest": lambda row: (-row["last_seen"], row["alert_id"]),
        "oldest": lambda row: (row["first_seen"], row["alert_id"]),
        "loss": lambda row: (-expected(row, now), row["alert_id"]),
    }
    ordered = sorted(rows, key=keys[wanted.sort]) if wanted.sort in keys else inbox.urgent(rows)
    return sorted(ordered, key=GROUPS[wanted.group]) if wanted.group else ordered


_KEYS = ("If-Match", "Idempotency-Key")

_TO_ONE = {"ack": "acknowledge", "resolve": "resolve", "dismiss": "dismiss", "assign": "assign", "shelve": "shelve"}


def _deciding(path: str, action: str) -> Endpoint:
    summary = f"{path.capitalize()} an alert; 409 with `current` if somebody was faster"
    return Endpoint(
        *("POST", f"/alerts/{{id}}/{path}", _act(action), "alerts", summary, ACTING, Alert),
        takes=Decision,
        headers=_KEYS,
        places=True,
    )


LISTS = (
    Endpoint("GET", "/alerts", listed, "alerts", "Alerts, page by page", OWN, Page[Alert], query=Wanted, places=True),
)
ENDPOINTS = (
    Endpoint("POST", "/alerts:bulk", bulk, "alerts", "Decide about many alerts", ACTING, list[Outcome], takes=Bulk),
    Endpoint("GET", "/alerts/{id}", one, "alerts", "One alert in full", OWN, AlertDetail, places=True),
    *[_deciding(path, action) for path, action in (_TO_ONE | {"comment": "note"}).items()],
)
