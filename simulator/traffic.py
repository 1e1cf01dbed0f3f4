"""Traffic: a fleet's day, seeded - who drives where, and what devices and answer sheet say of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial

import numpy as np
import polars as pl

from simulator import airbrakes
from simulator.absences import Absence
from simulator.ailments import AILMENTS, BRAKE_AIR_LEAK, Ailment, ailment, lasting, recent, severities
from simulator.answers import SHEET
from simulator.arranged import Arranged, Tools
from simulator.drivers import Driver, draw
from simulator.dynamics import G
from simulator.engines import BUILDS
from simulator.faults import SENT
from simulator.fitted import fitted
from simulator.flaws import dragged
from simulator.held import held
from simulator.hours import Ledger
from simulator.lasting import couples, earlier, relief, second, swaps, takes_over
from simulator.mishaps import Chosen
from simulator.motion import GRID, HZ, Motion, Records, advance
from simulator.movers import MOVER
from simulator.orders import NONE, Orders
from simulator.placed import Placed
from simulator.placing import arrange
from simulator.profiles import STANDARD, Profile
from simulator.reports import Day, Report, Window, report
from simulator.roads import Roads
from simulator.roster import Roster
from simulator.shifts import Shift, plan
from simulator.shod import outlives, shod
from simulator.trailers import Trailer, pair, pull
from simulator.tyres import TRAILER, TRAILER_KPA, Flaw
from simulator.vehicles import AIR, Class, Vehicle
from simulator.weather import HOURS, air, skies

__all__ = ["Report", "Traffic", "Window", "combined", "marks"]

SQUAD = 10  # vehicles advanced at a time, so that a large fleet fits into memory
# by how much speed differs from what is chosen, one sigma, of the smoothest and more of the roughest; ours, with the
SWAY, ROUGHER = 0.045, 0.02  # accelerations of recordings in view (docs/accuracy.md, realism)
HOME, EARLY = 1.2, 0.2  # h that a shift is to end before the window, and a long day begins after it has begun
DAY = 12.0  # h; a window this long holds a working day, a shorter one a part of it


@dataclass(frozen=True)
class Traffic:
    """The simulated fleet; the same roster and window give the same reports, whatever was asked before."""

    roster: Roster
    window: Window
    faults: Chosen = field(default_factory=dict)
    events: tuple[Placed, ...] = ()
    profiles: tuple[Profile, ...] = (STANDARD,)  # of the vehicles' devices, in turn

    day: int = 0  # after the first: another chance, on the same roads
    weather: str | None = None  # of weather.SKIES all day; None: by chance
    law: str = "auto"  # of limits.LAWS, on hours; auto: the country's
    ailments: float = 1.0  # times as often as usual that something in a vehicle wears out or leaks

    @cached_property
    def chance(self) -> int:
        """Seed of all that is of this day."""
        seed = self.roster.seed
        return int(np.random.SeedSequence([seed, 14, self.day]).generate_state(1)[0]) if self.day else seed

    @cached_property
    def skies(self) -> list[str]:
        """The weather of each hour from the local midnight before it begins."""
        return [self.weather] * HOURS if self.weather else skies(self.roster.region, self.chance)

    @property
    def keep(self) -> int:
        """Instants a second of motion that its devices need."""
        return HZ if any(profile.hz > 1 for profile in self.profiles) else 1

    @property
    def roads(self) -> Roads:
        """The network they drive on."""
        return self.roster.roads

    @cached_property
    def today(self) -> tuple[Placed, ...]:
        """Of the events, this day's."""
        return tuple(event for event in self.fitted if event.day == self.day)

    @cached_property
    def fitted(self) -> tuple[Placed, ...]:
        """All events, each of a wheel with its wheel; raises ``PlacingError``."""
        return fitted(self.events, self.roster.vehicles, self.roster.seed)

    @cached_property
    def arranged(self) -> dict[int, Arranged]:
        """The days of vehicles to which a scenario wants something to happen; raises ``PlacingError``."""
        left = earlier(self.fitted, self.day, self.begins)
        return {k: self._arranged(k, left.get(k, [])) for k in sorted({one.vehicle for one in self.today} | set(left))}

    def _arranged(self, k: int, left: list[Flaw | Absence]) -> Arranged:
        changes = self.roster.vehicles[k].renewed
        flaws = [one for one in left if isinstance(one, Flaw) and outlives(one, changes, self.window.start)]
        absences = [one for one in left if isinstance(one, Absence)]
        day = Arranged(self.shift(k), flaws=tuple(flaws), absences=tuple(absences))
        own = [event for event in self.today if event.vehicle == k]
        if not own:
            return day
        tools = Tools(cache(partial(self.shift, k)), lambda shift: self.motion([shift], k), partial(self._relieving, k))
        day, motion = arrange(own, day, tools)
        return held(day, motion, shod(day, motion.reached, self.roster.seed, self.day, k), self.ills(k))

    def begins(self, day: int) -> float:
        """UTC epoch s at which the window of a day begins."""
        return self.window.later(day - self.day, self.roster.region.zone).start

    def driver(self, k: int, which: int = 0) -> Driver:
        """Of the ``k``-th vehicle: its own (0), or of the same depot one of the two who take over from each other."""
        own, name, seed = self.roster.drivers[k], f"D-R{k + 1:03d}", [self.roster.seed, 11, k]
        if not which:
            return own
        name, seed = (name, seed) if which == 1 else (f"{name}-{which}", [*seed, which])
        drawn = draw(np.random.default_rng(seed), name, own.fleet_id, 0.3, early=False)
        return replace(drawn, discipline=own.discipline)

    def _relieving(self, k: int, driver: Driver) -> Driver:
        """Who takes over from a driver."""
        return self.driver(k, takes_over(int(driver.driver_id == self.driver(k, 1).driver_id)))

    def at_the_wheel(self, k: int) -> Driver:
        """Who sets out with the ``k``-th vehicle."""
        return self.driver(k, relief(self.events, k, self.day))

    def ills(self, k: int) -> tuple[Ailment, ...]:
        """What is wrong inside the ``k``-th vehicle on this day."""
        klass, seconds = self.roster.vehicles[k].kind.name, 3_600 * self.window.hours
        drawn = recent(self.roster.seed, k, klass, self.day, seconds, self.ailments)
        placed = (one for one in self.fitted if one.vehicle == k and one.kind in AILMENTS)
        begun = [*drawn, *((one.day, ailment(one.kind, one.at, one.options)) for one in placed)]
        return tuple(lasting(begun, self.day, self.begins))

    def trailers(self, k: int) -> tuple[Trailer, ...]:
        """Both that a lorry has, the one it sets out with first; none if it pulls none."""
        if not couples(self.roster.vehicles[k]):
            return ()
        both = pair(*(np.random.default_rng([one, 19, k]) for one in (self.roster.seed, self.chance)))
        return both[::-1] if second(self.roster.seed, k, self.day, swaps(self.events, k)) else both

    def reports(self, hours: Ledger | None = None) -> Iterator[Report]:
        """Every vehicle's day, one after the other; ``hours`` has what their drivers have driven before."""
        ledger = hours or Ledger(self.roster.region, self.law)
        count, size = len(self.roster.vehicles), max(1, SQUAD // self.keep)
        for first in range(0, count, size):
            yield from self._driven(range(first, min(first + size, count)), ledger)

    def _driven(self, squad: range, ledger: Ledger) -> Iterator[Report]:
        """Some of them; their motion is let go before that of the next is made."""
        days = [self.arranged.get(k) or Arranged(self.shift(k)) for k in squad]
        motion, own = self.motion([day.shift for day in days], squad[0], self.keep), (self.roster.seed, self.day)
        bounds = np.cumsum([0, *(len(day.shift.legs) for day in days)])
        for place, (k, arranged) in enumerate(zip(squad, days, strict=True)):
            reached = motion.reached[bounds[place] : bounds[place + 1]]
            profile = self.profiles[k % len(self.profiles)]
            day = Day(
                self.roads, self.window, self.skies, self.chance, own, k, arranged, profile, reached, self.ills(k)
            )
            yield report(day, motion, place, self.keep, self.faults, ledger)

    def shift(self, k: int, orders: Orders = NONE) -> Shift:
        """The working day of the ``k``-th vehicle."""
        rng = np.random.default_rng([self.chance, 3, k])
        driver, hours = self.at_the_wheel(k), self.window.hours
        if hours >= DAY:
            late = rng.uniform(0.1, 0.8) if driver.early else rng.uniform(2.0, 4.5)
            length = min(rng.uniform(8.0, 9.4), hours - late - HOME)
        else:
            late = rng.uniform(0.01, 0.08) * hours
            length = 0.85 * hours
        incidents, own = self.roster.incidents[k], [event.kind for event in self.today if event.vehicle == k]
        if "no_break" in own:
            incidents = replace(incidents, tired=True)
        if "long_day" in own:
            late, length = EARLY, hours - EARLY - HOME
            incidents = replace(incidents, long=True, tired=False)
        vehicle = self.roster.vehicles[k]
        if trailers := self.trailers(k):
            vehicle, orders = _with_trailer(vehicle), orders._replace(trailers=trailers)
        seed = [self.chance, 4, k]
        return plan(self.roads, vehicle, driver, incidents, late * 3600, length * 3600, seed, orders)

    def motion(self, shifts: list[Shift], first: int, keep: int = 1) -> Motion:
        """The vehicles from the ``first`` on driven through their days, ``keep`` instants a second kept."""
        seconds = round(self.window.hours * 3600)
        around = air(
            self.roster.region, self.window.start, np.arange(0.0, seconds + 2 * GRID, GRID), self.skies, self.chance
        )
        draws = (np.random.default_rng([self.chance, 5, first + k]) for k in range(len(shifts)))
        drives = zip(shifts, draws, strict=True)
        sway = np.array([around.pace * (1 + _sway(shift.driver, around.pace.size, rng)) for shift, rng in drives])
        movers = np.concatenate([_mover(shift) for shift in shifts])
        slopes = [shift.slopes for shift in shifts]
        t = np.arange(0.0, seconds + 2 * GRID, GRID) - GRID  # so that none is felt before it begins
        drags = np.array([dragged(one.drags, t) for one in shifts])
        leaks = np.array([severities(self.ills(first + k), t)[BRAKE_AIR_LEAK] for k in range(len(shifts))])
        movers["air"] = [airbrakes.morning(leak, 86_400.0 - seconds) for leak in leaks[:, 0]]
        tables = sway, np.tile(around.grip, (len(shifts), 1)), drags, leaks
        return advance(movers, [s.legs for s in shifts], [s.surprises for s in shifts], slopes, tables, seconds, keep)


def _sway(driver: Driver, count: int, rng: np.random.Generator) -> np.ndarray:
    """By how much speed differs from what is chosen, each ``GRID``: nobody keeps it, and traffic lets nobody."""
    return np.asarray(rng.normal(size=count) * (SWAY + ROUGHER * (1 - driver.smooth)))


def _with_trailer(vehicle: Vehicle) -> Vehicle:
    behind = tuple((wheel, TRAILER_KPA) for wheel in TRAILER)
    return replace(vehicle, kind=replace(vehicle.kind, tyres=vehicle.kind.tyres + behind))


def _mover(shift: Shift) -> Records:
    kind, build, row = shift.vehicle.kind, BUILDS[shift.vehicle.kind.name], np.zeros(1, MOVER)
    able = pull(kind, shift.orders.trailers)
    row["start"], row["crash"] = shift.start, shift.crash_at
    row["power"], row["force"], row["brakes"], row["friction"] = kind.power, able.force, able.brakes, kind.brake
    row["driven"], row["laden"] = able.driven, able.laden
    row["rolling"], row["drag"] = kind.rolling, AIR / 2 * kind.front
    row["idle"], row["burn"] = kind.idle / 3_600, kind.burn
    row["traction"], row["top"] = kind.accel, kind.top
    row["cruise"], row["heat"] = shift.driver.accel * kind.accel, kind.heat
    row["marks"] = marks(kind)
    row["idles"], row["least"], row["geared"] = build.idle, build.least, build.top
    row["springs"] = airbrakes.HOLDS * G * able.gross if build.air else 0.0
    return row


def marks(kind: Class) -> np.ndarray:
    """m/s² from which braking, acceleration and cornering are on the sheet: level 1."""
    return 0.75 * G * np.array(kind.harsh)


def combined(reports: list[Report]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All vehicles' recordings as one, in the order of time or of sending, and their sheets as one."""
    recording = pl.concat([report.recording for report in reports], how="diagonal")
    order = SENT if SENT in recording.columns else "t"
    recording = recording.sort(order, "vehicle_id", maintain_order=True).drop(SENT, strict=False)
    sheets = [pl.DataFrame(schema=SHEET), *(report.sheet for report in reports)]
    return recording, pl.concat(sheets).sort("start", "vehicle_id", maintain_order=True)
