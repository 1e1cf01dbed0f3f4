"""Hours book: each person's driving across vehicles, and the episodes the hours rule makes of it, kept up to date."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from devices.samples import Floats, Ints
from streams.activity import DRIVE, driving
from streams.detectors.base import Records
from streams.fleet import Fleet
from streams.hours import WINDOW_S, HoursRule, Interval, deadline, episodes, last_break, person
from streams.rows import Revised, hours_event

Row = dict[str, Any]
Key = tuple[str, int]  # fleet, streams.hours.person
SLACK_S = 86400.0  # intervals are dropped this long after the window, many at once


@dataclass
class _Person:
    closed: dict[tuple[int, float], Interval] = field(default_factory=dict)  # by (slot, start)
    open: dict[int, Interval] = field(default_factory=dict)  # by slot
    events: dict[str, Row] = field(default_factory=dict)  # by id, as last told
    floor: float = -np.inf  # driving up to here is no longer in the book, and what was told of it stands


class HoursBook:
    """A pure fold over intervals, redone for whoever drove; between deadlines an open interval costs nothing.

    It holds the driving of the rule's window, or as far back as late data is settled, if that is further.
    """

    def __init__(self, rule: HoursRule, fleet: Fleet, horizon: float) -> None:
        self.rule, self.fleet, self.window = rule, fleet, max(WINDOW_S, horizon)
        self._people: dict[Key, _Person] = defaultdict(_Person)
        self._open: dict[int, Key] = {}  # whose open interval a slot has
        self._started: Floats = np.empty(0)  # (S,) start of the slot's open driving, NaN none
        self._deadline: Floats = np.empty(0)  # (S,) last driving up to which nothing new is to be told

    def load(self, driven: Iterable[tuple[Key, Interval]], events: Iterable[tuple[Key, Row]]) -> None:
        """Begin with closed intervals and events already on record."""
        for key, interval in driven:
            self._people[key].closed[interval.slot, interval.start] = interval
        for key, row in events:
            self._people[key].events[row["event_id"]] = row

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
        for key, one in self._people.items():
            mine = [(mark, interval) for mark, interval in one.closed.items() if mark[0] == slot]
            gone = [mark for mark, interval in mine if interval.end > since or interval.start in starts]
            for mark in gone:
                del one.closed[mark]
                touched.add(key)
        return touched

    def close(self, found: Records) -> set[Key]:
        """Put closed intervals ``found`` in the book; whose they are."""
        touched = set()
        for record in found[found["kind"] == DRIVE]:
            slot = int(record["slot"])
            interval = Interval(float(record["start"]), float(record["end"]), slot)
            key = self._key(int(record["driver"]), slot)
            if interval.end > self._people[key].floor:
                self._people[key].closed[slot, interval.start] = interval
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
                self._people[key].open[slot] = Interval(float(start[k]), float(last[k]), slot)
                self._open[slot], self._started[slot] = key, start[k]
                touched.add(key)
        return touched

    def _put_down(self, slot: int) -> set[Key]:
        key = self._open.pop(slot, None)
        if key is None:
            return set()
        del self._people[key].open[slot]
        self._started[slot], self._deadline[slot] = np.nan, np.inf
        return {key}

    def fold(self, touched: set[Key], state: Records) -> Revised:
        """Fold the hours of these people again; what is open in any vehicle counts as far as ``state`` has come."""
        revised = Revised([], [])
        for key in sorted(touched):
            one = self._people[key]
            for slot, interval in one.open.items():
                one.open[slot] = interval._replace(end=float(state["drive"]["end"][slot]))
            rows = self._episodes(key, one)
            revised.rows.extend(row for name, row in rows.items() if one.events.get(name) != row)
            gone = [name for name, row in one.events.items() if name not in rows and row["start"] > one.floor]
            revised.retracted.extend(one.events.pop(name) for name in gone)
            one.events.update(rows)
            self._trim(one)
        revised.rows.sort(key=lambda row: row["start"])  # of all people: two may have driven one vehicle
        return revised

    def _intervals(self, one: _Person) -> tuple[list[Interval], list[int]]:
        """A person's driving with vehicles numbered by name, and their slots: slots depend on who spoke first."""
        driven = [*one.closed.values(), *one.open.values()]
        slots = sorted({interval.slot for interval in driven}, key=lambda slot: self.fleet.vehicles[slot])
        number = {slot: k for k, slot in enumerate(slots)}
        return [interval._replace(slot=number[interval.slot]) for interval in driven], slots

    def _episodes(self, key: Key, one: _Person) -> dict[str, Row]:
        """Event rows of a person; also sets the next deadlines of what is open."""
        intervals, slots = self._intervals(one)
        found = episodes(intervals, self.rule)
        level = found[-1].level if found and found[-1].end is None else 0
        for slot, interval in one.open.items():
            now_open = interval._replace(slot=slots.index(slot))
            if any(other.end > interval.start and other != now_open for other in intervals):
                self._deadline[slot] = -np.inf  # driving in two vehicles at once, or in one heard of late
            elif level < len(self.rule.thresholds()):
                self._deadline[slot] = deadline(intervals, now_open, self.rule, level + 1)
            else:
                self._deadline[slot] = np.inf
        driver_id = self.fleet.driver_id(key[1])
        vehicles = self.fleet.vehicles
        rows = (hours_event(episode, self.rule, vehicles[slots[episode.slot]], driver_id) for episode in found)
        return {row["event_id"]: row for row in rows}

    def _trim(self, one: _Person) -> None:
        """Drop driving before the window; never a part of what a break has not ended."""
        ends = [interval.end for interval in one.closed.values()]
        if ends and min(ends) < max(ends) - self.window - SLACK_S:
            one.floor = last_break(one.closed.values(), self.rule, max(ends) - self.window)
            one.closed = {mark: interval for mark, interval in one.closed.items() if interval.end > one.floor}

    def _key(self, driver: int, slot: int) -> Key:
        return self.fleet.vehicles[slot][0], person(driver, slot)

    def _grow(self, size: int) -> None:
        more = size - self._started.size
        if more > 0:
            self._started = np.append(self._started, np.full(more, np.nan))
            self._deadline = np.append(self._deadline, np.full(more, np.inf))
