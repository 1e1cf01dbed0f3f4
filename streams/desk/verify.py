"""Verify: a tyre task is believed when the pressure that follows says so."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, select

from devices.samples import Samples
from devices.signals import wheel_code
from streams.chain import PARAMS
from streams.desk import tasks
from streams.desk.decisions import Row
from streams.fleet import Known
from streams.intake import Intake
from streams.rule_set import InForce
from streams.store import schema
from streams.store.store import Commit
from streams.tyres import cold

AT_ONCE = 2_000  # payloads after it was done
TWICE = 2  # readings in a row decide, as with the alert itself


class Reading(NamedTuple):
    """A wheel's pressure, cold, below its placard."""

    t: float
    deficit: float  # %


class Verifier:
    """Judges tyre tasks that are done, from the readings that came after; ``clear(class, t)`` in % of the placard."""

    def __init__(
        self, intake: Intake, known: Callable[[str, str], Known], clear: Callable[[int, float], float]
    ) -> None:
        self.intake, self.known, self.clear = intake, known, clear

    def tick(self, now: float, connection: Connection, into: Commit) -> None:
        """Put on record which tasks have helped and which have not."""
        for task in tasks.tasks(connection):
            if task["state"] == tasks.DONE and task["kind"] == "check_tyre" and task["subject"]:
                into.append(schema.task_actions, self._judged(task, connection, now))

    def _judged(self, task: Row, connection: Connection, now: float) -> Iterable[Row]:
        known = self.known(task["fleet_id"], task["vehicle_id"])
        placard = known.placard_at(wheel_code(task["subject"]), task["done_at"])
        readings = self._readings(connection, task, placard)
        verdict = holds(readings, self.clear(known.at(now).klass, now))
        if verdict is None:
            return []
        below = f"{readings[-1].deficit:.1f} % below the placard"
        return [tasks.judged(task, verdict, below if not verdict else f"verified: {below}", now)]

    def _readings(self, connection: Connection, task: Row, placard: float) -> list[Reading]:
        vehicle = (task["fleet_id"], task["vehicle_id"])
        vehicles, payloads = schema.vehicles, schema.payloads
        query = (
            select(payloads)
            .join(vehicles, vehicles.c.slot == payloads.c.slot)
            .where(vehicles.c.fleet_id == vehicle[0], vehicles.c.vehicle_id == vehicle[1])
            .where(payloads.c.last > task["done_at"])
            .order_by(payloads.c.position)
            .limit(AT_ONCE)
        )
        samples = self.intake.stored(connection.execute(query), lambda _slot: vehicle)
        return deficits(samples, wheel_code(task["subject"]), task["done_at"], placard)


def clear_pct(in_force: InForce, klass: int, t: float) -> float:
    """Percent below the placard at which a low tyre is low no more, of a vehicle class (index) at an instant."""
    params = in_force.at(t).thresholds[list(PARAMS).index("tyre_low")]
    return float(params[klass]["clear_pct"])


def deficits(samples: Samples, wheel: int, after: float, placard: float) -> list[Reading]:
    """Readings of one vehicle's wheel after an instant, in order of time."""
    tyres = samples.tyres
    rows = np.flatnonzero((tyres.wheel == wheel) & (tyres.t > after) & ~np.isnan(tyres.pressure))
    rows = rows[np.argsort(tyres.t[rows], kind="stable")]
    if not placard > 0:
        return []
    return [
        Reading(float(tyres.t[i]), 100.0 * (1.0 - float(cold(tyres.pressure[i], tyres.temp[i])) / placard))
        for i in rows.tolist()
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
