"""Traffic: a fleet's day, seeded - who drives where, and what devices and answer sheet say of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from simulator.answers import SHEET, Whose, answers
from simulator.device import Disturbance
from simulator.faults import SENT, Spell
from simulator.mishaps import Chosen, visit
from simulator.motion import MOVER, Motion, Records, advance
from simulator.roads import Roads, generate
from simulator.roster import Roster
from simulator.sensors import sense, sense_tyres
from simulator.shifts import Shift, plan
from simulator.tracks import reported, track, with_burst
from simulator.tyres import wheels
from simulator.vehicles import Class, G

SQUAD = 25  # vehicles advanced at a time, so that a large fleet fits into memory
DAY = 12.0  # h; a window this long holds a working day, a shorter one a part of it


class Window(NamedTuple):
    """The time simulated."""

    start: float  # UTC epoch s
    hours: float


class Report(NamedTuple):
    """One vehicle's day: what its device says, as a recording, and what truly happened.

    With faults the rows stand in the order in which they are sent, ``sent_at`` says when.
    """

    fleet_id: str
    vehicle_id: str
    recording: pl.DataFrame
    sheet: pl.DataFrame
    disturbances: Sequence[Disturbance] = ()  # of its line, in the order of time


@dataclass(frozen=True)
class Traffic:
    """The simulated fleet; the same roster and window give the same reports, whatever was asked before."""

    roster: Roster
    window: Window
    faults: Chosen = field(default_factory=dict)

    def reports(self) -> Iterator[Report]:
        """Every vehicle's day, one after the other."""
        roads = generate(self.roster.region, np.random.default_rng([self.roster.seed, 2]))
        for first in range(0, len(self.roster.vehicles), SQUAD):
            shifts = [self._shift(roads, k) for k in range(first, min(first + SQUAD, len(self.roster.vehicles)))]
            motion = self._motion(shifts, first)
            bounds = np.cumsum([0, *(len(shift.legs) for shift in shifts)])
            for k, shift in enumerate(shifts):
                yield self._report(roads, motion, k, shift, motion.reached[bounds[k] : bounds[k + 1]], first + k)

    def _shift(self, roads: Roads, k: int) -> Shift:
        rng = np.random.default_rng([self.roster.seed, 3, k])
        driver, hours = self.roster.drivers[k], self.window.hours
        if hours >= DAY:
            late = rng.uniform(0.1, 0.8) if driver.early else rng.uniform(2.0, 4.5)
            length = min(rng.uniform(8.0, 9.4), hours - late - 1.2)
        else:
            late = rng.uniform(0.01, 0.08) * hours
            length = 0.85 * hours
        vehicle, incidents = self.roster.vehicles[k], self.roster.incidents[k]
        return plan(roads, vehicle, driver, incidents, late * 3600, length * 3600, [self.roster.seed, 4, k])

    def _motion(self, shifts: list[Shift], first: int) -> Motion:
        seconds = round(self.window.hours * 3600)
        draws = (np.random.default_rng([self.roster.seed, 5, first + k]) for k in range(len(shifts)))
        sway = np.array([1 + 0.012 * rng.normal(size=seconds // 20 + 2) for rng in draws])
        movers = np.concatenate([_mover(shift) for shift in shifts])
        return advance(movers, [s.legs for s in shifts], [s.surprises for s in shifts], sway, seconds)

    def _report(self, roads: Roads, motion: Motion, k: int, shift: Shift, reached: np.ndarray, number: int) -> Report:
        rng = np.random.default_rng([self.roster.seed, 6, number])
        whole = track(motion, k, shift)
        seen = reported(whole)
        crash, speed = motion.crashed[k]
        if not np.isnan(crash):
            seen = with_burst(seen, crash, speed)
        ambient = self._ambient(seen.t)
        tyres = wheels(shift.vehicle.kind, seen.t, rng, shift.incidents.leak, _punctured(shift, reached))
        columns = sense(roads, shift.vehicle.kind, shift.vehicle.odometer, seen, ambient, rng)
        heard = sense_tyres(tyres, seen, ambient, phase=float(rng.uniform(0, 60)))
        driver = shift.driver.driver_id if shift.vehicle.known_driver == "device" else None
        identity = (
            (columns["t"] + self.window.start).round(3).alias("t"),
            pl.lit(shift.vehicle.vehicle_id).alias("vehicle_id"),
            pl.lit(shift.vehicle.fleet_id).alias("fleet_id"),
            pl.lit(driver, pl.String).alias("driver_id"),
        )
        recording = pl.concat([columns.select(*identity, pl.exclude("t")), heard], how="horizontal")
        own = motion.manoeuvres[motion.manoeuvres["mover"] == k]
        sheet = answers(shift, whole, own, (crash, speed), tyres, seen.t, self.window.start)
        whose = Whose(shift.vehicle.fleet_id, shift.vehicle.vehicle_id, shift.driver.driver_id)
        report = Report(whose.fleet_id, whose.vehicle_id, recording, sheet)
        return self._visited(report, whose, number) if self.faults else report

    def _visited(self, report: Report, whose: Whose, number: int) -> Report:
        """The day with its mishaps."""
        window = Spell(self.window.start, self.window.start + 3600 * self.window.hours)
        visited = visit(report.recording, whose, self.faults, window, self.roster.seed, number)
        sheet = pl.concat([report.sheet, visited.sheet]).sort("start", maintain_order=True)
        return report._replace(recording=visited.recording, sheet=sheet, disturbances=visited.disturbances)

    def _ambient(self, t: np.ndarray) -> np.ndarray:
        """°C outside at ``t`` s after the window begins."""
        local = datetime.fromtimestamp(self.window.start, UTC).astimezone(ZoneInfo(self.roster.region.zone))
        return self.roster.region.ambient(local.hour + local.minute / 60 + t / 3600)


def _mover(shift: Shift) -> Records:
    kind, row = shift.vehicle.kind, np.zeros(1, MOVER)
    row["start"], row["crash"] = shift.start, shift.crash_at
    row["power"], row["traction"], row["brake"] = kind.power / kind.mass, kind.accel, kind.brake
    row["top"] = kind.top
    row["cruise"], row["heat"] = shift.driver.accel * kind.accel, kind.heat
    row["marks"] = marks(kind)
    return row


def marks(kind: Class) -> np.ndarray:
    """m/s² from which braking, acceleration and cornering are on the sheet: level 1."""
    return 0.75 * G * np.array(kind.harsh)


def _punctured(shift: Shift, reached: np.ndarray) -> tuple[float, float] | None:
    """s of the puncture and of the end of the wheel change, if the vehicle came that far."""
    if shift.puncture_piece < 0 or np.isnan(reached[shift.puncture_piece]):
        return None
    changed = reached[shift.repair_piece] + shift.legs["wait"][shift.repair_piece]
    return float(reached[shift.puncture_piece]), float(np.nan_to_num(changed, nan=np.inf))


def combined(reports: list[Report]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All vehicles' recordings as one, in the order of time or of sending, and their sheets as one."""
    recording = pl.concat([report.recording for report in reports], how="diagonal")
    order = SENT if SENT in recording.columns else "t"
    recording = recording.sort(order, "vehicle_id", maintain_order=True).drop(SENT, strict=False)
    sheets = [pl.DataFrame(schema=SHEET), *(report.sheet for report in reports)]
    return recording, pl.concat(sheets).sort("start", "vehicle_id", maintain_order=True)
