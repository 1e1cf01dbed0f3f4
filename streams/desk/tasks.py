"""Tasks: what an alert asks to be done - by whom, until when, with what outcome; appended to, never changed."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, ScalarSelect, and_, case, insert, or_, select

from streams.alert_rules import TASKS
from streams.ids import digest
from streams.store import deeds
from streams.store.audit import Entry, record
from streams.store.store import Store, rows_of
from streams.words import say

Row = dict[str, Any]
Unchanged = Callable[[Row], None]  # may refuse, by what it raises, a task that is not as somebody saw it

OUTCOMES = ("fixed", "replaced", "talked", "nothing_found", "other")
OPEN, DONE, VERIFIED, DROPPED = "open", "done", "verified", "dropped"
STATES = {"create": OPEN, "done": DONE, "drop": DROPPED, "verified": VERIFIED, "failed": OPEN}  # action -> state
GIVING = ("create", "assign")  # they say whose it is, and until when
JUDGED = "check_tyre"  # the kind of which the record says whether it has helped


def _any(_task: Row) -> None:
    """However it is."""


class TaskError(Exception):
    """A task that is not there, or an action it cannot take."""


class About(NamedTuple):
    """What a task is about."""

    fleet_id: str
    vehicle_id: str
    subject: str = ""
    alert_id: str = ""


def fold(actions: Iterable[Row]) -> list[Row]:
    """The tasks that ``actions`` (in order) come to, in order of creation."""
    found: dict[str, Row] = {}
    for row in actions:
        if row["action"] == "create":
            names = ("task_id", "fleet_id", "vehicle_id", "subject", "kind", "alert_id")
            found[row["task_id"]] = {name: row[name] for name in names} | {
                "created": row["at"],
                "assignee": None,
                "due": None,
                "outcome": "",
                "finding": "",
                "done_at": None,
                "failures": 0,
            }
        task = found[row["task_id"]]
        task["state"] = STATES.get(row["action"], task.get("state", OPEN))
        task["rev"] = task.get("rev", 0) + 1
        task["failures"] += row["action"] == "failed"
        if row["action"] in GIVING:
            task["assignee"], task["due"] = row["assignee"] or None, row["due"]
        if row["action"] in ("done", "failed", "verified", "drop"):
            task["outcome"] = row["outcome"] or task["outcome"]
            task["finding"] = "; ".join(filter(None, [task["finding"], row["finding"]]))
        if row["action"] == "done":
            task["done_at"] = row["at"]
    return list(found.values())


def tasks(connection: Connection, *conditions: ColumnElement[bool]) -> list[Row]:
    """The tasks as they stand whose actions, each of them, fulfil ``conditions``; none said: all."""
    work = deeds.task_actions
    return fold(rows_of(connection, select(work).where(*conditions).order_by(work.c.id)))


def unfinished(connection: Connection, *conditions: ColumnElement[bool]) -> list[Row]:
    """Those of ``tasks`` of which something is still to come, as ``is_unfinished`` has it."""
    work = deeds.task_actions
    judged = and_(work.c.kind == JUDGED, work.c.subject != "")
    ends = or_(work.c.action.in_(["verified", "drop"]), and_(work.c.action == "done", ~judged))
    found = tasks(connection, *conditions, work.c.task_id.not_in(select(work.c.task_id).where(ends, *conditions)))
    return [task for task in found if is_unfinished(task)]


def left(states: Iterable[str], assignee: str = "") -> list[ColumnElement[bool]]:
    """Conditions of the ``create`` of tasks that stand in one of ``states``, with ``assignee``; empty: whichever."""
    made, later = deeds.task_actions, deeds.task_actions.alias()
    state = case(STATES, value=_last(made, later, later.c.action, STATES))
    found = [state.in_(states)] if states else []
    return found + ([_last(made, later, later.c.assignee, GIVING) == assignee] if assignee else [])


def _last(made: FromClause, later: FromClause, column: ColumnElement[str], among: Iterable[str]) -> ScalarSelect[str]:
    """A column of the last action, of some, about a task."""
    found = select(column).where(later.c.task_id == made.c.task_id, later.c.action.in_(among))
    return found.order_by(later.c.id.desc()).limit(1).scalar_subquery()


def is_unfinished(task: Row) -> bool:
    """Whether a task is to be done, or is done and its tyre has still to say that it helped."""
    return bool(task["state"] == OPEN or (task["state"] == DONE and task["kind"] == JUDGED and task["subject"]))


def create(
    store: Store, kind: str, about: About, actor: str, now: float, *, assignee: str = "", due: float | None = None
) -> str:
    """Make a task, unless one of this kind about the same alert or vehicle is still open; its id.

    ``now`` is the store's clock (UTC epoch s), here and below.
    """
    if kind not in TASKS:
        raise TaskError(say("no_task", value=repr(kind), known=", ".join(TASKS)))
    with store.writing() as connection:
        same = about._asdict() | {"kind": kind}
        alike = tasks(connection, *[deeds.task_actions.c[column] == value for column, value in same.items()])
        open_ = [task["task_id"] for task in alike if is_unfinished(task)]
        if open_:
            return str(open_[-1])
        name = digest("\x1f".join(("task", kind, *about, str(len(alike)))).encode()).hex()
        row = _row(name, kind, about, "create", actor, now)
        _append(connection, row | {"assignee": assignee, "due": due})
    return name


def assign(
    store: Store, name: str, actor: str, now: float, assignee: str, due: float | None, unchanged: Unchanged = _any
) -> str:
    """Give a task to somebody, until when."""
    with store.writing() as connection:
        task = _found(connection, name)
        unchanged(task)
        said = {"assignee": assignee or task["assignee"] or "", "due": task["due"] if due is None else due}
        return _add(connection, task, "assign", actor, now, said)


def done(
    store: Store, name: str, actor: str, now: float, outcome: str, finding: str = "", unchanged: Unchanged = _any
) -> str:
    """A task is done, with what came of it and what was found; a tyre's is believed when its pressure says so."""
    if outcome not in OUTCOMES:
        raise TaskError(say("no_outcome", value=repr(outcome), known=", ".join(OUTCOMES)))
    with store.writing() as connection:
        return _close(connection, name, "done", actor, now, {"outcome": outcome, "finding": finding}, unchanged)


def drop(store: Store, name: str, actor: str, now: float, why: str, unchanged: Unchanged = _any) -> str:
    """A task will not be done."""
    if not why:
        raise TaskError(say("drop_reason"))
    with store.writing() as connection:
        return _close(connection, name, "drop", actor, now, {"finding": why}, unchanged)


def judged(task: Row, holds: bool, finding: str, at: float) -> Row:
    """The row that says whether a task done has helped."""
    row = _row(task["task_id"], task["kind"], _about(task), "verified" if holds else "failed", "tripmeter", at)
    return row | {"finding": finding}


def _about(task: Row) -> About:
    return About(task["fleet_id"], task["vehicle_id"], task["subject"], task["alert_id"])


def _row(name: str, kind: str, about: About, action: str, actor: str, at: float) -> Row:
    empty = {"assignee": "", "due": None, "outcome": "", "finding": ""}
    return {"task_id": name, "kind": kind, "action": action, "actor": actor, "at": at} | about._asdict() | empty


def _found(connection: Connection, name: str) -> Row:
    ids = deeds.task_actions.c.task_id
    found = tasks(connection, ids >= name, ids < f"{name}\U0010ffff")
    if len(found) != 1:
        raise TaskError(say("tasks_several" if found else "task_none", name=repr(name)))
    return found[0]


def _close(
    connection: Connection, name: str, action: str, actor: str, now: float, said: Row, unchanged: Unchanged
) -> str:
    """Close a task; the same said twice is on record once, something else is not lost: it is refused."""
    task = _found(connection, name)
    if task["state"] == STATES[action] and all(task[name] == text for name, text in said.items()):
        return str(task["task_id"])
    unchanged(task)
    if task["state"] in (STATES[action], VERIFIED, DROPPED):
        raise TaskError(say("task_closed", name=task["task_id"][:8], state=task["state"]))
    return _add(connection, task, action, actor, now, said)


def _add(connection: Connection, task: Row, action: str, actor: str, now: float, said: Row) -> str:
    row = _row(task["task_id"], task["kind"], _about(task), action, actor, now) | said
    _append(connection, row)
    return str(task["task_id"])


def _append(connection: Connection, row: Row) -> None:
    connection.execute(insert(deeds.task_actions), row)
    said = {name: row[name] for name in ("vehicle_id", "kind", "assignee", "due", "outcome", "finding") if row[name]}
    record(connection, [Entry(row["actor"], f"tasks.{row['action']}", row["fleet_id"], row["task_id"], said)])
