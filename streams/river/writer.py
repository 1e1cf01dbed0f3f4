"""Writer: a river's commits, with the names met for the first time; nothing follows one that was given up."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import OperationalError

from streams import metrics
from streams.fleets.fleet import Fleet
from streams.fleets.followed import said
from streams.records.record import Record
from streams.store import schema, upkeep
from streams.store.store import Commit, Store, persistently

VEHICLE = ("slot", "fleet_id", "vehicle_id", "known")


class Writer:
    """Writes commits until one is given up because it was told to stop (``stopping``); then it is ``lost``."""

    def __init__(self, store: Store, fleet: Fleet, record: Record) -> None:
        self.store, self.fleet, self.record = store, fleet, record
        self.lost = False  # the state is ahead of what the store has taken
        self._named = _counted(fleet)  # on record already
        self._told: set[str] = set()

    def write(self, commit: Commit, recent: float, stopping: Callable[[], bool]) -> bool:
        """Whether the commit is on disk; ``recent`` as record.mend has it."""
        if self.lost:
            return False
        self._names(commit)
        if self.record.out_of_order:
            with self.store.reading() as connection:
                self.record.mend(connection, commit, recent)
        with metrics.COMMIT.time():
            done = persistently(partial(self._committed, commit), stopping)
        if done:
            self._named = _counted(self.fleet)
            self._told |= {row["sink"] for row in commit.appends.get(schema.outbox, ())}
        self.lost = not done
        return done

    def told(self) -> set[str]:
        """Sinks for which there are messages on record that were not there when this was last asked."""
        told, self._told = self._told, set()
        return told

    @property
    def vehicles(self) -> int:
        """How many are on record."""
        return self._named[0]

    def _committed(self, commit: Commit) -> None:
        with metrics.UNWRITTEN.count_exceptions(OperationalError):
            self.store.commit(commit)

    def _names(self, commit: Commit) -> None:
        """Add vehicles, drivers and zones met for the first time."""
        vehicles, drivers, zones = self._named
        fleet = self.fleet
        for slot, who in enumerate(fleet.vehicles[vehicles:], vehicles):
            known = said(fleet.source.known(*who))
            commit.upsert(upkeep.vehicles, [dict(zip(VEHICLE, (slot, *who, known), strict=True))])
        for number, driver_id in enumerate(fleet.drivers[drivers:], drivers):
            commit.upsert(upkeep.drivers, [{"number": number, "driver_id": driver_id}])
        for number, (fleet_id, zone_id) in enumerate(fleet.zones[zones:], zones):
            commit.upsert(upkeep.zones, [{"number": number, "fleet_id": fleet_id, "zone_id": zone_id}])


def _counted(fleet: Fleet) -> tuple[int, int, int]:
    return len(fleet.vehicles), len(fleet.drivers), len(fleet.zones)
