"""Verify: a tyre task is believed when the pressure that follows says so - of the same tyre, and for long enough."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, or_, select

from devices.samples import Samples
from devices.signals import wheel_code
from streams.conditioning.tyres import cold
from streams.desk import tasks
from streams.desk.decisions import Row
from streams.fleets.fleet import Known
from streams.intake.intake import Intake
from streams.pipeline.chain import PARAMS
from streams.pipeline.rule_set import InForce
from streams.records.leak_book import rule_of
from streams.records.leaks import LeakRule, Point, loss
from streams.records.rows import SLOW_LEAK
from streams.store import deeds, schema, upkeep
from streams.store.store import Commit

AT_ONCE = 2_000  # payloads after it was done
TWICE = 2  # readings in a row decide, as with the alert itself


class Reading(NamedTuple):
    """A wheel's pressure, cold, below its placard."""

    t: float
    deficit: float  # %


class Place(NamedTuple):
    """Where the tyre of a task was when the task was done; readings there are of it while ``is_there``."""

    known: Known
    wheel: int
    done_at: float

    @property
    def placard(self) -> float:
        """kPa it should hold; NaN not known."""
        return self.known.placard_at(self.wheel, self.done_at)

    def is_there(self, t: float) -> bool:
        """Whether at ``t`` the same trailer, or none as then, is at this wheel of the vehicle."""
        return self._trailer(t) == self._trailer(self.done_at)

    def _trailer(self, t: float) -> str | None:
        behind = self.known.trailer(self.wheel, t)
        return None if behind is None else behind.trailer

    def spans(self) -> list[tuple[float, float]]:
        """The times since it was done in which it may be there."""
        name = self._trailer(self.done_at)
        behind = [(one.start, one.to) for one in self.known.couplings if one.trailer == name]
        return [(max(start, self.done_at), to) for start, to in behind or [(-math.inf, math.inf)] if to > self.done_at]


class Verifier:
    """Judges tyre tasks that are done, from what the tyre held afterwards."""

    def __init__(self, intake: Intake, known: Callable[[str, str], Known], in_force: InForce) -> None:
        self.intake, self.known, self.in_force = intake, known, in_force

    def tick(self, now: float, connection: Connection, into: Commit) -> None:
        """Put on record which tasks have helped and which have not."""
        for task in tasks.unfinished(connection, deeds.task_actions.c.kind == tasks.JUDGED):
            if task["state"] == tasks.DONE:
                into.append(deeds.task_actions, self._judged(task, connection, now))

    def _judged(self, task: Row, connection: Connection, now: float) -> Iterable[Row]:
        known = self.known(task["fleet_id"], task["vehicle_id"])
        place, klass = Place(known, wheel_code(task["subject"]), task["done_at"]), known.at(now).klass
        readings = self._readings(connection, task, place)
        verdict = holds(readings, clear_pct(self.in_force, task["fleet_id"], klass, now))
        found = f"{readings[-1].deficit:.1f} % below the placard" if readings else ""
        if verdict is not False and _leaked(connection, task):
            number = int(self.in_force.number(np.array([now]))[0])
            rule = rule_of(self.in_force, number, task["fleet_id"], klass)
            points = since_filled(_points(connection, task, place), rule)
            rate, hours = _rate(points, rule), _hours(points)
            verdict, found = stays(rate, hours * 3_600.0, rule), f"{rate:.1f} % a day lost over {hours:.0f} h"
        if verdict is None:
            return []
        return [tasks.judged(task, verdict, found if not verdict else f"verified: {found}", now)]

    def _readings(self, connection: Connection, task: Row, place: Place) -> list[Reading]:
        vehicle = (task["fleet_id"], task["vehicle_id"])
        vehicles, payloads = upkeep.vehicles, schema.payloads
        spans = [(payloads.c.last > start) & (payloads.c.first < to) for start, to in place.spans()]
        query = (
            select(payloads)
            .join(vehicles, vehicles.c.slot == payloads.c.slot)
            .where(vehicles.c.fleet_id == vehicle[0], vehicles.c.vehicle_id == vehicle[1])
            .where(or_(*spans))
            .order_by(payloads.c.position)
            .limit(AT_ONCE)
        )
        return deficits(self.intake.stored(connection.execute(query), lambda _slot: vehicle), place)


def clear_pct(in_force: InForce, fleet_id: str, klass: int, t: float) -> float:
    """Percent below the placard at which a low tyre is low no more, of a fleet's vehicle class (index)."""
    rules = in_force.at(t)
    params = rules.thresholds[list(PARAMS).index("tyre_low")]
    return float(params[rules.row(fleet_id, klass)]["clear_pct"])


def deficits(samples: Samples, place: Place) -> list[Reading]:
    """Readings of the tyre since the task was done, in order of time; the samples are one vehicle's."""
    tyres, placard = samples.tyres, place.placard
    rows = np.flatnonzero((tyres.wheel == place.wheel) & (tyres.t > place.done_at) & ~np.isnan(tyres.pressure))
    rows = rows[np.argsort(tyres.t[rows], kind="stable")]
    if not placard > 0:
        return []
    return [
        Reading(float(tyres.t[i]), 100.0 * (1.0 - float(cold(tyres.pressure[i], tyres.temp[i])) / placard))
        for i in rows.tolist()
        if place.is_there(float(tyres.t[i]))
    ]


def holds(readings: Iterable[Reading], clear: float) -> bool | None:
    """Whether two readings in a row say that the pressure is back, or that it is not; None: too early to say."""
    row, last = 0, math.nan
    for reading in readings:
        good = reading.deficit < clear
        row = row + 1 if last == good else 1
        last = good
        if row >= TWICE:
            return good
    return None


def stays(rate: float, seconds: float, rule: LeakRule) -> bool | None:
    """Whether a tyre that leaked, and has since lost ``rate`` % a day, has held for the whole window of the leak rule.

    That it still leaks is said as soon as it can be told; what was topped up looks well for days.
    """
    if rate >= rule.levels[0]:
        return False
    return True if rate < rule.clear and seconds >= rule.window_s else None


def since_filled(points: Sequence[Point], rule: LeakRule) -> list[Point]:
    """The points since the tyre was last filled."""
    kept: list[Point] = []
    for point in points:
        filled = bool(kept) and point.cold > kept[-1].cold * (1.0 + rule.refill / 100.0)
        kept = [point] if filled else [*kept, point]
    return kept


def _rate(points: Sequence[Point], rule: LeakRule) -> float:
    """Percent a day lost in the last window; NaN where that cannot be told yet."""
    lately = [one for one in points if points[-1].start - one.start <= rule.window_s]
    return loss(lately, rule, lately[0].full if lately[0].full > 0 else lately[0].cold) if lately else math.nan


def _hours(points: Sequence[Point]) -> float:
    return (points[-1].start - points[0].start) / 3_600.0 if points else 0.0


def _points(connection: Connection, task: Row, place: Place) -> list[Point]:
    """What the tyre held, cold, every few hours since the task was done."""
    table = schema.tyre_points
    at_wheel = (table.c.vehicle_id == task["vehicle_id"], table.c.wheel == place.wheel, table.c.start > place.done_at)
    query = select(table.c.start, table.c.cold_kpa).where(table.c.fleet_id == task["fleet_id"], *at_wheel)
    rows = connection.execute(query.order_by(table.c.start)).all()
    return [Point(start, held, place.placard, -1, place.wheel) for start, held in rows if place.is_there(start)]


def _leaked(connection: Connection, task: Row) -> bool:
    """Whether the tyre lost pressure slowly when the task was made, or until it was done."""
    alerts = schema.alerts
    names = {name: task[name] for name in ("fleet_id", "vehicle_id", "subject")} | {"kind": SLOW_LEAK}
    lasted = or_(alerts.c.condition == "active", alerts.c.last_seen >= task["created"])
    asked = or_(alerts.c.alert_id == task["alert_id"], (alerts.c.first_seen <= task["done_at"]) & lasted)
    query = select(alerts.c.alert_id).where(*[alerts.c[name] == value for name, value in names.items()], asked)
    return connection.execute(query.limit(1)).first() is not None
