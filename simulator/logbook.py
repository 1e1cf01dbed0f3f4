"""Logbook: the trips and crashes of days that are driven sample by sample, and the claims that come of them."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from simulator.claims import Driven
from simulator.drivers import Driver
from simulator.lasting import relief
from simulator.losses import DAY
from simulator.perils import CRASHES, PERILS, relativity
from simulator.placed import Placed
from simulator.portfolio import Books
from simulator.reports import Report
from simulator.traffic import Traffic

Whom = tuple[str, str]  # vehicle, and who drove it


class Logbook:
    """What each driver of a fleet drove of each vehicle, by what truly happened."""

    def __init__(self, fleet: Traffic) -> None:
        self._fleet = fleet
        self._driven: dict[Whom, array[float]] = {}  # UTC epoch s from and to, km, one after the other
        self._crashes: dict[Whom, list[float]] = {}

    def noting(self, reports: Iterator[Report]) -> Iterator[Report]:
        """The same reports, their trips and crashes written down."""
        for report in reports:
            for one in report.driven:
                own = self._driven.setdefault((report.vehicle_id, one.driver_id), array("d"))
                own.extend((one.start, one.end, one.km))
            crashes = report.sheet.filter(pl.col("kind") == "crash")
            for at, driver_id in zip(crashes["start"].dt.epoch("ms") / 1000, crashes["driver_id"], strict=True):
                self._crashes.setdefault((report.vehicle_id, driver_id), []).append(at)
            yield report

    def driven(self, days: int) -> Iterator[Driven]:
        """Of each vehicle and driver, insured for so many days from the window's beginning on, as long as it is there.

        First its own driver's, then that of who took over from him, if anybody did.
        """
        begins = [self._fleet.begins(day) for day in range(days)]
        for k in range(len(self._fleet.roster.vehicles)):
            own = [event for event in self._fleet.events if event.vehicle == k]
            swapped = any(event.kind == "driver_swap" for event in own)
            for which in range(3 if swapped else 1):
                found = self._by(k, which, own, begins)
                if not which or found.km.size:
                    yield found

    def _by(self, k: int, which: int, events: list[Placed], begins: list[float]) -> Driven:
        """What a vehicle's own driver (0) drove of it, or one of those who took over."""
        vehicle, who = self._fleet.roster.vehicles[k], self._fleet.driver(k, which)
        term, whom = self._term(events, len(begins)), (vehicle.vehicle_id, who.driver_id)
        start, end, km = np.array(self._driven.get(whom, ())).reshape(-1, 3).T
        crashes = tuple(self._crashes.get(whom, ()))
        sets_out = [day for day in range(len(begins)) if relief(events, k, day) == which]
        likely = _ordered(crashes, events, begins) + self._chance(who, events, sets_out, begins, term)
        first, last = term
        return Driven(vehicle, who, last if which else first, last, start, end, km, crashes, likely, which)

    def _term(self, events: list[Placed], days: int) -> tuple[float, float]:
        """UTC epoch s from which a vehicle is insured, and until when: not before it joins, nor once it is sold."""
        at = {event.kind: self._fleet.begins(event.day) + event.at for event in events}
        first = self._fleet.window.start
        last = min(first + days * DAY, at.get("leaves", np.inf))
        return min(max(first, at.get("joins", first)), last), last

    def _chance(
        self, who: Driver, events: list[Placed], chosen: list[int], begins: list[float], term: tuple[float, float]
    ) -> float:
        """Crashes to be expected by chance on some days: none on the first and where one is ordered, on parts less."""
        ordered = {event.day for event in events if event.kind == "crash"} | {0}
        seconds = 3_600 * self._fleet.window.hours
        there = (
            max(0.0, min(term[1], begins[day] + seconds) - max(term[0], begins[day])) / seconds
            for day in chosen
            if day not in ordered
        )
        return CRASHES * relativity(who, PERILS["own_damage"]) * sum(there)

    def write(self, folder: Path, days: int) -> None:
        """``claims``, ``development`` and ``truth`` into a folder."""
        books, seed = Books(), self._fleet.roster.seed
        numbers = {vehicle.vehicle_id: k for k, vehicle in enumerate(self._fleet.roster.vehicles)}
        for driven in self.driven(days):
            own = [seed, 18, numbers[driven.vehicle.vehicle_id]]
            books.take(driven, [*own, driven.relief] if driven.relief else own)
        books.write(folder, ".parquet")


def _ordered(crashes: tuple[float, ...], events: list[Placed], begins: list[float]) -> int:
    """How many crashes were bound to come: those of the first day, and of days for which one was ordered."""
    ordered = {event.day for event in events if event.kind == "crash"} | {0}
    return sum(bisect_right(begins, at) - 1 in ordered for at in crashes)
