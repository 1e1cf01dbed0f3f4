"""Flaws: what a scenario breaks on a wheel, and how long that goes on over the days until it is mended."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.tyres import DRAG, DRAGS, LEAKED, LEAKS, PUNCTURE, PUNCTURED, SLOW_LEAK, TRAILER, UNFILLED, Flaw

UNFILLED_PCT = 8.0  # % of the pressure that an inner tyre was filled too low
LEAK = 2.2  # % of the pressure an hour
SOFT = 0.5  # share of its pressure left below which a tyre is mended before anybody sets out with it; ours
WORKSHOP = 3.0  # days until whatever else is wrong is mended; ours
FLAWED = ("leak", "brake_drag", "dual_imbalance")


def flaw(kind: str, at: float, options: Mapping[str, Any]) -> Flaw:
    """Of an event of those kinds, on the wheel it names, from ``at`` s after the window begins on."""
    wheel = options["wheel"]
    if kind == "leak":
        return Flaw(LEAKS, wheel, at, rate=float(options.get("percent_per_hour", LEAK)) / 100)
    if kind == "brake_drag":
        return Flaw(DRAGS, wheel, at, drag=DRAG)
    return Flaw(UNFILLED, wheel, at, missing=float(options.get("percent", UNFILLED_PCT)) / 100)


def puncture(wheel: str, at: float, changed: float) -> Flaw:
    """From ``at`` s on, until the wheel is changed."""
    return Flaw(PUNCTURED, wheel, at, changed, rate=3_600 / PUNCTURE)


def leaking(wheel: str, before: float) -> Flaw:
    """The usual leak, of which ``LEAKED`` was gone ``before`` s before the window begins."""
    return Flaw(LEAKS, wheel, -before + 3_600 * np.log(1 - LEAKED) / SLOW_LEAK, rate=SLOW_LEAK)


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
