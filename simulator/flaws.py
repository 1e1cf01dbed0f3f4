"""Flaws: what a scenario breaks on a wheel, and how long that goes on over the days until it is mended."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.tyres import DRAG, DRAGS, LEAKS, TRAILER, UNFILLED, Flaw

UNFILLED_PCT = 8.0  # % of the pressure that an inner tyre was filled too low
LEAK = 2.2  # % of the pressure an hour
SOFT = 0.5  # share of its pressure left below which a tyre is mended before anybody sets out with it; ours
WORKSHOP = 3.0  # days until whatever else is wrong is mended; ours
FLAWED = ("leak", "brake_drag", "dual_imbalance")


def flaw(kind: str, at: float, options: Mapping[str, Any]) -> Flaw:
    """Of an event of those kinds, from ``at`` s after the window begins on."""
    wheel = options.get("wheel")
    if kind == "leak":
        return Flaw(LEAKS, wheel, at, np.inf, float(options.get("percent_per_hour", LEAK)) / 100)
    if kind == "brake_drag":
        return Flaw(DRAGS, wheel, at, np.inf, rate=0.0, drag=DRAG)
    missing = float(options.get("percent", UNFILLED_PCT)) / 100
    return Flaw(UNFILLED, wheel or "2LI", 0.0, np.inf, rate=0.0, missing=missing)


def later(kind: str, at: float, options: Mapping[str, Any], days: int, since: float) -> Flaw | None:
    """What is left of it so many days on, in a window that begins ``since`` s later; None once it is mended.

    What is wrong with a trailer is its own day's: another one may be coupled by then.
    """
    told = options.get("days")
    one = flaw(kind, at - since, options)
    if told is None:
        mended = days >= WORKSHOP if one.cause != LEAKS else np.exp(-one.rate / 3_600 * (since - at)) < SOFT
    else:
        mended = days >= told
    return None if mended or one.wheel in TRAILER else one
