"""Motion: what a tenth of a second of a simulated vehicle costs, advanced, and seen by its device."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bench.markdown import rows
from bench.measure import Result, interleaved
from simulator.motion import HZ
from simulator.roster import roster
from simulator.traffic import Traffic, Window

SEED, REGION, BEGINS = 7, "karlsruhe", datetime(2025, 11, 12, 8)


def run(quick: bool = False) -> Result:
    """ns a sample of 10 Hz: the fleet advanced, beside copying what that leaves; and all of `tripmeter-sim record`."""
    return measure(*(3, 0.2, 1) if quick else (50, 2.0, 5))


def measure(vehicles: int, hours: float, repeats: int) -> Result:
    """A fleet's morning."""
    fleet = roster(vehicles, SEED, REGION)
    traffic = Traffic(fleet, Window(BEGINS.replace(tzinfo=ZoneInfo(fleet.region.zone)).timestamp(), hours))
    shifts = [traffic.shift(k) for k in range(vehicles)]
    kept = traffic.motion(shifts, 0, HZ)
    works = {
        "advanced, one in ten kept": lambda: traffic.motion(shifts, 0),
        "advanced, every one kept": lambda: traffic.motion(shifts, 0, HZ),
        "copying what is kept": lambda: [column.copy() for column in kept],
        "planned, advanced, sensed once a second": lambda: sum(1 for _ in traffic.reports()),
    }
    ticks = vehicles * hours * 3_600 * HZ
    return {name: 1e9 * spent.cpu / ticks for name, spent in interleaved(works, repeats).items()}


def table(found: Result) -> str:
    """Each way of a tenth of a second."""
    lines = [[name, f"{cost:.1f}", f"{1e3 / cost:.1f}"] for name, cost in found.items()]
    return rows(["10 samples a second of a vehicle", "ns a sample", "M samples/s/core"], lines)
