"""Acting: what people decide about alerts, against the revision they saw."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection

from console import said
from console.alerts import inbox, shelf
from console.endpoint import Ask, Body, Reply, Shape
from console.gate.problems import Problem, problem_of, told
from console.shapes import Alert
from streams.desk import actions
from streams.desk.actions import SHELVING, ActionError
from streams.desk.decisions import GONE, STATES, key_of
from streams.desk.desk import Desk
from streams.words import say

HOUR_S = 3_600.0
REOPEN = "reopen"
ACTS = (*STATES, REOPEN, "assign", "note", *SHELVING)
WORDS = {"ack": "acknowledge", "comment": "note"}
Row = dict[str, Any]


class Decision(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is decided. ``reason`` of a dismissal is one of those in /meta; ``note`` is in somebody's own words."""

    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    assignee: Annotated[str, msgspec.Meta(max_length=200)] = ""
    hours: Annotated[float, msgspec.Meta(gt=0, le=24 * 366)] | None = None  # of a shelf
    wider: bool = False  # end a shelf also where it holds for other alerts than those alike of the vehicle


class Outcome(Shape):
    """What became of one of many."""

    id: str
    ok: bool
    code: str = ""
    detail: str = ""
    said: Row | None = None  # the same by its code, as in a problem
    alert: Alert | None = None


def decide(ask: Ask, action: str) -> Reply:
    """Do it."""
    expected = ask.headers.get("if-match", "").removeprefix("W/").strip('"')
    done = _done(ask, ask.parts["id"], action, ask.body, "" if expected == "*" else expected)
    return Reply(done, headers={"ETag": f'"{done.rev}"'})


def decide_all(ask: Ask) -> list[Outcome]:
    """Do it to each of ``ids``."""
    found = []
    action = WORDS.get(ask.body.action, ask.body.action)
    for name in dict.fromkeys(ask.body.ids):
        try:
            done = _done(ask, name, action, ask.body, ask.body.revs.get(name, ""))
            found.append(Outcome(id=name, ok=True, alert=done))
        except (Problem, ActionError) as error:
            problem = problem_of(error)
            text = problem.detail
            found.append(Outcome(id=name, ok=False, code=problem.code, detail=str(text), said=told(text)))
    return found


def _done(ask: Ask, name: str, action: str, body: Decision, expected: str) -> Alert:
    """The alert after ``action``; 409 if it is no longer as ``expected`` (empty: whatever it is)."""
    world = ask.world
    row, desk, *_, at = shown(ask, name)
    check = _unchanged(ask, expected) if expected else None
    actor, now = ask.who.login, world.clock()
    if action in SHELVING:
        if check is not None:
            with world.store.reading() as connection:
                check(connection, row)
        if action == "shelve":
            shelf.put(ask, row, at, at + (body.hours or 1.0) * HOUR_S, _words(body))
        else:
            shelf.end(ask, row, desk, at, _words(body), body.wider)
    elif action in ACTS:
        action = _opened(action, row["state"])
        value = body.assignee if action == "assign" else body.reason if action == "dismiss" else ""
        reason = body.note if action in ("dismiss", "assign") else _words(body)
        actions.act(world.store, row["alert_id"], action, actor, reason, now, value, check)
    else:
        raise Problem(422, "invalid", say("no_action", value=repr(action), known=", ".join(ACTS)))
    return said.alert(*shown(ask, name))


def _opened(action: str, state: str) -> str:
    """What is put away is acknowledged by who says that it is to be opened again, and by nobody who meant another."""
    if action == "acknowledge" and state in GONE:
        raise Problem(409, "put_away", f"it is {state}: open it again first")
    if action == REOPEN and state not in GONE:
        raise Problem(409, "not_put_away", "it is open")
    return "acknowledge" if action == REOPEN else action


def shown(ask: Ask, name: str) -> tuple[Row, Desk, Any, Any, float]:
    """An alert that may be seen, as ``said.alert`` takes it; 404 otherwise."""
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        rows, desk = inbox.these(connection, [name], now)
    if not rows or not ask.scope.row(rows[0]):
        raise Problem(404, "no_alert", f"there is no alert {name!r}")
    return rows[0], desk, ask.world, ask.scope, now


def _words(body: Decision) -> str:
    return ": ".join(filter(None, [body.reason, body.note]))


def _unchanged(ask: Ask, expected: str) -> Callable[[Connection, Row], None]:
    """Asked within the transaction that acts, so that of two who saw the same one comes too late."""

    def check(connection: Connection, row: Row) -> None:
        desk = Desk(connection, [key_of(row)])
        if said.rev(row, desk) == expected:
            return
        acted = desk.actions[key_of(row)]
        who = f"{acted[-1]['actor']} said {acted[-1]['action']}" if acted else "it has become worse"
        rows, desk = inbox.these(connection, [row["alert_id"]], ask.world.now(connection))
        current = said.alert(rows[0], desk, ask.world, ask.scope, ask.world.now(connection))
        raise Problem(409, "changed", f"the alert has changed: {who}", current=current)

    return check
