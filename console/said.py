"""Said: rows of the record in the shapes of the API."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from console.gate.access import Scope
from console.shapes import Alert, Columns, Event, Place, Task
from console.world import World
from streams.alert_rules import RAISED, AlertRule, rule_of
from streams.desk import losses
from streams.desk.decisions import is_about, keeping, key_of, width
from streams.desk.desk import Desk
from streams.desk.tasks import OPEN
from streams.messages import iso, plain

Row = dict[str, Any]

PLACES = {"lat_deg", "lon_deg", "heading_deg"}  # columns of a recording
NO_RULE = AlertRule((None, None, None), 0.0, "look at it")


def moment(t: float | None) -> str | None:
    """UTC epoch seconds as text."""
    return None if t is None else iso(t)


def name(row: Mapping[str, Any]) -> str:
    """A vehicle's id in the API."""
    return f"{row['fleet_id']}/{row['vehicle_id']}"


def place(row: Mapping[str, Any], scope: Scope, lat: str = "lat_deg", lon: str = "lon_deg") -> Place | None:
    """Where a row happened, for those who may know."""
    if not scope.places or row.get(lat) is None or row.get(lon) is None:
        return None
    return Place(lat=row[lat], lon=row[lon])


def number(value: float | None, digits: int = 3) -> float | None:
    """A number for a screen; NaN is none."""
    return None if value is None or not math.isfinite(value) else round(value, digits)


def rev(alert: Row, desk: Desk) -> str:
    """What an action must have seen: the level, and the last thing people did to what the alert is about."""
    acted = desk.actions[key_of(alert)]
    return f"{alert['level']}-{acted[-1]['id'] if acted else 0}"


def alert(row: Row, desk: Desk, world: World, scope: Scope, now: float) -> Alert:
    """``row`` as ``Desk.laid_out`` has it, with ``inbox.OF_EVENT``."""
    rule = rule_of(world.rules.alerts, row["kind"], RAISED) or NO_RULE
    acted = [one for one in desk.actions[key_of(row)] if is_about(one, row)]
    shelves = keeping(row, desk.shelved, now)
    same = ("fleet_id", "vehicle_id", "driver_id", "kind", "priority", "level", "condition", "state", "count")
    more = ("flapping", "reason", "assignee", "notes", "objection", "held", "escalations")
    found = Alert(
        alert_id=row["alert_id"],
        by=acted[-1]["actor"] if acted else None,
        rev=rev(row, desk),
        vehicle=name(row),
        plate=world.known.roster.place(row["fleet_id"], row["vehicle_id"])[1],
        site=world.known.site(row["fleet_id"], row["vehicle_id"]),
        driver_name=world.known.named(row["fleet_id"], row["driver_id"]),
        subject=plain(row["subject"]),
        first_seen=iso(row["first_seen"]),
        last_seen=iso(row["last_seen"]),
        paged=moment(row["paged"]),
        shelved_until=moment(row["shelved_until"]),
        shelf=width(shelves[0]) if shelves else "",
        todo=rule.action,
        task=rule.task,
        expected_loss=round(losses.expected(row, now), 2),
        place=place(row, scope),
        peak=number(row["peak"]),
        unit=row["unit"] or "",
        threshold=number(row["threshold"]),
        **{one: row[one] for one in (*same, *more)},
    )
    return own(found) if scope.driver_id else found


def own(alert: Alert) -> Alert:
    """The same for its driver: nothing of what managers say among themselves, whom they call, what they expect."""
    hidden: Row = dict.fromkeys(("by", "assignee", "paged", "held", "expected_loss", "shelved_until"))
    return msgspec.structs.replace(alert, **hidden, reason="", shelf="", notes=0, escalations=0)


def event(row: Row, scope: Scope) -> Event:
    """A row of the events table."""
    same = ("driver_id", "kind", "level", "unit", "rule", "rule_version", "limit_source", "quality", "source")
    return Event(
        event_id=row["event_id"],
        fleet_id=row["fleet_id"],
        vehicle_id=row["vehicle_id"],
        vehicle=name(row),
        subject=plain(row["subject"]),
        start=iso(row["start"]),
        end=moment(row["end"]),
        place=place(row, scope),
        note=plain(row["note"]) if row["note"] else None,
        peak=number(row["peak"]),
        threshold=number(row["threshold"]),
        speed_kmh=number(row["speed_kmh"]),
        **{one: row[one] for one in same},
    )


def task(row: Row, now: float) -> Task:
    """A row as ``tasks.fold`` has it."""
    same = ("subject", "kind", "alert_id", "state", "assignee", "outcome", "finding", "failures")
    return Task(
        task_id=row["task_id"],
        rev=str(row["rev"]),
        fleet_id=row["fleet_id"],
        vehicle_id=row["vehicle_id"],
        vehicle=name(row),
        created=iso(row["created"]),
        due=moment(row["due"]),
        done_at=moment(row["done_at"]),
        overdue=bool(row["state"] == OPEN and row["due"] is not None and row["due"] < now),
        **{one: row[one] for one in same},
    )


def columns(frame: pl.DataFrame, scope: Scope) -> Columns:
    """A recording by columns: what nobody measured is null, and of places nothing for those who may not know."""
    hidden = {"fleet_id", "vehicle_id", "driver_id"} | (set() if scope.places else PLACES)
    shown = [column.fill_nan(None) if column.dtype.is_float() else column for column in frame]
    return {column.name: column.to_list() for column in shown if column.name not in hidden}
