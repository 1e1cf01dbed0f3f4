"""Retention: once a UTC day has closed, payloads go to the archive, and what may no longer be settled is let go."""

import logging
import threading
from collections.abc import Callable

import numpy as np
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from streams import metrics
from streams.erasure import work as erasing
from streams.keeping import archive
from streams.keeping.archive import DAY_S, Vehicle
from streams.keeping.keeping import FOR_GOOD, Keeping
from streams.keeping.pruning import Pruner, jurisdictions
from streams.objects import Objects
from streams.pipeline import saved
from streams.pipeline.chain import STATE
from streams.records.leak_book import WINDOW_S
from streams.records.rows import SLOW_LEAK
from streams.store import accounts, schema, upkeep
from streams.store.store import Commit, Fenced, Store

logger = logging.getLogger(__name__)

FAILURES = (SQLAlchemyError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
CLOSES_S = 3_600.0  # a day closes this long after its midnight
AT_ONCE = 2_000  # payloads deleted in one transaction: nothing is taken meanwhile
ARCHIVED = "archived"  # meta: position up to which payloads are in the archive
RETAINED = "retained"  # meta: the last day whose closing has been seen to


class Retention:
    """Works once a day in a thread of its own; ``tick`` tells it the time. What a crash leaves undone is done again.

    ``first`` is called with the time while payloads are still there; nothing is let go before it has done its work.
    ``last`` is called at each tick.
    """

    def __init__(
        self,
        store: Store,
        objects: Objects,
        keeping: Keeping,
        first: Callable[[float], bool] = lambda _now: True,
        last: Callable[[float], object] = lambda _now: None,
    ) -> None:
        self.store, self.objects, self.keeping, self._first, self._last = store, objects, keeping, first, last
        self._now = float("-inf")
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._pruner = Pruner(store, keeping, self._stopping.is_set)
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin to wait for days to close."""
        self._thread.start()

    @property
    def stopping(self) -> bool:
        """Whether to come to an end."""
        return self._stopping.is_set()

    def tick(self, now: float) -> None:
        """It is ``now`` (UTC epoch s)."""
        self._now = now
        self._wake.set()

    def stop(self, timeout: float = 30.0) -> None:
        """Finish the handful under way and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                for task in (self.work, self.erase, self._last):
                    self._try(task)
            except Fenced:  # whoever has taken over goes on
                return

    def _try(self, task: Callable[[float], object]) -> None:
        try:
            task(self._now)
        except (OperationalError, OSError) as error:  # at the next tick again
            logger.warning("the archive cannot be seen to: %s", error)
        except FAILURES as error:  # the other tasks go on; its text may name a person
            logger.error("what is due once a day has closed cannot be seen to (%s)", type(error).__name__)

    def erase(self, now: float) -> None:
        """Take persons who were erased out of the archive too, and at last forget by what they were known."""
        erasing.clear_archive(self.store, self.objects)
        erasing.forget(self.store, now)

    def work(self, now: float) -> bool:
        """See to the days that have closed by ``now``; False: it has been done, or there is none."""
        day = (now - CLOSES_S) // DAY_S
        if not np.isfinite(day):
            return False
        if day <= self._meta(RETAINED, -1):
            self._first(now)  # what was written anew of days that are over does not wait for the next
            return False
        self._archive()
        if not self._first(now):
            return False
        self._prune_payloads()
        self._prune_archive(int(day))
        self._pruner.work(day * DAY_S)
        self._prune_tyre_points()
        if not self._stopping.is_set():
            self._note(RETAINED, int(day))
        return True

    def _archive(self) -> None:
        with self.store.reading() as connection:
            vehicles = vehicles_of(connection)
            for position in archive.write(connection, self.objects, self._meta(ARCHIVED, 0), vehicles):
                self._note(ARCHIVED, position)
                if self._stopping.is_set():
                    return

    def _prune_payloads(self) -> None:
        """Let go of the payloads before the midnight that settling may still start from, vehicle by vehicle."""
        with self.store.reading() as connection:
            safe = min(self._meta(ARCHIVED, 0), _snapshot(connection))
            bases = _bases(connection, self.keeping.horizon_days * DAY_S)
        for slot, day in bases.items():
            self._note_pruned(slot, day)
            while not self._stopping.is_set() and self._delete_some(slot, day, safe):
                pass

    def _note_pruned(self, slot: int, day: int) -> None:
        """First the mark, then the deed: after it nothing asks for what lies before."""
        commit = Commit()
        commit.upsert(upkeep.pruned, [{"slot": slot, "before": day * DAY_S}])
        self.store.commit(commit)

    def _delete_some(self, slot: int, day: int, safe: int) -> bool:
        payloads, midnights, states = schema.payloads, upkeep.midnights, accounts.remade_states
        last = select(func.max(states.c.day)).where(states.c.slot == slot, states.c.day <= day)
        old = select(payloads.c.position).where(
            payloads.c.slot == slot, payloads.c.last < day * DAY_S, payloads.c.position <= safe
        )
        with self.store.writing() as connection:
            gone = connection.execute(delete(payloads).where(payloads.c.position.in_(old.limit(AT_ONCE)))).rowcount
            connection.execute(delete(midnights).where(midnights.c.slot == slot, midnights.c.day < day))
            connection.execute(delete(states).where(states.c.slot == slot, states.c.day < last.scalar_subquery()))
        return gone == AT_ONCE

    def _prune_archive(self, today: int) -> None:
        """Whole days, the oldest first, and none that is not past the horizon."""
        with self.store.reading() as connection:
            rules = jurisdictions(connection)
        found = archive.parts(self.objects)
        size, most = sum(part.size for part in found), self.keeping.payloads_mb * 1e6
        gone = []
        for part in found:
            days = self.keeping.of(rules.get(part.fleet_id, ""))["payloads"].days
            too_old = days != FOR_GOOD and part.day < today - days
            too_much = 0 < most < size and part.day < today - self.keeping.horizon_days
            if too_old or too_much:
                gone.append(part)
                size -= part.size
        archive.drop(self.objects, gone)
        metrics.LET_GO.labels("archive").inc(len(gone))

    def _prune_tyre_points(self) -> None:
        """Let go of what no slow leak can be seen in any more: late data reaches back to the horizon, and it to there.

        In a fleet where a leak lasts, what is younger than its beginning and the windows before it stays.
        """
        points, events = schema.tyre_points, schema.events
        reach, leak = self.keeping.horizon_days * DAY_S + 4 * WINDOW_S, events.c.kind == SLOW_LEAK
        lasting = select(events.c.fleet_id, func.min(events.c.start)).where(leak, events.c.end.is_(None))
        newest = select(points.c.fleet_id, points.c.vehicle_id, points.c.wheel, func.max(points.c.start))
        by_wheel = newest.group_by(points.c.fleet_id, points.c.vehicle_id, points.c.wheel)
        with self.store.writing() as connection:
            since = {row[0]: row[1] for row in connection.execute(lasting.group_by(events.c.fleet_id))}
            for fleet_id, vehicle_id, wheel, last in connection.execute(by_wheel).all():
                oldest = min(last - reach, since.get(fleet_id, last) - 2 * WINDOW_S)
                its = (points.c.fleet_id == fleet_id, points.c.vehicle_id == vehicle_id, points.c.wheel == wheel)
                connection.execute(delete(points).where(*its, points.c.start < oldest))

    def _meta(self, key: str, default: int) -> int:
        with self.store.reading() as connection:
            found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
        return default if found is None else int(found)

    def _note(self, key: str, value: int) -> None:
        commit = Commit()
        commit.upsert(schema.meta, [{"key": key, "value": str(value)}])
        self.store.commit(commit)


def vehicles_of(connection: Connection) -> list[Vehicle]:
    """(fleet id, vehicle id) by slot."""
    vehicles = upkeep.vehicles
    query = select(vehicles.c.fleet_id, vehicles.c.vehicle_id).order_by(vehicles.c.slot)
    return [(row.fleet_id, row.vehicle_id) for row in connection.execute(query)]


def _snapshot(connection: Connection) -> int:
    return connection.execute(select(func.max(upkeep.snapshots.c.position))).scalar() or 0


def _bases(connection: Connection, horizon: float) -> dict[int, int]:
    """By slot, the last midnight on record that is past the horizon: settling needs nothing before it.

    The horizon is counted from the vehicle's own newest sample, as saved, or from late data that still waits. A
    vehicle without such a midnight is left out.
    """
    mark, midnights = saved.mark(), upkeep.midnights
    if connection.execute(select(upkeep.snapshots.c.fingerprint)).scalar() != mark:
        return {}
    waiting = {row.slot: row.since for row in connection.execute(select(upkeep.dirty))}
    bases = {}
    for slot, body in connection.execute(select(upkeep.states.c.slot, upkeep.states.c.body)).all():
        newest = float(np.frombuffer(saved.unpack(body), STATE)["watermark"][0])
        since = min(newest - horizon, waiting.get(slot, newest))
        query = select(func.max(midnights.c.day)).where(
            midnights.c.slot == slot, midnights.c.fingerprint == mark, midnights.c.day <= since // DAY_S
        )
        day = connection.execute(query).scalar()
        if day is not None:
            bases[slot] = day
    return bases
