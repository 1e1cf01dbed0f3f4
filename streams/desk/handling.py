"""Handling: who did what about every alert and when, how soon, and what became of it - as authorities ask for it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, select

from streams.alert_rules import RULES, TASKS
from streams.desk import decisions
from streams.desk.decisions import Row
from streams.desk.desk import Desk
from streams.desk.paging import HELD, PAGED
from streams.desk.tasks import fold
from streams.store import schema
from streams.store.deeds import task_actions
from streams.store.store import rows_of

Wanted = Callable[[str, date], bool]  # (fleet, day) -> whether it is asked for
Place = Callable[[str, str], tuple[str, str]]  # (fleet, vehicle) -> time zone, number plate

LOCAL = pl.Datetime("ms")  # as a clock on a wall there shows it
ALERTS: dict[str, Any] = {
    **dict.fromkeys(("alert_id", "fleet", "vehicle", "plate", "driver", "kind", "subject", "priority"), pl.String),
    "level": pl.Int64,
    "times": pl.Int64,
    **dict.fromkeys(("first_seen", "last_seen"), LOCAL),
    **dict.fromkeys(("condition", "state"), pl.String),
    "called": LOCAL,
    **dict.fromkeys(("whom", "not_called_because"), pl.String),
    "goes_up": pl.Int64,
    "first_response": LOCAL,
    "first_response_by": pl.String,
    "response_min": pl.Float64,  # from the call, or from when it was first seen where nobody was called
    "acknowledged": LOCAL,
    "acknowledged_by": pl.String,
    "assignee": pl.String,
    "closed": LOCAL,
    **dict.fromkeys(("closed_by", "closed_as", "reason"), pl.String),
    "closing_min": pl.Float64,
    **dict.fromkeys(("tasks", "task_state", "outcome"), pl.String),
    "done": LOCAL,
    "done_by": pl.String,
    "verified": LOCAL,
    "time_zone": pl.String,
}
STEPS: dict[str, Any] = {
    **dict.fromkeys(("alert_id", "fleet", "vehicle", "kind", "subject"), pl.String),
    "at": LOCAL,
    **dict.fromkeys(("who", "what", "value", "reason", "time_zone"), pl.String),
}
ACTED = ("acknowledge", "assign", "note", "resolve", "dismiss")


def log(
    connection: Connection,
    now: float,
    place: Place,
    wanted: Wanted = lambda _fleet, _day: True,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A row an alert, and a row a step of its handling, by fleet and time.

    Times are those of the alert's fleet, and so is the day it was first seen, by which ``wanted`` is asked.
    """
    desk, by_alert = Desk(connection), _tasks(connection)
    alerts: list[Row] = []
    steps: list[Row] = []
    for found in rows_of(connection, select(schema.alerts).order_by(schema.alerts.c.first_seen)):
        zone, plate = place(found["fleet_id"], found["vehicle_id"])
        local = _Local(zone)
        if not wanted(found["fleet_id"], local(found["first_seen"]).date()):
            continue
        done = [row for row in desk.actions[decisions.key_of(found)] if decisions.is_about(row, found)]
        told, work = desk.told(found), by_alert.pop(found["alert_id"], [])
        alerts.append(_alert(desk.laid_out(found, now), done, told, work, plate, local))
        steps += _steps(found, done, told, work, local)
    for work in by_alert.values():  # of no alert, or of one that late data has given another id
        steps += _alone(work, place, wanted)
    frames = pl.DataFrame(alerts, schema=ALERTS), pl.DataFrame(steps, schema=STEPS)
    return frames[0].sort("fleet", "first_seen", "alert_id"), frames[1].sort("fleet", "alert_id", "at")


class _Local:
    """Times of a zone, without an offset: beside them stands which."""

    def __init__(self, zone: str) -> None:
        self.zone, self._info = zone, ZoneInfo(zone)

    def __call__(self, t: float) -> datetime:
        return datetime.fromtimestamp(t, UTC).astimezone(self._info).replace(tzinfo=None)

    def of(self, row: Row | None) -> datetime | None:
        """When a row was written."""
        return None if row is None else self(row["at"])


def _tasks(connection: Connection) -> dict[str, list[Row]]:
    """What became of tasks, by the alert they were made of."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(connection, select(task_actions).order_by(task_actions.c.id)):
        found[row["alert_id"]].append(row)
    return found


def _alert(alert: Row, done: list[Row], told: list[Row], work: list[Row], plate: str, local: _Local) -> Row:
    pages = sorted((row for row in told if row["outcome"] == PAGED), key=lambda row: row["at"])
    called = pages[0]["at"] if pages else None
    response = _first([*done, *work], (*ACTED, "create"))
    closing = _last(done, decisions.PUT_AWAY) if alert["state"] in decisions.GONE else None
    since = alert["first_seen"] if called is None else called
    acknowledged = _first(done, ("acknowledge",))
    return {
        "alert_id": alert["alert_id"],
        "fleet": alert["fleet_id"],
        "vehicle": alert["vehicle_id"],
        "plate": plate,
        "driver": alert["driver_id"],
        **{name: alert[name] for name in ("kind", "subject", "priority", "level", "condition", "state")},
        "times": alert["count"],
        "first_seen": local(alert["first_seen"]),
        "last_seen": local(alert["last_seen"]),
        "called": None if called is None else local(called),
        "whom": ", ".join(dict.fromkeys(row["target"] or "on duty" for row in pages)),
        "not_called_because": "" if pages else ", ".join(sorted({r["why"] for r in told if r["outcome"] == HELD})),
        "goes_up": max(len(pages) - 1, 0),
        "first_response": local.of(response),
        "first_response_by": _by(response),
        "response_min": _minutes(since, response),
        "acknowledged": local.of(acknowledged),
        "acknowledged_by": _by(acknowledged),
        "assignee": alert["assignee"],
        "closed": local.of(closing),
        "closed_by": _by(closing),
        "closed_as": "" if closing is None else " ".join(filter(None, [alert["state"], closing["value"]])),
        "reason": "" if closing is None else closing["reason"],
        "closing_min": _minutes(since, closing),
        "time_zone": local.zone,
    } | _of_tasks(work, local)


def _of_tasks(work: list[Row], local: _Local) -> Row:
    tasks, done, verified = fold(work), _last(work, ("done",)), _last(work, ("verified",))
    return {
        "tasks": ", ".join(str(TASKS.get(task["kind"], task["kind"])) for task in tasks),
        "task_state": ", ".join(task["state"] for task in tasks),
        "outcome": "; ".join(said for t in tasks if (said := f"{t['outcome']} {t['finding']}".strip())),
        "done": local.of(done),
        "done_by": _by(done),
        "verified": local.of(verified),
    }


def _steps(alert: Row, done: list[Row], told: list[Row], work: list[Row], local: _Local) -> list[Row]:
    about = {name: alert[name] for name in ("alert_id", "kind", "subject")}
    about |= {"fleet": alert["fleet_id"], "vehicle": alert["vehicle_id"], "time_zone": local.zone}
    asked = RULES[alert["kind"]].action if alert["kind"] in RULES else ""
    found = [(alert["first_seen"], "tripmeter", "first seen", alert["priority"], asked)] if "priority" in alert else []
    found += [(row["at"], "tripmeter", row["outcome"], row["target"] or row["step"], row["why"]) for row in told]
    found += [(row["at"], row["actor"], row["action"], row["value"], row["reason"]) for row in done]
    found += [
        (row["at"], row["actor"], f"task {row['action']}", row["outcome"] or row["assignee"], row["finding"])
        for row in work
    ]
    names = ("at", "who", "what", "value", "reason")
    return [about | dict(zip(names, (local(at), *rest), strict=True)) for at, *rest in found]


def _alone(work: list[Row], place: Place, wanted: Wanted) -> list[Row]:
    found = []
    for row in work:
        local = _Local(place(row["fleet_id"], row["vehicle_id"])[0])
        if wanted(row["fleet_id"], local(row["at"]).date()):
            found += _steps(row, [], [], [row], local)
    return found


def _first(rows: Iterable[Row], actions: tuple[str, ...]) -> Row | None:
    """The earliest row of one of these actions."""
    return min((row for row in rows if row["action"] in actions), key=lambda row: row["at"], default=None)


def _last(rows: Iterable[Row], actions: tuple[str, ...]) -> Row | None:
    return max((row for row in rows if row["action"] in actions), key=lambda row: row["at"], default=None)


def _by(row: Row | None) -> str:
    return "" if row is None else str(row["actor"])


def _minutes(since: float, row: Row | None) -> float | None:
    return None if row is None else round((row["at"] - since) / 60.0, 1)
