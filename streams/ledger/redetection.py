"""Redetection: once a day closes, what was driven under rules that are not accepted is made again by pinned ones."""

import json
import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from pricing.exposure import CLOSES
from pricing.tariff import Tariff
from streams import metrics
from streams.fleets.fleet import Fleet
from streams.intake.intake import Intake
from streams.ledger import books, pinned
from streams.ledger.again import Again, Task
from streams.ledger.beginnings import Begin, Beginnings
from streams.ledger.pinned import DAY_S
from streams.ledger.spans import spans
from streams.ledger.unaccepted import Unaccepted
from streams.ledger.wheel import hours
from streams.pipeline.pipeline import Pipeline
from streams.pipeline.rule_set import InForce
from streams.registry import stored
from streams.registry.contracts import Policy
from streams.settling.outdated import REMADE
from streams.store import accounts, marks, schema, upkeep
from streams.store.store import Commit, Store, rows_of

logger = logging.getLogger(__name__)

Row = dict[str, Any]
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # of one vehicle; a store's are of all
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
        tariffs: Sequence[Tariff],
        horizon: float,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.store, self.fleet, self.intake, self.live = store, fleet, intake, live
        self.tariffs, self.horizon, self.stopping = tariffs, horizon, stopping

    def work(self, now: float) -> bool:
        """See to the days that have closed by ``now`` (UTC epoch s); False: not all of it could be done."""
        if not math.isfinite(now):
            return True
        until = int((now - CLOSES.total_seconds()) // DAY_S)
        with self.store.reading() as connection:
            before = progress(connection)
        if until <= before["until"]:
            return self._rewritten(before)
        self._note(before)  # from here on settling says what it changes
        with self.store.reading() as connection:
            tasks = self._tasks(connection, until, before)
            changed, words = rows_of(connection, select(accounts.outdated)), books.words(connection)
        since = {row["slot"]: row["since"] for row in changed}
        failed: dict[int, float] = {}
        if not all(self._all(task, since, failed) for task in tasks):
            return False
        commit = Commit()
        done = [row for row in changed if row["slot"] not in failed]
        commit.remove(accounts.outdated, done)  # those settled meanwhile stay: they have another number
        earlier = {slot: t for slot, t in failed.items() if t < since.get(slot, math.inf)}
        commit.upsert(accounts.outdated, [{"slot": slot, "since": t, "number": 0} for slot, t in earlier.items()])
        self.store.commit(commit)
        read = {task.own: read_by(task.pipeline.in_force, until) for task in tasks}
        self._note({"until": until, "read_by": read, "words": words})
        return True

    def _rewritten(self, before: Row) -> bool:
        """See to vehicles whose trailers were written anew since, as far as settled: they do not wait for the night."""
        with self.store.reading() as connection:
            rows = books.rewritten(connection)
            tasks = self._tasks(connection, before["until"], before) if rows else []
        since, failed = {row["slot"]: row["since"] for row in rows}, dict[int, float]()
        if not all(self._vehicles(task, since, failed, since) for task in tasks):
            return False
        commit = Commit()
        commit.remove(accounts.outdated, [row for row in rows if row["slot"] not in failed])
        if rows:
            self.store.commit(commit)
        return True

    def _tasks(self, connection: Connection, until: int, before: Row) -> list[Task]:
        """One for each rule set that tariffs pin; none where nobody is insured."""
        if not stored.read(connection).of(Policy):
            return []
        by_rules = {pinned.version(tariff): tariff for tariff in self.tariffs}
        found = (self._task(connection, tariff, name, until, before) for name, tariff in by_rules.items())
        return [task for task in found if task is not None]

    def _task(self, connection: Connection, tariff: Tariff, name: str, until: int, before: Row) -> Task | None:
        """None: nobody knows any more by which rules premiums should read."""
        own, said = pinned.rule_set(self.live, tariff), pinned.versions(connection, tariff)
        if own is None:
            return None
        fleet = self.fleet(connection)
        fleet.changed(books.Books(fleet.source, books.coupled(connection)))
        fleet.columns()
        pipeline = Pipeline(fleet, pinned.priced(self.live, own, said))
        since = _differs_since(before["read_by"].get(name, []), read_by(pipeline.in_force, before["until"]))
        number = before.get("words", 0)
        strange, reworded = Unaccepted.read(connection, said), books.since(connection, number, "couplings")
        redriven = name not in before["read_by"] or books.since(connection, number, "drivers")
        begun = NEVER if redriven else before["until"]
        return Task(pipeline, self.intake, name, strange, until, begun, since, reworded, not marks.is_fed(connection))

    def _all(self, task: Task, changed: Mapping[int, float], failed: dict[int, float]) -> bool:
        """Whether all was seen to, what is folded over many days and vehicles too."""
        if not self._vehicles(task, changed, failed, range(len(task.pipeline.fleet.vehicles))):
            return False
        for folded in (spans, hours):
            with self.store.reading() as connection:
                commit = folded(connection, task, self.horizon)
            self.store.commit(commit)
        return True

    def _vehicles(
        self, task: Task, changed: Mapping[int, float], failed: dict[int, float], slots: Iterable[int]
    ) -> bool:
        """Whether every vehicle was seen to; a name that has no number on record yet will have one in a minute.

        Of those that ``failed`` it says from when on they are to be made again the next time.
        """
        fleet = task.pipeline.fleet
        with self.store.reading() as connection:
            known = _numbers(connection)
            begins = Beginnings.read(connection, task.own, task.strange, task.until)
        for slot in slots:
            vehicle = fleet.vehicles[slot]
            since = min(task.since, changed.get(slot, math.inf))
            reworded = vehicle[0] in task.reworded
            if reworded:
                since = min(since, begins.reach(slot))
            begin = begins.of(slot, vehicle, since, reworded)
            idle = begin is None or (begin.goes_on and not begins.is_heard(slot, begin))
            if idle and since == math.inf and not reworded:
                continue
            commit = self._made(task, slot, begin, since)
            if commit is None:
                failed[slot] = min(failed.get(slot, math.inf), since)
                continue
            if self.stopping() or (len(fleet.drivers), len(fleet.zones)) != known:
                return False
            if commit.upserts or commit.deletes:
                self.store.commit(commit)
        return True

    def _made(self, task: Task, slot: int, begin: Begin | None, since: float) -> Commit | None:
        """What makes a vehicle's days again; None where that fails, which is counted and stops no other vehicle."""
        try:
            with self.store.reading() as connection:
                return Again(task, connection, slot).made(begin, since)
        except FAILURES as error:  # its text may name a person
            metrics.LEDGER_UNMADE.inc()
            logger.error("days of vehicle number %d cannot be made again (%s)", slot, type(error).__name__)
            return None

    def _note(self, said: Row) -> None:
        commit = Commit()
        commit.upsert(schema.meta, [{"key": REMADE, "value": json.dumps(said)}])
        self.store.commit(commit)


def progress(connection: Connection) -> Row:
    """How far days have been made again: the first that has not been looked at, and by which rules those before."""
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == REMADE)).scalar()
    said: Row = {"until": NEVER, "read_by": {}, "words": 0} if found is None else json.loads(found)
    return said


def closed(connection: Connection) -> int | None:
    """The first day (of 1970, from 0 on) not closed and seen to in all partitions; None: not all of them see to it."""
    meta = schema.meta
    rows = connection.execute(select(meta.c.key, meta.c.value).where(meta.c.key.in_([REMADE, "schema"]))).all()
    said = [int(json.loads(row.value)["until"]) for row in rows if row.key == REMADE]
    return max(0, min(said)) if 2 * len(said) == len(rows) else None


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
