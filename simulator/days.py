"""Days: the same fleet day after day - odometers and tanks go on, and now and then something happens to somebody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import exp
from zoneinfo import ZoneInfo

import numpy as np

from simulator.drivers import Driver
from simulator.flaws import SOFT
from simulator.hours import Ledger
from simulator.limits import DAY
from simulator.perils import CRASHES, PERILS, relativity
from simulator.reports import Report
from simulator.roster import Roster
from simulator.shifts import Incidents
from simulator.tank import Evening
from simulator.traffic import Traffic
from simulator.tyres import SLOW_LEAK

OWN_DAMAGE = PERILS["own_damage"]
PUNCTURES, TIRED = 1 / 400, 1 / 60  # a day; ours: one a vehicle and year or two, and by how fast a driver tires


def days(traffic: Traffic, count: int) -> Iterator[tuple[str, Iterator[Report]]]:
    """Each day's local date and reports, which are to be taken before the next day's."""
    today, hours = traffic, Ledger(traffic.roster.region, traffic.law)
    for day in range(count):
        if day:
            today = later(traffic, day, today.roster)
        start = datetime.fromtimestamp(today.window.start, ZoneInfo(traffic.roster.region.zone))
        evenings: dict[int, Evening] = {}
        yield f"{start:%Y-%m-%d}", _noting(today, evenings, _away(traffic, day), hours)
        vehicles = today.roster.vehicles
        whole = tuple(replace(one, **evenings[k]._asdict()) if k in evenings else one for k, one in enumerate(vehicles))
        today = replace(today, roster=replace(today.roster, vehicles=whole))


def _away(traffic: Traffic, day: int) -> set[int]:
    """Vehicles that have left before a day, or join after it."""
    gone = {event.vehicle for event in traffic.events if event.kind == "leaves" and event.day < day}
    return gone | {event.vehicle for event in traffic.events if event.kind == "joins" and event.day > day}


def _noting(today: Traffic, evenings: dict[int, Evening], away: set[int], hours: Ledger) -> Iterator[Report]:
    for k, report in enumerate(today.reports(hours)):
        evenings[k] = report.evening
        if k not in away:
            yield report


def later(first: Traffic, day: int, known: Roster) -> Traffic:
    """So many days on: the same local hour, another chance; ``known`` has the vehicles as they stand then."""
    rng = np.random.default_rng([first.roster.seed, 16, day])
    drivers = tuple(replace(one, early=bool(rng.random() < one.night)) for one in first.roster.drivers)
    mended = exp(-SLOW_LEAK * DAY * day) < SOFT
    leaking = [incident.leak and not mended for incident in first.roster.incidents]
    today = replace(first, roster=replace(known, drivers=drivers), day=day)
    wheel = [today.at_the_wheel(k) for k in range(len(drivers))]
    roster = replace(known, drivers=drivers, incidents=_incidents(wheel, known.seed, day, leaking))
    return replace(today, roster=roster, window=first.window.later(day, roster.region.zone))


def _incidents(drivers: list[Driver], seed: int, day: int, leaking: list[bool]) -> tuple[Incidents, ...]:
    """What befalls whoever is at the wheel, by how he drives."""
    rng = np.random.default_rng([seed, 15, day])
    found = []
    for driver, leak in zip(drivers, leaking, strict=True):
        crash, puncture, tired = rng.random(3)
        found.append(
            Incidents(
                crash=0.2 + 0.7 * rng.random() if crash < CRASHES * relativity(driver, OWN_DAMAGE) else None,
                puncture=0.2 + 0.6 * rng.random() if puncture < PUNCTURES else None,
                leak=leak,
                tired=bool(tired < TIRED * driver.fatigue / 0.08),
            )
        )
    return tuple(found)
