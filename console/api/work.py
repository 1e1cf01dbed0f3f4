"""Work over HTTP: what needs doing today, and tasks from their making to their outcome."""

from collections.abc import Callable
from operator import itemgetter
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Table, select

from console import said
from console.alerts import inbox
from console.alerts.acting import shown
from console.endpoint import Ask, Body, Endpoint, Query, Shape
from console.fleets import seen
from console.gate.access import ACTING, SEEING
from console.gate.problems import Problem
from console.lists import keyset, within
from console.lists.pages import Paged, words
from console.lists.times import Instant, ending
from console.shapes import Page, Task
from streams.alert_rules import TASKS
from streams.desk import morning, tasks
from streams.desk.desk import laid_out
from streams.desk.morning import Item
from streams.desk.tasks import OUTCOMES, About
from streams.messages import iso
from streams.store import deeds, schema
from streams.store.store import named
from streams.words import say

Row = dict[str, Any]


class Todo(Shape):
    """One thing to do today."""

    fleet_id: str
    site: str
    vehicle_id: str
    vehicle: str
    plate: str
    task: str
    what: str
    why: str
    action: str
    priority: str | None
    assignee: str | None
    since: str
    due: str | None
    loss: float  # EUR, illustrative: orders the list
    alert_ids: list[str]
    kinds: list[tuple[str, str, int, bool]]  # of these alerts: kind, subject, how often, an estimate or not
    task_id: str | None
    task_rev: str | None  # for If-Match


class Morning(Shape):
    """What needs doing, by site, the greatest expected loss first."""

    at: str
    items: list[Todo]


class Listed(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tasks."""

    state: Annotated[str, msgspec.Meta(description="open, done, verified, dropped; commas between them")] = ""
    vehicle: str = ""
    assignee: str = ""
    fleet: str = ""
    site: str = ""


class Of(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose vehicles."""

    fleet: str = ""
    site: str = ""


class NewTask(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task, of an alert or of a vehicle."""

    kind: Annotated[str, msgspec.Meta(description=", ".join(TASKS))]
    alert_id: str = ""
    vehicle: str = ""
    subject: str = ""
    assignee: Annotated[str, msgspec.Meta(max_length=200)] = ""
    due: Instant = ""


class Given(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to do it, until when."""

    assignee: Annotated[str, msgspec.Meta(max_length=200)] = ""
    due: Instant = ""


class Done(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of it."""

    outcome: Annotated[str, msgspec.Meta(description=", ".join(OUTCOMES))] = ""
    finding: Annotated[str, msgspec.Meta(max_length=2000)] = ""


def today(ask: Ask) -> Morning:
    """The morning list as it is now."""
    world = ask.world
    roster = world.known.roster
    with world.store.reading() as connection:
        now = world.now(connection)
        alerts = laid_out(connection, now, *_of(ask, schema.alerts), inbox.in_states(inbox.LASTING), standing=True)
        made = tasks.unfinished(connection, *_of(ask, deeds.task_actions))
    items = morning.listed(alerts, made, now, world.rules.alerts, roster.site)
    revs = {row["task_id"]: str(row["rev"]) for row in made}
    plates = [roster.place(item.fleet_id, item.vehicle_id)[1] for item in items]
    found = [_todo(item, plate, revs.get(item.task_id)) for item, plate in zip(items, plates, strict=True)]
    return Morning(at=iso(now), items=found)


def listed(ask: Ask) -> Page[Task]:
    """Tasks, the newest first."""
    wanted, made = ask.query, deeds.task_actions
    whose = [within.named(made, "vehicle_id", wanted.vehicle)] if wanted.vehicle else []
    left = tasks.left(words(wanted.state), wanted.assignee)
    query = select(made.c.id, made.c.task_id).where(made.c.action == "create", *_of(ask, made), *whose, *left)
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        rows, cursor = keyset.part(connection, query, [-made.c.id], wanted)
        actions = named(connection, made.c.task_id, [row["task_id"] for row in rows])
        total = keyset.count(connection, query)
    found = tasks.fold(sorted(actions, key=itemgetter("id")))
    return Page(items=[said.task(task, now) for task in reversed(found)], total=total, cursor=cursor)


def _of(ask: Ask, table: Table) -> list[ColumnElement[bool]]:
    """The rows that are seen, of the fleet and site asked for."""
    known, asked = ask.world.known, ask.query
    return [within.seen(ask.scope, known, table), within.placed(known, table, asked.fleet, asked.site)]


def create(ask: Ask) -> Task:
    """Make a task; one that is open already about the same is given again."""
    new = ask.body
    about = _about(ask)
    due = _due(ask, about.fleet_id, about.vehicle_id)
    name = tasks.create(ask.world.store, new.kind, about, ask.who.login, _now(ask), assignee=new.assignee, due=due)
    return _one(ask, name)


def assign(ask: Ask) -> Task:
    """Give a task to somebody."""
    task, (check, now) = _one(ask, ask.parts["id"]), _unchanged(ask)
    due = _due(ask, task.fleet_id, task.vehicle_id)
    tasks.assign(ask.world.store, task.task_id, ask.who.login, now, ask.body.assignee, due, check)
    return _one(ask, task.task_id)


def done(ask: Ask) -> Task:
    """A task is done; a tyre's is believed when its pressure says so."""
    name, (check, now) = _one(ask, ask.parts["id"]).task_id, _unchanged(ask)
    tasks.done(ask.world.store, name, ask.who.login, now, ask.body.outcome, ask.body.finding, check)
    return _one(ask, name)


def drop(ask: Ask) -> Task:
    """A task will not be done; ``finding`` says why."""
    name, (check, now) = _one(ask, ask.parts["id"]).task_id, _unchanged(ask)
    tasks.drop(ask.world.store, name, ask.who.login, now, ask.body.finding, check)
    return _one(ask, name)


def _unchanged(ask: Ask) -> tuple[Callable[[Row], None], float]:
    """Refuses a task that is not as whoever writes has seen it, asked within the transaction; and what time it is."""
    now = _now(ask)

    def check(task: Row) -> None:
        if seen(ask) not in ("", str(task["rev"])):
            raise Problem(409, "changed", "the task has been changed", current=said.task(task, now))

    return check, now


def _due(ask: Ask, fleet_id: str, vehicle_id: str) -> float | None:
    """Until when, a day to its end where the fleet is; not a time that is over."""
    due = ending(ask.body.due, ZoneInfo(ask.world.known.roster.known(fleet_id, vehicle_id).zone))
    if due is not None and due < _now(ask):
        raise Problem(422, "invalid", say("task_due"))
    return due


def _about(ask: Ask) -> About:
    new = ask.body
    if new.alert_id:
        row = shown(ask, new.alert_id)[0]
        return About(row["fleet_id"], row["vehicle_id"], row["subject"], row["alert_id"])
    fleet_id, _, vehicle_id = new.vehicle.partition("/")
    ask.picture.look()
    there = (fleet_id, vehicle_id) in ask.picture.frame.places
    if not there or not ask.scope.sees(fleet_id, vehicle_id):
        raise Problem(404, "no_vehicle", f"there is no vehicle {new.vehicle!r}; write fleet/vehicle")
    return About(fleet_id, vehicle_id, new.subject)


def _one(ask: Ask, name: str) -> Task:
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        found = tasks.tasks(connection, deeds.task_actions.c.task_id == name)
    if not found or not ask.scope.sees(found[0]["fleet_id"], found[0]["vehicle_id"]):
        raise Problem(404, "no_task", f"there is no task {name!r}")
    return said.task(found[0], now)


def _now(ask: Ask) -> float:
    with ask.world.store.reading() as connection:
        return ask.world.now(connection)


def _todo(item: Item, plate: str, rev: str | None) -> Todo:
    same: dict[str, Any] = item._asdict()
    same |= {
        "since": iso(item.since),
        "due": said.moment(item.due),
        "alert_ids": list(item.alert_ids),
        "kinds": list(item.kinds),
    }
    return Todo(vehicle=f"{item.fleet_id}/{item.vehicle_id}", plate=plate, task_rev=rev, **same)


def _deciding(path: str, answer: Callable[[Ask], Task], summary: str, takes: type[Body]) -> Endpoint:
    said = ("POST", f"/tasks/{{id}}/{path}", answer, "work", f"{summary}; 409 if changed", ACTING, Task, takes)
    return Endpoint(*said, headers=("If-Match",))


LISTS = (Endpoint("GET", "/tasks", listed, "work", "Tasks", SEEING, Page[Task], query=Listed),)
ENDPOINTS = (
    Endpoint("GET", "/today", today, "work", "What needs doing today", SEEING, Morning, query=Of, long=True),
    Endpoint("POST", "/tasks", create, "work", "Make a task", ACTING, Task, takes=NewTask),
    _deciding("assign", assign, "Give a task to somebody", Given),
    _deciding("done", done, "A task is done", Done),
    _deciding("drop", drop, "A task will not be done", Done),
)
