"""Reports: one vehicle's day as its device tells it, and as it truly was."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from simulator.answers import Fact, Whose, answers, hot
from simulator.device import Disturbance
from simulator.faults import Spell
from simulator.hours import Ledger
from simulator.mishaps import Chosen, visit
from simulator.motion import Motion, Records
from simulator.placed import Arranged
from simulator.profiles import Profile
from simulator.regions import Region
from simulator.roads import Roads
from simulator.routes import place
from simulator.sensors import MASS_ERROR, Morning, sense, sense_tyres
from simulator.shifts import Shift
from simulator.tracks import Floats, Track, reported, seconds, track, with_burst
from simulator.trailers import pull
from simulator.tyres import Wheel, flawed, swapped, wheels
from simulator.weather import spells

FILLED = (0.5, 1.0)  # share of the tank in the morning; a day takes less than half of it
EVERY = 50.0  # m between the points a planned way is measured at


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
    odometer: float  # m, at the end of the day
    disturbances: Sequence[Disturbance] = ()  # of its line, in the order of time


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

    @property
    def shift(self) -> Shift:
        return self.arranged.shift

    @property
    def whose(self) -> Whose:
        """Whom its facts are about."""
        shift, arranged = self.shift, self.arranged
        relief = (arranged.relieved, shift.orders.relief[1].driver_id) if shift.orders.relief else None
        return Whose(shift.vehicle.fleet_id, shift.vehicle.vehicle_id, shift.driver.driver_id, relief)


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
    tyres = _tyres(day, seen.t)
    vehicle = shift.vehicle
    chance, brakes = np.random.default_rng([day.seed, 18, day.number]), pull(vehicle.kind, shift.orders.trailers).brakes
    morning = Morning(vehicle.odometer, float(chance.uniform(*FILLED)), float(1 + MASS_ERROR * chance.normal()))
    columns, stuck = sense(day.roads, profile, vehicle.kind, brakes, morning, seen, ambient, (rng, flaws))
    heard = sense_tyres(tyres, profile, seen, ambient, float(rng.uniform(0, 60)), flaws)
    identity = (
        (columns["t"] + window.start).round(3).alias("t"),
        pl.lit(shift.vehicle.vehicle_id).alias("vehicle_id"),
        pl.lit(shift.vehicle.fleet_id).alias("fleet_id"),
        pl.Series("driver_id", _carded(shift, whose, seen.t), pl.String),
    )
    recording = pl.concat([columns.select(*identity, pl.exclude("t")), heard], how="horizontal")
    own = motion.manoeuvres[motion.manoeuvres["mover"] == mover]
    known = [*_placed(day, whole), *_stuck(stuck), *_slippery(day), *hot(tyres, seen.t, seen.heat)]
    sheet = answers(shift, whose, whole, own, (crash, speed), tyres, seen.t, window.start, known, ledger)
    odometer = vehicle.odometer + float(whole.distance[-1])
    found = _absent(Report(whose.fleet_id, whose.vehicle_id, recording, sheet, odometer), day)
    return _visited(found, day, faults) if faults else found


def _carded(shift: Shift, whose: Whose, t: Floats) -> list[str | None]:
    """Whose card is in the device at each instant, if it reads cards."""
    if shift.vehicle.known_driver != "device":
        return [None] * len(t)
    return [whose.at(float(one))["driver_id"] for one in t] if whose.relief else [whose.driver_id] * len(t)


def _tyres(day: Day, t: Floats) -> list[Wheel]:
    """Filled once for all days, those of each trailer as its own."""
    shift, arranged, (fleet, days) = day.shift, day.arranged, day.fleet
    leak = 86_400.0 * days if shift.incidents.leak else None
    filled = np.random.default_rng([fleet, 22, day.number])
    tyres = wheels(shift.vehicle.kind, t, filled, leak, _punctured(shift, day.reached))
    pulled = zip(shift.orders.trailers, (-np.inf, arranged.swapped), strict=bool(shift.orders.trailers))
    for k, (trailer, since) in enumerate(pulled):
        tyres = swapped(tyres, t, since, np.random.default_rng([fleet, 12, day.number, ord(trailer.name)]))
        tyres = tyres if k else flawed(tyres, t, arranged.flaws)
    return tyres if shift.orders.trailers else flawed(tyres, t, arranged.flaws)


def _placed(day: Day, whole: Track) -> list[Fact]:
    """What a scenario made happen that the physics alone do not tell."""
    arranged, orders = day.arranged, day.shift.orders
    facts = []
    if orders.relief:
        cause = f"{orders.relief[1].driver_id} takes over"
        facts.append(Fact("driver_swap", 0, arranged.relieved, arranged.relieved, 0.0, "", 0.0, 0.0, cause))
    if orders.trailer:
        facts.append(Fact("trailer_swap", 0, arranged.swapped, arranged.swapped, 0.0, "", 0.0, 0.0, "another trailer"))
    if arranged.left:
        away = _away(day.shift, whole, *arranged.left)
        facts.append(Fact("route_deviation", 2, *arranged.left, away, "m", 0.0, 0.0, "took another way"))
    for kind, start, end in arranged.absences:
        span = max(start, 0.0), min(end, float(whole.t[-1]))
        during = (whole.t >= span[0]) & (whole.t <= span[1])
        km = float(np.ptp(whole.distance[during])) / 1_000 if during.any() else 0.0
        facts.append(
            Fact(
                kind, 0, *(span if kind == "unplugged" else (span[kind == "joins"],) * 2), km, "km", 0.0, 0.0, "unseen"
            )
        )
    return facts


def _stuck(spans: list[tuple[float, float]]) -> list[Fact]:
    return [Fact("stale_can", 0, a, b, b - a, "s", 0.0, 0.0, "the bus adapter repeats itself") for a, b in spans]


def _slippery(day: Day) -> list[Fact]:
    """When roads were not dry."""
    found = spells(day.roads.region, day.window.start, 3_600 * day.window.hours, day.skies)
    return [Fact("slippery_road", 0, one.start, one.end, 1 - one.grip, "share", 0.0, 0.0, one.kind) for one in found]


def _away(shift: Shift, whole: Track, start: float, end: float) -> float:
    """m from the planned way, where it was furthest from it."""
    x, y = along(shift.planned)
    during = (whole.t >= start) & (whole.t <= end)
    places = zip(whole.x[during][::10], whole.y[during][::10], strict=True)
    return max((float(np.hypot(x - east, y - north).min()) for east, north in places), default=0.0)


def along(pieces: Records) -> tuple[Floats, Floats]:
    """m east and north of points along a way."""
    index = np.repeat(np.arange(len(pieces)), (pieces["length"] // EVERY).astype(int) + 1)
    first = np.append(True, index[1:] != index[:-1])
    into = EVERY * (np.arange(len(index)) - np.maximum.accumulate(np.where(first, np.arange(len(index)), 0)))
    x, y, _ = place(pieces, index, into.astype(np.float64))
    return x, y


def _absent(report: Report, day: Day) -> Report:
    """Without what nobody heard; what is on the sheet before a vehicle joined or after it left is nobody's business."""
    recording, sheet = report.recording, report.sheet
    for kind, start, end in day.arranged.absences:
        a, b = day.window.start + max(start, -1.0), day.window.start + min(end, 3_600 * day.window.hours + 1.0)
        recording = recording.filter(~pl.col("t").is_between(a, b))
        if kind != "unplugged":
            inside = pl.col("start").is_between(_utc(a), _utc(b), closed="none")
            sheet = sheet.filter(~inside | (pl.col("kind") == kind))
    return report._replace(recording=recording, sheet=sheet)


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _visited(report: Report, day: Day, faults: Chosen) -> Report:
    """The day with its mishaps."""
    window = Spell(day.window.start, day.window.start + 3_600 * day.window.hours)
    visited = visit(report.recording, day.whose, faults, window, day.seed, day.number)
    sheet = pl.concat([report.sheet, visited.sheet]).sort("start", maintain_order=True)
    return report._replace(recording=visited.recording, sheet=sheet, disturbances=visited.disturbances)


def _ambient(region: Region, start: float, t: Floats) -> Floats:
    """°C outside at ``t`` s after the window begins at ``start``."""
    local = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(region.zone))
    return np.asarray(region.ambient(local.hour + local.minute / 60 + t / 3600))


def _punctured(shift: Shift, reached: np.ndarray) -> tuple[float, float] | None:
    """s of the puncture and of the end of the wheel change, if the vehicle came that far."""
    if shift.puncture_piece < 0 or np.isnan(reached[shift.puncture_piece]):
        return None
    changed = reached[shift.repair_piece] + shift.legs["wait"][shift.repair_piece]
    return float(reached[shift.puncture_piece]), float(np.nan_to_num(changed, nan=np.inf))
