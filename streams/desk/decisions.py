"""Decisions: what people said of an alert, found by what it was about, so that a corrected alert keeps it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Row = dict[str, Any]

STATES = {"acknowledge": "acknowledged", "resolve": "resolved", "dismiss": "dismissed"}  # action -> state it leaves
PUT_AWAY = ("resolve", "dismiss")
OPEN = "open"
OBJECT, ANSWER = "object", "answer"  # a driver's word against an alert, and what they are told
WAITING, ANSWERED = "waiting", "answered"
GONE = ("resolved", "dismissed")
WIDTHS = ("fleet", "kind", "vehicle", "alike")  # of shelves, the widest first
DISMISSALS = {  # why an alert is dismissed
    "false_alarm": "it did not happen",
    "not_the_driver": "it happened, and the driver could not help it",
    "test": "a test, a workshop drive, a sensor being changed",
    "known": "known, and being dealt with elsewhere",
    "duplicate": "said twice",
    "other": "as written beside it",
}


class Said(NamedTuple):
    """Where people's actions have left an alert."""

    state: str  # open, acknowledged, resolved, dismissed
    reason: str
    assignee: str | None
    notes: int
    put_away: float | None  # start of the newest event they had seen when they resolved or dismissed it
    objection: str = ""  # of the driver: waiting, or answered, by words or by a dismissal


def key_of(row: Row) -> tuple[str, str, str, str]:
    """Vehicle, kind and subject that an alert, an action or a notice is about."""
    return row["fleet_id"], row["vehicle_id"], row["kind"], row["subject"]


def is_about(row: Row, alert: Row) -> bool:
    """Whether an action or a notice is about an alert of the same key.

    Late data may give an alert another first event, and so another id. What was said of it then was said of its
    episodes from ``first`` to ``seen``: it is about whatever alert these lie in now.
    """
    return row["alert_id"] == alert["alert_id"] or bool(
        row["first"] <= alert["last_seen"] and row["seen"] >= alert["first_seen"]
    )


def said_of(alert: Row, actions: Iterable[Row]) -> Said:
    """What ``actions`` (rows of its key, in order of id) leave of an alert.

    An acknowledgement holds for the level that was seen: when the alert gets worse it is open again.
    """
    state, reason, assignee, notes, put_away, objection = OPEN, "", None, 0, None, ""
    for row in actions:
        if not is_about(row, alert):
            continue
        if row["action"] in STATES and not (row["action"] == "acknowledge" and row["level"] < alert["level"]):
            state, reason = STATES[row["action"]], row["reason"] or row["value"]
        if row["action"] in PUT_AWAY:
            put_away = row["seen"] if put_away is None else max(put_away, row["seen"])
        assignee = (row["value"] or None) if row["action"] == "assign" else assignee
        notes += row["action"] == "note"
        objection = _objection(objection, row["action"])
    state = "resolved" if state == OPEN and alert["superseded"] else state
    return Said(state, reason, assignee, notes, put_away, objection)


def _objection(before: str, action: str) -> str:
    """Where an objection stands after an action."""
    if action == OBJECT:
        return WAITING
    return ANSWERED if before and action in (ANSWER, "dismiss") else before


def shelves(actions: Iterable[Row]) -> list[Row]:
    """The last word on every scope (fleet, vehicle or all, kind or all), in order of ``actions``."""
    latest = {(row["fleet_id"], row["vehicle_id"], row["kind"]): row for row in actions}
    return [row for row in latest.values() if row["action"] == "shelve"]


def shelved_until(alert: Row, shelved: Sequence[Row], now: float) -> float | None:
    """Until when an alert is kept quiet at ``now``; None: it is not."""
    return max((row["until"] for row in keeping(alert, shelved, now)), default=None)


def keeping(alert: Row, shelved: Sequence[Row], now: float) -> list[Row]:
    """The shelves that keep an alert quiet at ``now``, the widest first."""
    found = [row for row in shelved if row["until"] > now and covers(row, alert)]
    return sorted(found, key=lambda row: WIDTHS.index(width(row)))


def width(shelf: Row) -> str:
    """What a shelf holds for: all of its fleet, a kind in all of it, a vehicle, or a kind of alert of a vehicle."""
    if not shelf["vehicle_id"]:
        return "kind" if shelf["kind"] else "fleet"
    return "alike" if shelf["kind"] else "vehicle"


def covers(shelf: Row, alert: Row) -> bool:
    """Whether an alert is of the fleet, vehicle and kind of a shelf."""
    scope = shelf["vehicle_id"] in ("", alert["vehicle_id"]) and shelf["kind"] in ("", alert["kind"])
    return bool(scope and shelf["fleet_id"] == alert["fleet_id"])


def taken_back(dismissal: Row, actions: Iterable[Row]) -> bool:
    """Whether people have said since then that an alert which they had dismissed is one after all."""
    about = {"alert_id": dismissal["alert_id"], "first_seen": dismissal["first"], "last_seen": dismissal["seen"]}
    since = [row for row in actions if row["id"] > dismissal["id"] and row["action"] in STATES]
    return any(row["action"] != "dismiss" and is_about(row, about) for row in since)


def dismissed(event: Row, actions: Iterable[Row]) -> bool:
    """Whether the last word on an event is that its alert was none: it leaves the coaching score, not the price."""
    words = [
        row["action"] for row in actions if row["action"] in STATES and row["first"] <= event["start"] <= row["seen"]
    ]
    return bool(words) and words[-1] == "dismiss"
