"""Redetection: once a day closes, what was driven under rules that are not accepted is made again by pinned ones."""

import json
import math
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, select

from pricing.exposure import CLOSES
from pricing.tariff import Tariff
from streams.fleets.fleet import Fleet
from streams.intake.intake import Intake
from streams.ledger import pinned
from streams.ledger.again import Again, Task
from streams.ledger.pinned import DAY_S
from streams.ledger.spans import spans
from streams.pipeline.pipeline import Pipeline
from streams.pipeline.rule_set import InForce
from streams.registry import stored
from streams.registry.contracts import Policy
from streams.settling.outdated import REMADE
from streams.store import accounts, marks, schema, upkeep
from streams.store.store import Commit, Store, rows_of

Row = dict[str, Any]
Followed = Callable[[Connection], Fleet]  # vehicles, drivers and zones by the numbers they have on record
NEVER = -(2**31)


class Redetection:
    """Works beside the river, in any thread: it shares nothing with it but the store.

    ``live`` are the rules in force, ``intake`` reads payloads, ``horizon`` s is how far late data reaches back.
    """

    def __init__(
        self,
        store: Store,
        fleet: Followed,
        intake: Intake,
        live: InForce,
        tariff: Tariff,
        horizon: float,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.store, self.fleet, self.intake, self.live = store, fleet, intake, live
        self.tariff, self.horizon, self.stopping = tariff, horizon, stopping

    def work(self, now: float) -> bool:
        """See to the days that have closed by ``now`` (UTC epoch s); False: not all of it could be done."""
        if not math.isfinite(now):
            return True
        until = int((now - CLOSES.total_seconds()) // DAY_S)
        with self.store.reading() as connection:
            before = progress(connection)
        if until <= before["until"]:
            return True
        self._note(before)  # from here on settling says what it changes
        with self.store.reading() as connection:
            task = self._task(connection, until, before)
            changed = {row["slot"]: row for row in rows_of(connection, select(accounts.outdated))}
        if task is not None and not self._all(task, changed):
            return False
        commit = Commit()
        commit.remove(accounts.outdated, changed.values() if task is None else ())
        self.store.commit(commit)
        self._note({"until": until, "read_by": [] if task is None else read_by(task.pipeline.in_force, until)})
        return True

    def _task(self, connection: Connection, until: int, before: Row) -> Task | None:
        """None: nobody is insured, or what is on record is what premiums read and has always been."""
        own, said = pinned.rule_set(self.live, self.tariff), pinned.versions(connection, self.tariff)
        strange = pinned.strange(connection, said)
        begun = connection.execute(select(func.count()).select_from(accounts.remade_states)).scalar()
        if own is None or not (strange or begun) or not stored.read(connection).of(Policy):
            return None
        fleet = self.fleet(connection)
        fleet.columns()
        pipeline = Pipeline(fleet, pinned.priced(self.live, own, said))
        since = _differs_since(before["read_by"], read_by(pipeline.in_force, before["until"]))
        name, wall = pinned.version(self.tariff), not marks.is_fed(connection)
        return Task(pipeline, self.intake, name, tuple(strange), until, since, wall)

    def _all(self, task: Task, changed: dict[int, Row]) -> bool:
        """Whether every vehicle could be done; a name that has no number on record yet will have one in a minute."""
        fleet = task.pipeline.fleet
        with self.store.reading() as connection:
            known = _numbers(connection)
        for slot in range(len(fleet.vehicles)):
            with self.store.reading() as connection:
                commit = Again(task, connection, slot).made(changed.get(slot))
            if self.stopping() or (len(fleet.drivers), len(fleet.zones)) != known:
                return False
            if commit.upserts or commit.deletes:
                self.store.commit(commit)
        with self.store.reading() as connection:
            commit = spans(connection, task, self.horizon)
        self.store.commit(commit)
        return True

    def _note(self, said: Row) -> None:
        commit = Commit()
        commit.upsert(schema.meta, [{"key": REMADE, "value": json.dumps(said)}])
        self.store.commit(commit)


def progress(connection: Connection) -> Row:
    """How far days have been made again: the first that has not been looked at, and by which rules those before."""
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == REMADE)).scalar()
    said: Row = {"until": NEVER, "read_by": []} if found is None else json.loads(found)
    return said


def closed(connection: Connection) -> int | None:
    """The first day that has not closed and been seen to in all partitions; None: nobody sees to it."""
    said = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == REMADE)).scalars()
    return min((int(json.loads(one)["until"]) for one in said), default=None)


def read_by(rules: InForce, until: int) -> list[list[Any]]:
    """Which rules premiums read by before a day: since when, and their version."""
    found: list[list[Any]] = []
    for one in rules.sets:
        if one.since < until * DAY_S and (not found or found[-1][1] != one.version):
            found.append([one.since if found else -math.inf, one.version])
    return found


def _differs_since(before: list[list[Any]], now: list[list[Any]]) -> float:
    """Earliest instant from which the one says other rules than the other; +inf: never, or there was nothing before."""
    if not before:
        return math.inf
    cuts = sorted({since for since, _ in (*before, *now)})
    return next((cut for cut in cuts if _at(before, cut) != _at(now, cut)), math.inf)


def _at(some: list[list[Any]], t: float) -> str:
    return str(next(version for since, version in reversed(some) if since <= t))


def _numbers(connection: Connection) -> tuple[int, int]:
    """Drivers and zones on record."""
    drivers, zones = (
        int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
        for table in (upkeep.drivers, upkeep.zones)
    )
    return drivers, zones
