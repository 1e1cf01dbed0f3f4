"""Logbook: the trips and crashes of days that are driven sample by sample, and the claims that come of them."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from simulator.claims import Driven
from simulator.drivers import Driver
from simulator.losses import DAY
from simulator.perils import CRASHES, PERILS, relativity
from simulator.portfolio import Books
from simulator.reports import Report
from simulator.traffic import Traffic


class Logbook:
    """What each vehicle of a fleet drove, by its answer sheets."""

    def __init__(self, fleet: Traffic) -> None:
        self._fleet = fleet
        names = [vehicle.vehicle_id for vehicle in fleet.roster.vehicles]
        self._trips = {name: array("d") for name in names}  # UTC epoch s from and to, km, one after the other
        self._crashes: dict[str, list[tuple[float, str]]] = {name: [] for name in names}

    def noting(self, reports: Iterator[Report]) -> Iterator[Report]:
        """The same reports, their trips and crashes written down."""
        for report in reports:
            trips = report.sheet.filter(pl.col("kind") == "trip")
            times = (trips[name].dt.epoch("ms") / 1000 for name in ("start", "end"))
            self._trips[report.vehicle_id].extend(np.column_stack([*times, trips["peak"]]).ravel())
            crashes = report.sheet.filter(pl.col("kind") == "crash")
            at = crashes["start"].dt.epoch("ms") / 1000
            self._crashes[report.vehicle_id] += zip(at, crashes["driver_id"], strict=True)
            yield report

    def driven(self, days: int) -> Iterator[Driven]:
        """Of each vehicle, insured for so many days from the window's beginning on."""
        roster, first = self._fleet.roster, self._fleet.window.start
        for k, (vehicle, driver) in enumerate(zip(roster.vehicles, roster.drivers, strict=True)):
            start, end, km = np.array(self._trips[vehicle.vehicle_id]).reshape(-1, 3).T
            crashes, likely = tuple(self._crashes[vehicle.vehicle_id]), self._likely(k, driver, days)
            yield Driven(vehicle, driver, first, first + days * DAY, start, end, km, crashes, likely)

    def _likely(self, k: int, driver: Driver, days: int) -> float:
        """Crashes to be expected: those that are ordered, and by chance from the second day on."""
        ordered = sum(event.kind == "crash" and event.vehicle == k for event in self._fleet.events)
        usual = self._fleet.roster.incidents[k].crash is not None
        return ordered + usual + (days - 1) * CRASHES * relativity(driver, PERILS["own_damage"])

    def write(self, folder: Path, days: int) -> None:
        """``claims``, ``development`` and ``truth`` into a folder."""
        books = Books()
        for k, driven in enumerate(self.driven(days)):
            books.take(driven, [self._fleet.roster.seed, 18, k])
        books.write(folder, ".parquet")
