"""Shelf: alerts kept quiet for a while, as somebody asks for it at one of them; and whatever keeps one quiet, ended."""

from typing import Any

from console.endpoint import Ask
from console.gate.problems import Problem
from streams.desk import actions
from streams.desk.actions import ActionError
from streams.desk.decisions import WIDTHS, keeping, width
from streams.desk.desk import Desk
from streams.messages import iso
from streams.words import say

Row = dict[str, Any]

ALIKE = WIDTHS[-1]


def put(ask: Ask, alert: Row, now: float, until: float, why: str) -> None:
    """Keep alerts of this kind of the vehicle quiet."""
    about = {"vehicle_id": alert["vehicle_id"], "kind": alert["kind"]}
    actions.shelve(ask.world.store, alert["fleet_id"], ask.who.login, why, now, **about, until=until)


def end(ask: Ask, alert: Row, desk: Desk, now: float, why: str, wider: bool) -> None:
    """End all that keeps the alert quiet; ``wider``: also what keeps others quiet."""
    shelves = keeping(alert, desk.shelved, now)
    if not shelves:
        return
    widest = width(shelves[0])
    if not shelves[0]["vehicle_id"] and not ask.scope.fleet(alert["fleet_id"]):
        raise Problem(403, "refused", say("shelf_not_theirs", what=widest))
    if widest != ALIKE and not wider:
        raise ActionError(say("shelf_wider", what=widest, until=iso(shelves[0]["until"])))
    for one in shelves:
        about = {"vehicle_id": one["vehicle_id"], "kind": one["kind"]}
        actions.shelve(ask.world.store, alert["fleet_id"], ask.who.login, why, now, **about, until=None)
