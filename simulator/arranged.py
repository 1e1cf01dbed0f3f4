"""Arranged: a vehicle's day with what a scenario has happen to it, and what device and sheet must know beside it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from simulator.absences import Absence, insured
from simulator.answers import Whose
from simulator.drivers import Driver
from simulator.flaws import drags
from simulator.hours import LONG
from simulator.motion import SURPRISE, Motion
from simulator.orders import Orders
from simulator.placed import Placed
from simulator.roadside import halt, repair
from simulator.shifts import Shift
from simulator.trailers import turns
from simulator.tyres import Flaw
from simulator.ways import Way


class Sudden(NamedTuple):
    """A surprise that was ordered: what is to be on the sheet of it, and where (m from the start)."""

    kind: str
    at: float
    by: tuple[float, ...]  # motion.SURPRISE


class Hole(NamedTuple):
    """A puncture that was ordered: of which wheel, of which trailer, when (s), and where (m) it was then."""

    wheel: str
    trailer: str
    start: float
    at: float


@dataclass(frozen=True)
class Arranged:
    """A day as it was planned, and what happens on it."""

    plan: Shift
    told: tuple[tuple[Placed, float], ...] = ()  # events, and s from which each makes the day another
    flaws: tuple[Flaw, ...] = ()
    absences: tuple[Absence, ...] = ()
    sudden: tuple[Sudden, ...] = ()
    holes: tuple[Hole, ...] = ()
    crash_at: float = np.inf  # m from the start
    relieved: tuple[float, ...] = ()  # s from which each relief drives
    swapped: tuple[float, ...] = ()  # s from which the other trailer is pulled, and again the first
    ways: tuple[Way, ...] = ()

    @cached_property
    def shift(self) -> Shift:
        """The plan with surprises, crash, roadside stops and dragging brakes."""
        plan, kind = self.plan, self.plan.vehicle.kind
        ordered = np.array([one.by for one in self.sudden], SURPRISE)
        surprises, legs = np.concatenate([plan.surprises, ordered]), plan.legs.copy()
        for hole in self.holes:
            halt(legs, repair(legs, hole.at))
        return replace(
            plan,
            legs=legs,
            surprises=surprises[np.argsort(surprises["at"], kind="stable")],
            crash_at=min(plan.crash_at, self.crash_at),
            drags=drags(self.flaws, kind, turns(plan.orders.trailers, self.swapped)),
        )

    @property
    def whose(self) -> Whose:
        """Whom its facts are about."""
        reliefs = zip(self.relieved, self.plan.orders.reliefs, strict=True)
        names = tuple((at, relief.driver_id) for at, (_, relief) in reliefs)
        return Whose(self.plan.vehicle.fleet_id, self.plan.vehicle.vehicle_id, self.plan.driver.driver_id, names)

    @property
    def long(self) -> tuple[str, ...]:
        """Kinds of ``LONG`` that it was told to be."""
        return tuple(event.kind for event, _ in self.told if event.kind in LONG)

    @property
    def insured(self) -> tuple[float, float]:
        """s from when to when the vehicle is anybody's business."""
        return insured(self.absences)


class Step(NamedTuple):
    """What an event makes of a day, and s from which the day is another because of it."""

    at: float
    day: Arranged


class Tools(NamedTuple):
    """How a day is planned and driven, and who takes over from a driver."""

    plan: Callable[[Orders], Shift]
    drive: Callable[[Shift], Motion]
    relieving: Callable[[Driver], Driver]
