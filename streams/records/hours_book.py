"""Hours book: each person's driving across vehicles, and the episodes the hours rules make of it, kept up to date."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from devices.samples import Floats, Ints
from streams.fleets.fleet import Fleet
from streams.hours import (
    IDLE,
    SPARSE,
    WINDOW_S,
    Dated,
    Episode,
    Interval,
    Sheet,
    Succession,
    person,
    rules_at,
    succession,
)
from streams.journeys.activity import DRIVE, NAMES, STATE, driving
from streams.kernels.params import Records
from streams.pipeline.rule_set import InForce
from streams.records.rows import Revised, hours_event

Row = dict[str, Any]
Key = tuple[str, int]  # fleet, streams.hours.person
SLACK_S = 86_400.0  # driving is put away this long after the window, much of it at once


class HoursBook:
    """A pure fold over intervals, carried on for whoever drove; between deadlines an open interval costs nothing.

    It holds the driving of the rules' window, or as far back as late data is settled, if that is further.
    """

    def __init__(self, in_force: InForce, fleet: Fleet, horizon: float) -> None:
        self.in_force, self.fleet, self.window = in_force, fleet, max(WINDOW_S, horizon)
        self._by_land: dict[tuple[str, bool], Succession] = {}  # rules by jurisdiction, and whether the driver is known
        self._people: dict[Key, Sheet] = {}
        self._drove: dict[int, set[Key]] = defaultdict(set)  # by slot, whoever has an interval in it
        self._open: dict[int, Key] = {}  # whose open interval a slot has
        self._started: Floats = np.empty(0)  # (S,) start of the slot's open driving, NaN none
        self._deadline: Floats = np.empty(0)  # (S,) last driving up to which nothing new is to be told

    def load(self, driven: Iterable[Row], told: Iterable[Row]) -> None:
        """Begin with intervals that are over and events, as they are on record."""
        for row in driven:
            key, slot = self._whose(row)
            bits = (SPARSE if row["quality"] else 0) if row["activity"] == NAMES[DRIVE] else IDLE
            if not bits & IDLE or self._on_duty(key, slot):
                self._sheet(key, slot).load(slot, row["start"], row["end"], bits)
        for row in told:
            key, slot = self._whose(row)
            if key in self._people or row["end"] is None:  # there may be an open drive and no other
                self._sheet(key, slot).events[row["event_id"]] = row

    def everything(self) -> Revised:
        """All that was loaded, folded."""
        return self.fold(set(self._people), np.zeros(0, STATE))

    def take(self, found: Records, state: Records, slots: Ints) -> Revised:
        """Carry on with closed intervals ``found`` and the open ones of ``slots`` in ``state`` (S,) activity.STATE."""
        return self.fold(self.close(found) | self.reopen(state, slots), state)

    def flush(self, state: Records, slots: Ints) -> Revised:
        """Tell how far the open driving of ``slots`` has come, where something was told of it that lasts."""
        self._grow(state.size)
        self._deadline[[slot for slot in slots.tolist() if self._lasts(slot)]] = -np.inf
        return self.fold(self.reopen(state, slots), state)

    def _lasts(self, slot: int) -> bool:
        """Whether an event of whoever drives ``slot`` has not ended; all others stand as they were told."""
        key = self._open.get(slot)
        return key is not None and any(row["end"] is None for row in self._people[key].events.values())

    def forget(self, slot: int, since: float, starts: set[float]) -> set[Key]:
        """Drop a vehicle's driving after ``since``, and that which began at ``starts``, before it is told anew."""
        touched = self._put_down(slot)
        return touched | {key for key in self._drove[slot] if self._people[key].drop(slot, since, starts)}

    def close(self, found: Records) -> set[Key]:
        """Put closed intervals ``found`` in the book; whose they are."""
        touched = set()
        for record in found:
            slot, is_drive = int(record["slot"]), record["kind"] == DRIVE
            key = self._key(int(record["driver"]), slot)
            if is_drive or self._on_duty(key, slot):
                bits = SPARSE * int(record["sparse"]) if is_drive else IDLE
                interval = self._interval(slot, float(record["start"]), float(record["end"]), bits)
                if self._sheet(key, slot).put(slot, interval):
                    touched.add(key)
        return touched

    def reopen(self, state: Records, slots: Ints) -> set[Key]:
        """Follow the open driving of ``slots``; the people for whom that is news."""
        self._grow(state.size)
        rows = state[slots]
        open_, start, last = driving(rows)
        known = self._started[slots]
        same = np.where(open_, known == start, np.isnan(known))
        news = ~same | (open_ & (last > self._deadline[slots]))
        touched = set()
        for k in np.flatnonzero(news).tolist():
            slot = int(slots[k])
            touched |= self._put_down(slot)
            if open_[k]:
                key = self._key(int(rows["drive"]["driver"][k]), slot)
                bits = SPARSE * int(rows["drive"]["sparse"][k])
                self._sheet(key, slot).open[slot] = self._interval(slot, float(start[k]), float(last[k]), bits)
                self._open[slot], self._started[slot] = key, start[k]
                touched.add(key)
        return touched

    def _put_down(self, slot: int) -> set[Key]:
        key = self._open.pop(slot, None)
        if key is None:
            return set()
        self._people[key].open.pop(slot, None)
        self._started[slot], self._deadline[slot] = np.nan, np.inf
        return {key}

    def fold(self, touched: set[Key], state: Records) -> Revised:
        """Fold the hours of these people again; what is open in any vehicle counts as far as ``state`` has come."""
        revised = Revised([], [])
        for key in sorted(touched):
            one = self._people[key]
            for slot, interval in one.open.items():
                drive = state["drive"][slot]
                one.open[slot] = interval._replace(end=float(drive["end"]), sparse=bool(drive["sparse"]))
            rules = self._rules(key, one.slot)
            row_of = _row_of(rules, self.fleet.driver_id(key[1]))
            told = one.fold(rules, row_of)
            revised.rows.extend(told.rows)
            revised.retracted.extend(told.retracted)
            for slot, deadline in told.deadlines.items():
                self._deadline[slot] = deadline
            one.put_away(self.window, SLACK_S, row_of)
        revised.rows.sort(key=lambda row: row["start"])  # of all people: two may have driven one vehicle
        return revised

    def _sheet(self, key: Key, slot: int) -> Sheet:
        """The sheet of a person who drove the vehicle in ``slot``."""
        self._drove[slot].add(key)
        if key not in self._people:
            self._people[key] = Sheet(slot, self._interval)
        return self._people[key]

    def _rules(self, key: Key, slot: int) -> Succession:
        """Those of a person who drove the vehicle in ``slot``."""
        land, assigned = self.fleet.known(slot).jurisdiction, key[1] >= 0
        if (land, assigned) not in self._by_land:
            dated = (Dated(one.since, one.hours.of(land, assigned)) for one in self.in_force.sets)
            self._by_land[land, assigned] = succession(dated)
        return self._by_land[land, assigned]

    def _on_duty(self, key: Key, slot: int) -> bool:
        return any(one.rules.on_duty for one in self._rules(key, slot))

    def _interval(self, slot: int, start: float, end: float, bits: int) -> Interval:
        known, sparse, idle = self.fleet.known(slot), bool(bits & SPARSE), bool(bits & IDLE)
        return Interval(start, end, self.fleet.vehicles[slot], known.zone, known.at(start).passenger, sparse, idle)

    def _whose(self, row: Row) -> tuple[Key, int]:
        """Whose hours a row is of, and the slot of its vehicle."""
        slot = self.fleet.slot((row["fleet_id"], row["vehicle_id"]))
        driver = -1 if row["driver_id"] is None else self.fleet.number(row["driver_id"])
        return (row["fleet_id"], person(driver, slot)), slot

    def _key(self, driver: int, slot: int) -> Key:
        return self.fleet.vehicles[slot][0], person(driver, slot)

    def _grow(self, size: int) -> None:
        more = size - self._started.size
        if more > 0:
            self._started = np.append(self._started, np.full(more, np.nan))
            self._deadline = np.append(self._deadline, np.full(more, np.inf))


def _row_of(rules: Succession, driver_id: str | None) -> Callable[[Episode], Row]:
    return lambda episode: hours_event(episode, rules_at(rules, episode.start), driver_id)
