"""Reports: one vehicle's day as its device tells it, and as it truly was."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from simulator import symptoms
from simulator.absences import heard
from simulator.ailing import ailing
from simulator.ailments import Ailment, severities
from simulator.answers import Fact, Whose, answers, during
from simulator.arranged import Arranged
from simulator.device import Disturbance
from simulator.faults import Spell
from simulator.health import live
from simulator.hours import Ledger
from simulator.mishaps import Chosen, visit
from simulator.motion import Motion
from simulator.profiles import Profile
from simulator.promised import promised
from simulator.regions import Region
from simulator.roads import Roads
from simulator.sensors import MASS_ERROR, Morning, sense, sense_tyres
from simulator.shifts import Shift
from simulator.shod import renewed, shod
from simulator.stretches import Stretch, stretches
from simulator.tank import Evening, Tank, evening, tank
from simulator.tracks import Floats, Track, reported, seconds, track, with_burst
from simulator.trailers import pull
from simulator.tyres import wheels
from simulator.weather import spells


class Window(NamedTuple):
    """The time simulated."""

    start: float  # UTC epoch s
    hours: float

    def later(self, days: int, zone: str) -> "Window":
        """The same hours by the clock so many days on."""
        begins = datetime.fromtimestamp(self.start, ZoneInfo(zone)) + timedelta(days=days)
        return self._replace(start=begins.timestamp())


class Report(NamedTuple):
    """One vehicle's day: what its device says, as a recording, and what truly happened.

    With faults the rows stand in the order in which they are sent, ``sent_at`` says when.
    """

    fleet_id: str
    vehicle_id: str
    recording: pl.DataFrame
    sheet: pl.DataFrame
    evening: Evening  # how it stands in the night
    disturbances: Sequence[Disturbance] = ()  # of its line, in the order of time
    driven: Sequence[Stretch] = ()  # by whom, in the order of time


class Day(NamedTuple):
    """A vehicle's day before it is driven: ``number`` is its place in the fleet."""

    roads: Roads
    window: Window
    skies: list[str]  # weather of each hour from the local midnight before
    seed: int
    fleet: tuple[int, int]  # seed of all days, and how many came before this one
    number: int
    arranged: Arranged
    profile: Profile
    reached: Floats  # s at which the end of each piece was reached
    ills: tuple[Ailment, ...] = ()

    @property
    def shift(self) -> Shift:
        return self.arranged.shift

    @property
    def whose(self) -> Whose:
        """Whom its facts are about."""
        return self.arranged.whose


def report(day: Day, motion: Motion, mover: int, keep: int, faults: Chosen, ledger: Ledger) -> Report:
    """What its device says, and what truly happened; ``motion`` has ``keep`` instants a second."""
    shift, window, whose = day.shift, day.window, day.whose
    rng = np.random.default_rng([day.seed, 6, day.number])
    flaws = np.random.default_rng([day.seed, 13, day.number])
    profile, fine = day.profile, track(motion, mover, shift, keep)
    whole = seconds(fine, keep)
    seen = reported(fine if profile.hz > 1 else whole, profile.hz, profile.heartbeat, float(flaws.random()))
    crash, speed = motion.crashed[mover]
    if not np.isnan(crash) and profile.feels:
        seen = with_burst(seen, crash, speed)
    ambient = _ambient(day.roads.region, window.start, seen.t)
    tyres = shod(day.arranged, day.reached, *day.fleet, day.number)
    vehicle = shift.vehicle
    chance, brakes = np.random.default_rng([day.seed, 26, day.number]), pull(vehicle.kind, shift.orders.trailers).brakes
    own_tank = tank(shift, day.reached, whole)
    morning = Morning(vehicle.odometer, own_tank, float(1 + MASS_ERROR * chance.normal()))
    columns, stuck = sense(day.roads, profile, brakes, morning, seen, ambient, (rng, flaws))
    air = sense_tyres(wheels(tyres, seen.t), profile, seen, ambient, float(rng.uniform(0, 60)), flaws)
    said, codes, inside = _health(day, whole, seen)
    identity = (
        (columns["t"] + window.start).round(3).alias("t"),
        pl.lit(shift.vehicle.vehicle_id).alias("vehicle_id"),
        pl.lit(shift.vehicle.fleet_id).alias("fleet_id"),
        pl.Series("driver_id", _carded(shift, whose, seen.t), pl.String),
    )
    recording = pl.concat([columns.select(*identity, pl.exclude("t")), air, said], how="horizontal")
    own = motion.manoeuvres[motion.manoeuvres["mover"] == mover]
    span = day.arranged.insured
    there = during(whole, span)
    ill = [*ailing(wheels(tyres, there.t), there.t, there.heat), *codes, *inside]
    sticks = (part for one in stuck for part in heard(one, day.arranged.absences))
    known = [*promised(day.arranged, whole, own), *_stuck(sticks), *_slippery(day), *ill, *_filled(own_tank)]
    sheet = answers(shift, whose, whole, own, (crash, speed), window.start, known, ledger, span)
    changed = renewed(tyres, window.start, window.start + 3_600 * window.hours)
    night = evening(shift, day.reached, whole, not np.isnan(crash), own_tank)._replace(
        codes=frozenset(one.subject for one in codes if one.end >= whole.t[-1]), renewed=vehicle.renewed + changed
    )
    driven = stretches(there, whose, window.start)
    found = _absent(Report(whose.fleet_id, whose.vehicle_id, recording, sheet, night, driven=driven), day)
    return _visited(found, day, faults) if faults else found


def _health(day: Day, whole: Track, seen: Track) -> tuple[pl.DataFrame, list[Fact], list[Fact]]:
    """What engine, electrics and brakes say of themselves, their trouble codes, and what was wrong with them."""
    vehicle, (fleet, _) = day.shift.vehicle, day.fleet
    ambient = _ambient(day.roads.region, day.window.start, whole.t)
    built = np.random.default_rng([fleet, 25, day.number])
    health = live(vehicle.kind, whole, ambient, vehicle.odometer, severities(day.ills, whole.t), built)
    codes = symptoms.codes(health, vehicle, whole, day.ills)
    said = symptoms.said(health, whole, codes, day.profile.signals, seen)
    return said, codes, list(symptoms.facts(health, vehicle.kind.name, whole, day.ills))


def _carded(shift: Shift, whose: Whose, t: Floats) -> list[str | None]:
    """Whose card is in the device at each instant, if it reads cards."""
    if shift.vehicle.known_driver != "device":
        return [None] * len(t)
    return [whose.at(float(one))["driver_id"] for one in t] if whose.reliefs else [whose.driver_id] * len(t)


def _stuck(spans: Iterable[tuple[float, float]]) -> list[Fact]:
    return [Fact("stale_can", 0, a, b, b - a, "s", 0.0, 0.0, "the bus adapter repeats itself") for a, b in spans]


def _filled(own: Tank) -> list[Fact]:
    return [Fact("refuelling", 0, one.at, one.at, one.share * own.size, "l", 0.0, 0.0, one.where) for one in own.fills]


def _slippery(day: Day) -> list[Fact]:
    """When roads were not dry."""
    found = spells(day.roads.region, day.window.start, 3_600 * day.window.hours, day.skies)
    return [Fact("slippery_road", 0, one.start, one.end, 1 - one.grip, "share", 0.0, 0.0, one.kind) for one in found]


def _absent(report: Report, day: Day) -> Report:
    """Without what nobody heard."""
    recording = report.recording
    for _, start, end in day.arranged.absences:
        a, b = day.window.start + max(start, -1.0), day.window.start + min(end, 3_600 * day.window.hours + 1.0)
        recording = recording.filter(~pl.col("t").is_between(a, b))
    return report._replace(recording=recording)


def _visited(report: Report, day: Day, faults: Chosen) -> Report:
    """The day with its mishaps."""
    begins, seconds = day.window.start, 3_600 * day.window.hours
    there = [Spell(begins + a, begins + b) for a, b in heard((0.0, seconds), day.arranged.absences)]
    window = Spell(begins, begins + seconds)
    visited = visit(report.recording, day.whose, faults, window, day.seed, day.number, there)
    sheet = pl.concat([report.sheet, visited.sheet]).sort("start", maintain_order=True)
    return report._replace(recording=visited.recording, sheet=sheet, disturbances=visited.disturbances)


def _ambient(region: Region, start: float, t: Floats) -> Floats:
    """°C outside at ``t`` s after the window begins at ``start``."""
    local = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(region.zone))
    return np.asarray(region.ambient(local.hour + local.minute / 60 + t / 3600))
