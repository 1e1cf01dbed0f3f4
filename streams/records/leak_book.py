"""Leak book: the history of every tyre, whichever tractor pulls the trailer it is on, and the slow leaks seen in it."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from streams.fleets.fleet import Fleet
from streams.journeys.tyre_history import PARAMS
from streams.kernels.params import Records
from streams.pipeline import chain
from streams.pipeline.rule_set import InForce
from streams.records.leaks import Leak, LeakRule, Point, Watch
from streams.records.rows import SLOW_LEAK, Revised, leak_event

Row = dict[str, Any]
LINK = list(chain.PARAMS).index(SLOW_LEAK)
WINDOW_S = max(param.by_class()[0] for param in PARAMS if param.name == "window_h")


class Tyre(NamedTuple):
    """A place for a tyre: a wheel of a vehicle, or of a trailer by its own axles."""

    fleet_id: str
    vehicle_id: str  # empty: on a trailer
    trailer: str
    wheel: int


@dataclass
class _History:
    points: "array[float]" = field(default_factory=lambda: array("d"))  # Point after Point, ascending: 40 bytes each
    watch: Watch = field(default_factory=Watch)
    events: dict[str, Row] = field(default_factory=dict)  # by id, as last told
    floor: float = float("-inf")  # what was told of up to here stands

    def __iter__(self) -> Iterator[Point]:
        for k in range(0, len(self.points), len(Point._fields)):
            start, cold, full, slot, wheel = self.points[k : k + len(Point._fields)]
            yield Point(start, cold, full, int(slot), int(wheel))

    def write(self, points: Iterable[Point]) -> None:
        self.points = array("d", (value for point in sorted(points) for value in point))

    def last(self) -> float:
        return self.points[-len(Point._fields)] if self.points else float("-inf")


class LeakBook:
    """A pure fold over points; one that comes in order costs a step, one from the past folds its tyre anew.

    It holds the points of the rule's window before all that late data may still change.
    """

    def __init__(self, in_force: InForce, fleet: Fleet, horizon: float) -> None:
        self.in_force, self.fleet, self.horizon = in_force, fleet, horizon
        self._tyres: dict[Tyre, _History] = defaultdict(_History)
        self._of: dict[int, set[Tyre]] = defaultdict(set)  # tyres that a slot has read
        self._rule = cache(partial(rule_of, in_force))

    def load(self, points: Iterable[Row], events: Iterable[Row]) -> None:
        """Begin with points and events as they are on record."""
        grown: dict[Tyre, list[Point]] = defaultdict(list)
        for row in points:
            slot = self.fleet.slot((row["fleet_id"], row["vehicle_id"]))
            tyre, point = self._place(slot, row["wheel"], row["start"], row["cold_kpa"])
            grown[tyre].append(point)
        for tyre, some in grown.items():
            self._tyres[tyre].write(some)
        told = {row["event_id"]: row for row in events}
        for tyre in grown:
            one = self._tyres[tyre]
            found = self._folded(one)
            one.events = {name: told[name] for name in found if name in told}
            self._trim(one)

    def everything(self) -> Revised:
        """All that was loaded, followed from the first."""
        return self.fold({}, list(self._tyres))

    def take(self, found: Records) -> Revised:
        """Carry on with new points."""
        return self.fold(self.add(found))

    def add(self, found: Records) -> dict[Tyre, list[Point]]:
        """New points by the tyre they are of."""
        touched: dict[Tyre, list[Point]] = defaultdict(list)
        for record in found:
            tyre, point = self._place(
                int(record["slot"]), int(record["wheel"]), float(record["start"]), float(record["cold"])
            )
            touched[tyre].append(point)
        return touched

    def forget(self, slot: int, since: float) -> set[Tyre]:
        """Drop what a vehicle has read since an instant, before it is told anew; which tyres that concerns."""
        touched = set(self._of[slot])
        for tyre in touched:
            one = self._tyres[tyre]
            one.write(point for point in one if point.slot != slot or point.start <= since - 1.0)
        return touched

    def fold(self, added: dict[Tyre, list[Point]], again: Iterable[Tyre] = ()) -> Revised:
        """Put points in the book, and fold those tyres ``again`` of which some were dropped."""
        revised, anew = Revised([], []), set(again)
        for tyre in sorted(added.keys() | anew):
            one, points = self._tyres[tyre], sorted(added.get(tyre, ()))
            if tyre not in anew and points[0].start > one.last():
                for point in points:
                    one.points.extend(point)
                    self._told(one, one.watch.take(point, self._rule_at(point)), revised)
            else:
                self._refold(one, points, revised)
            self._trim(one)
        revised.rows.sort(key=lambda row: row["start"])
        return revised

    def _told(self, one: _History, leak: Leak | None, revised: Revised) -> None:
        if leak is not None:
            row = self._row(leak)
            one.events[row["event_id"]] = row
            revised.rows.append(row)

    def _refold(self, one: _History, points: list[Point], revised: Revised) -> None:
        merged = {(point.start, point.slot, point.wheel): point for point in [*one, *points]}
        one.write(merged.values())
        rows = {name: row for name, row in self._folded(one).items() if row["start"] > one.floor}
        revised.rows.extend(row for name, row in rows.items() if one.events.get(name) != row)
        gone = [name for name, row in one.events.items() if name not in rows and row["start"] > one.floor]
        revised.retracted.extend(one.events.pop(name) for name in gone)
        one.events.update(rows)

    def _folded(self, one: _History) -> dict[str, Row]:
        """Event rows of a tyre, all its points followed from the first."""
        one.watch = Watch()
        rows = {}
        for point in one:
            leak = one.watch.take(point, self._rule_at(point))
            if leak is not None:
                row = self._row(leak)
                rows[row["event_id"]] = row
        return rows

    def _trim(self, one: _History) -> None:
        """Drop points that neither late data nor a window before it can need; none while a leak lasts."""
        oldest = one.last() - self.horizon - 2 * WINDOW_S
        if one.watch.lasting is None and one.points and one.points[0] < oldest - WINDOW_S:
            one.write(point for point in one if point.start >= oldest)
            one.floor = oldest + WINDOW_S
            one.events = {name: row for name, row in one.events.items() if row["start"] > one.floor}

    def _row(self, leak: Leak) -> Row:
        first = leak.first
        behind = self._known(first.slot).trailer(first.wheel, first.start)
        vehicle = self.fleet.vehicles[first.slot]
        return leak_event(leak, vehicle, behind, self.in_force.at(first.start).of(vehicle[0]))

    def _place(self, slot: int, wheel: int, start: float, cold: float) -> tuple[Tyre, Point]:
        known, (fleet_id, vehicle_id) = self._known(slot), self.fleet.vehicles[slot]
        behind = known.trailer(wheel, start)
        tyre = Tyre(fleet_id, vehicle_id, "", wheel)
        if behind is not None:
            tyre = Tyre(fleet_id, "", behind.trailer, behind.own(wheel))
        self._of[slot].add(tyre)
        return tyre, Point(start, cold, known.placard_at(wheel, start), slot, wheel)

    def _known(self, slot: int) -> Any:
        return self.fleet.source.known(*self.fleet.vehicles[slot])

    def _rule_at(self, point: Point) -> LeakRule:
        number = int(self.in_force.number(np.array([point.start]))[0])
        fleet_id = self.fleet.vehicles[point.slot][0]
        return self._rule(number, fleet_id, self._known(point.slot).at(point.start).klass)


def rule_of(in_force: InForce, number: int, fleet_id: str, klass: int) -> LeakRule:
    """When a loss is a leak, by the rule set of this number, for a vehicle class (index) of a fleet."""
    rules = in_force.sets[number]
    p = rules.thresholds[LINK][rules.row(fleet_id, klass)]
    levels = (float(p["level1_pct"]), float(p["level2_pct"]), float(p["level3_pct"]))
    names = ("clear_pct", "window_h", "least_h", "beside_h", "pairs", "refill_pct", "steady_pct", "low_pct")
    return LeakRule(levels, *(float(p[name]) for name in names))
