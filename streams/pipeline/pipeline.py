"""Pipeline: samples in, findings out; holds every vehicle's state and knows no wire, no database and no clock."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from devices.samples import Floats, Ints, Samples
from streams.fleets.batch import Batch, assemble
from streams.fleets.fleet import Fleet
from streams.fleets.surroundings import surround
from streams.kernels.params import Records
from streams.pipeline import chain
from streams.pipeline.chain import STATE, Findings, Rooms
from streams.pipeline.rule_set import InForce, RuleSet

DAY_S = 86_400.0
ROOM = 16_384


@dataclass(frozen=True)
class Midnight:
    """A vehicle's state before its first sample of a UTC day."""

    slot: int
    day: int  # since 1970-01-01
    state: bytes


class Pipeline:
    """One fleet's states, moved on by samples that lie ahead of each vehicle's watermark."""

    def __init__(self, fleet: Fleet, in_force: InForce) -> None:
        self.fleet = fleet
        self.in_force = in_force
        self.state: Records = np.zeros(256, STATE)
        self.conflicts = 0  # fields told twice with different values, so far
        self._rooms = Rooms(ROOM)

    def run(self, samples: Samples) -> Findings:
        """Findings of ``samples``, all of which lie ahead (see ``ahead``) and in one of ``stretches``."""
        slots = self.fleet.slots(samples.vehicles)
        numbers = self.fleet.numbers(samples.drivers)
        self._reserve(len(self.fleet.vehicles))
        batch, conflicts = assemble(samples, slots, numbers)
        self.conflicts += conflicts
        columns = self.fleet.columns_at(batch.slots, batch.t[batch.bounds[:-1]])
        rules = self.in_force.at(float(samples.t[0]))
        if rules.roads is not None:
            self._forget_other_roads(batch)
            batch = rules.roads.beside(batch, columns)
        if rules.fleets:
            columns = columns._replace(klass=columns.klass.copy())
            columns.klass[batch.slots] = self.rows(rules, batch.slots, columns.klass[batch.slots])
        found = chain.run(surround(batch, self.fleet), columns, self.state, rules.thresholds, self._rooms)
        self.state["seen"][batch.slots] = 1
        self.state["watermark"][batch.slots] = batch.t[batch.bounds[1:] - 1]
        return found._replace(version=rules.of)

    def rows(self, rules: RuleSet, slots: Ints, klass: Ints) -> Ints:
        """(n,) which row of the thresholds is that of each vehicle, of the class ``klass``."""
        vehicles = self.fleet.vehicles
        first = [rules.fleets.get(vehicles[slot][0], 0) for slot in slots.tolist()]
        return klass + np.array(first, np.int64)

    def stretches(self, samples: Samples, by_day: bool = True) -> list[Samples]:
        """The rows of each UTC day, within it of each rule set and description of their vehicle, earliest first."""
        slots, tyres = self.fleet.slots(samples.vehicles), samples.tyres
        of = self._stretch(slots, samples.vehicle, samples.t, by_day)
        if all(numbers.size and numbers.min() == numbers.max() for numbers in of):
            return [samples]
        rows = np.stack(of, axis=1)
        tyre_rows = np.stack(self._stretch(slots, tyres.vehicle, tyres.t, by_day), axis=1)
        return [
            only(samples, (rows == one).all(axis=1), (tyre_rows == one).all(axis=1)) for one in np.unique(rows, axis=0)
        ]

    def _stretch(self, slots: Ints, vehicle: Ints, t: Floats, by_day: bool) -> list[Ints]:
        """(n,) UTC day, number of the rule set, and number of the vehicle's description, of each row."""
        numbers = [self.in_force.number(t), self.fleet.description(slots, vehicle, t)]
        return [(t // DAY_S).astype(np.int64), *numbers] if by_day else numbers

    def ahead(self, samples: Samples) -> npt.NDArray[np.bool_]:
        """(n,) which rows lie ahead of their vehicle's watermark; the others are late, or have been here before."""
        watermark = self.watermarks(self.fleet.slots(samples.vehicles))
        return np.asarray(samples.t > watermark[samples.vehicle])

    def watermarks(self, slots: Ints) -> Floats:
        """Newest t of each vehicle; -inf before its first."""
        self._reserve(len(self.fleet.vehicles))
        return np.where(self.state["seen"][slots] == 1, self.state["watermark"][slots], -np.inf)

    def moved(self, samples: Samples) -> Ints:
        """Slots of the vehicles that have rows, ascending."""
        rows = np.bincount(samples.vehicle, minlength=len(samples.vehicles))  # no sorting: 20 ns a row
        return np.unique(self.fleet.slots(samples.vehicles)[rows > 0])

    def watermark(self, slot: int) -> float:
        """Newest t of a vehicle; -inf before its first."""
        self._reserve(slot + 1)
        row = self.state[slot]
        return float(row["watermark"]) if row["seen"] else float("-inf")

    def midnights(self, samples: Samples) -> list[Midnight]:
        """States to keep: of vehicles for which ``samples``, all of one UTC day, are the first of that day."""
        slots = self.moved(samples)
        day = int(samples.t[0] // DAY_S)
        fresh = (self.state["seen"][slots] == 0) | (self.state["watermark"][slots] < day * DAY_S)
        return [Midnight(int(slot), day, self.state[slot].tobytes()) for slot in slots[fresh]]

    def restore(self, slot: int, state: bytes) -> None:
        """Put a vehicle back into a state."""
        self._reserve(slot + 1)
        self.state[slot] = np.frombuffer(state, STATE)[0]

    def scratch(self, slot: int, state: bytes | None) -> "Pipeline":
        """A pipeline over the same fleet whose only state is this vehicle's (None: never seen)."""
        other = Pipeline(self.fleet, self.in_force)
        other._reserve(len(self.fleet.vehicles))
        if state is not None:
            other.restore(slot, state)
        return other

    def _forget_other_roads(self, batch: Batch) -> None:
        """The number of a stretch means nothing on the map of another rule set."""
        if len(self.in_force.sets) > 1:
            before = self.in_force.number(self.state["watermark"][batch.slots])
            other = batch.slots[before != self.in_force.number(batch.t[batch.bounds[:-1]])]
            self.state["condition"]["road"][other] = 0

    def _reserve(self, count: int) -> None:
        if count > self.state.size:
            grown = np.zeros(max(count, 2 * self.state.size), STATE)
            grown[: self.state.size] = self.state
            self.state = grown


def only(samples: Samples, rows: npt.NDArray[np.bool_], tyre_rows: npt.NDArray[np.bool_] | None = None) -> Samples:
    """The samples of ``rows`` (n,), with the tyre readings of those instants (or of ``tyre_rows``, where known)."""
    tyres = samples.tyres
    if tyre_rows is None:
        tyre_rows = _instants(tyres.vehicle, tyres.t, samples.vehicle[rows], samples.t[rows])
    kept = replace(
        tyres,
        vehicle=tyres.vehicle[tyre_rows],
        wheel=tyres.wheel[tyre_rows],
        t=tyres.t[tyre_rows],
        pressure=tyres.pressure[tyre_rows],
        temp=tyres.temp[tyre_rows],
    )
    columns = {name: column[rows] for name, column in samples.columns.items()}
    driver = None if samples.driver is None else samples.driver[rows]
    vehicle, t, faults = samples.vehicle[rows], samples.t[rows], samples.faults
    if faults:
        wanted = set(zip(vehicle.tolist(), t.tolist(), strict=True))
        faults = [said for said in faults if (said.vehicle, said.t) in wanted]
    return replace(samples, vehicle=vehicle, t=t, columns=columns, driver=driver, tyres=kept, faults=faults)


def _instants(vehicle: Ints, t: Floats, of_vehicle: Ints, of_t: Floats) -> npt.NDArray[np.bool_]:
    """Which (vehicle, t) are among the pairs (of_vehicle, of_t)."""
    wanted = set(zip(of_vehicle.tolist(), of_t.tolist(), strict=True))
    pairs = zip(vehicle.tolist(), t.tolist(), strict=True)
    return np.fromiter((pair in wanted for pair in pairs), bool, vehicle.size)
