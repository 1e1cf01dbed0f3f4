"""Doubts: who drove when a device raised something, told at once, and again once the samples after it have come."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from devices.samples import Samples
from streams.pipeline.pipeline import Pipeline
from streams.records.at_wheel import AtWheel
from streams.records.clock_fault import Fault, clock_faults
from streams.records.record import Record
from streams.store import schema
from streams.store.store import Commit, Store


class Doubts:
    """Tells what devices raised; remembers when, by slot, until a sample has followed."""

    def __init__(self, store: Store, pipeline: Pipeline, record: Record) -> None:
        self.store, self.pipeline, self.record = store, pipeline, record
        self._unsure: dict[int, set[float]] = {}

    def load(self, connection: Connection) -> None:
        """Go on after a restart."""
        events = schema.events
        newest = select(events.c.fleet_id, events.c.vehicle_id, func.max(events.c.start))
        by_vehicle = newest.where(events.c.source == "device").group_by(events.c.fleet_id, events.c.vehicle_id)
        for fleet_id, vehicle_id, start in connection.execute(by_vehicle):
            slot = self.pipeline.fleet.slot((fleet_id, vehicle_id))
            self._doubt([(slot, start)])
            if slot in self._unsure:  # and there may be more of it
                self._unsure[slot].add(self.pipeline.watermark(slot))

    def report(self, samples: Samples, faults: list[Fault], commit: Commit, newest: float) -> None:
        """Add what the devices themselves raised and who drove then, and what their clocks have got wrong."""
        moved = self._unsure.keys() & set(self.pipeline.moved(samples).tolist()) if self._unsure else set()
        if samples.events or faults or moved:
            with self.store.reading() as connection:
                at_wheel = AtWheel(connection, commit, self.pipeline.state, self.pipeline.fleet)
                self.record.report(samples, at_wheel, commit, newest)
                for slot in sorted(moved):
                    vehicle, since = self.pipeline.fleet.vehicles[slot], min(self._unsure[slot])
                    self.record.revise(at_wheel.again(vehicle, since), commit)
                self.record.revise(clock_faults(faults, connection), commit)
        said = [(self.pipeline.fleet.slot(samples.vehicles[event.vehicle]), event.t) for event in samples.events]
        self._doubt([*said, *((slot, t) for slot in moved for t in self._unsure.pop(slot))])

    def _doubt(self, said: Iterable[tuple[int, float]]) -> None:
        """Remember what is not behind the samples heard."""
        for slot, t in said:
            if t >= self.pipeline.watermark(slot):
                self._unsure.setdefault(slot, set()).add(t)
