"""History: what was done about an alert step by step, and how soon it was known."""

from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select

from console.shapes import Step
from console.world import World
from streams.desk.actions import SHELVING
from streams.desk.decisions import OBJECT, is_about, key_of, width
from streams.desk.desk import Desk
from streams.messages import iso, plain
from streams.records.traced import evidence, trace
from streams.store import deeds, schema, upkeep
from streams.store.store import rows_of

Row = dict[str, Any]

AROUND_S = 60.0  # shown before and after an event
NEAR_S = 30.0  # a fix so far from a moment says where it was


def steps(alert: Row, desk: Desk, connection: Connection) -> list[Step]:
    """Calls, what people decided, and tasks, in order of time."""
    work = deeds.task_actions
    told = [(r["at"], "tripmeter", r["outcome"], r["target"] or r["priority"], r["why"]) for r in desk.told(alert)]
    acted = [row for row in desk.actions[key_of(alert)] if is_about(row, alert)]
    found = [*told, *[(row["at"], row["actor"], row["action"], _value(row), row["reason"]) for row in acted]]
    for row in rows_of(connection, select(work).where(work.c.alert_id == alert["alert_id"])):
        said = row["outcome"] or row["assignee"]
        found.append((row["at"], row["actor"], f"task {row['action']}", said, row["finding"]))
    shelves = shelving(connection, alert)
    found += [(row["at"], row["actor"], row["action"], width(row), row["reason"]) for row in shelves]
    first = (alert["first_seen"], "tripmeter", "first seen", alert["priority"], "")
    ordered = [first, *sorted(found, key=lambda one: one[0])]
    return [_step(*one) for one in ordered]


def shelving(connection: Connection, alert: Row) -> list[Row]:
    """Shelves over an alert while it stood, and their ends, in order."""
    actions = deeds.actions
    about = [actions.c[name].in_(("", alert[name])) for name in ("vehicle_id", "kind")]
    query = select(actions).where(actions.c.action.in_(SHELVING), actions.c.fleet_id == alert["fleet_id"], *about)
    query = query.where(func.coalesce(actions.c.until, actions.c.at) >= alert["first_seen"])
    query = query.where(actions.c.at <= alert["last_seen"]) if alert["superseded"] else query
    return rows_of(connection, query.order_by(actions.c.id))


def _value(action: Row) -> str:
    """Why, or whom; in whose words an objection is, its actor tells."""
    return "" if action["action"] == OBJECT else str(action["value"])


def recorded(connection: Connection, world: World, alert: Row) -> pl.DataFrame:
    """The samples around an alert's last event: those kept for good, else those of the payloads still here."""
    kept = evidence(connection, alert["last_event_id"])
    if kept is not None:
        return kept
    t = alert["last_start"]
    return trace(connection, world.intake, (alert["fleet_id"], alert["vehicle_id"]), t - AROUND_S, t + AROUND_S)


def began(around: pl.DataFrame, t: float) -> Row:
    """Where a vehicle was at ``t`` by the samples around it, for an event has the place at which it was last told of,
    which of a tyre's is where it ended; empty: no sample near says."""
    if not {"lat_deg", "lon_deg"} <= set(around.columns):
        return {}
    away = (pl.col("t") - t).abs()
    fixes = around.filter(pl.col("lat_deg").is_finite(), pl.col("lon_deg").is_finite(), away <= NEAR_S)
    return next(fixes.sort(away).select("lat_deg", "lon_deg").iter_rows(named=True), {})


def trip(connection: Connection, alert: Row) -> str | None:
    """The trip on which an alert's last event was; None: it was on none."""
    trips, t = schema.trips, alert["last_start"]
    whose = (trips.c.fleet_id == alert["fleet_id"], trips.c.vehicle_id == alert["vehicle_id"])
    query = select(trips.c.trip_id).where(*whose, trips.c.start <= t, trips.c.end >= t)
    return connection.execute(query.order_by(trips.c.start.desc()).limit(1)).scalar()


def _step(at: float, who: str, what: str, value: str, reason: str) -> Step:
    return Step(at=iso(at), who=plain(who), what=what, value=plain(value), reason=plain(reason))


def latency(connection: Connection, alert: Row) -> float | None:
    """Seconds from the last event to the arrival of the payload that holds it; None where that is let go."""
    payloads, vehicles = schema.payloads, upkeep.vehicles
    whose = (vehicles.c.fleet_id == alert["fleet_id"], vehicles.c.vehicle_id == alert["vehicle_id"])
    slot = connection.execute(select(vehicles.c.slot).where(*whose)).scalar()
    t = alert["last_start"]
    holding = (payloads.c.slot == slot, payloads.c.last >= t, payloads.c.first <= t)
    query = select(payloads.c.received_at).where(*holding).order_by(payloads.c.last).limit(1)
    arrived = connection.execute(query).scalar()
    return None if arrived is None or arrived < t else round(float(arrived) - t, 3)
