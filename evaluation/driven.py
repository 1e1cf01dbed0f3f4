"""Driven: what tells one simulator from another - what it puts on the sheet of a few vehicles' day."""

import hashlib
from dataclasses import replace
from datetime import datetime
from functools import cache

from simulator import asked, scenario
from simulator.placed import Placed
from simulator.roster import roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window, combined

USUAL, ORDERED = "a morning as usual", "a day of orders"
SECTIONS = {  # what each drives
    "roads": USUAL,
    "simulated": ORDERED,
    "swerves": ORDERED,
    "hours": ORDERED,
    "ordered": ORDERED,
    "faults": USUAL,
    "alerts": USUAL,
    "ranks": USUAL,
    "deciles": USUAL,
    "realism": USUAL,
}
EARLIER = "**This section was made with an earlier simulator, which drove a little differently.**"
VEHICLES, SEED, START, HOURS = 10, 1, 1_772_514_000.0, 3.0  # each class and kind of work
LONG = Placed("long_day", 23, 0.0)  # to a lorry of a long haul


@cache
def fingerprint(world: str) -> str:
    """Another one when anything drives otherwise; coarse enough not to differ by the last bit of a machine."""
    _, sheet = combined(list((_usual() if world == USUAL else ordered()).reports()))
    rows = sheet.select("kind", "vehicle_id", "level", "start", "peak").iter_rows()
    told = sorted(f"{kind} {vehicle} {level} {start:%H:%M} {peak:.0f}" for kind, vehicle, level, start, peak in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def _usual() -> Traffic:
    return Traffic(roster(VEHICLES, SEED), Window(START, HOURS))


def ordered() -> Traffic:
    """The shipped day on which one of everything happens, and somebody drives for too long."""
    told = scenario.read(asked.SHIPPED / "one_of_each.toml")
    business = roster(told.vehicles or 0, told.seed or 0)
    business = replace(business, incidents=(Incidents(),) * len(business.vehicles))
    window = Window(scenario.begins(told.start or datetime.min, business.region), told.hours or 0.0)
    names = [vehicle.vehicle_id for vehicle in business.vehicles]
    return Traffic(business, window, events=(*scenario.place(told, names, business.region, window), LONG))


def noted(name: str, text: str, made_with: str | None) -> str:
    """A section's text, with a warning if it is of an earlier simulator."""
    same = name not in SECTIONS or made_with == fingerprint(SECTIONS[name])
    return text if same else f"{text} {EARLIER}"
