"""Driven: what tells one simulator from another - what it puts on the sheet of a few vehicles' morning."""

import hashlib
from functools import cache

from simulator.roster import roster
from simulator.traffic import Traffic, Window, combined

SECTIONS = {"simulated", "swerves", "hours", "ordered", "faults", "alerts", "ranks", "deciles", "realism"}
EARLIER = "**This section was made with an earlier simulator, which drove a little differently.**"
VEHICLES, SEED, START, HOURS = 10, 1, 1_772_514_000.0, 3.0  # each class and kind of work


@cache
def fingerprint() -> str:
    """Another one when anything drives otherwise; coarse enough not to differ by the last bit of a machine."""
    _, sheet = combined(list(Traffic(roster(VEHICLES, SEED), Window(START, HOURS)).reports()))
    rows = sheet.select("kind", "vehicle_id", "level", "start", "peak").iter_rows()
    told = sorted(f"{kind} {vehicle} {level} {start:%H:%M} {peak:.0f}" for kind, vehicle, level, start, peak in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def noted(name: str, text: str, made_with: str | None) -> str:
    """A section's text, with a warning if it is of an earlier simulator."""
    return text if name not in SECTIONS or made_with == fingerprint() else f"{text} {EARLIER}"
