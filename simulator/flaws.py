"""Flaws: what a scenario breaks on a wheel, and how long that goes on over the days until it is mended."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.dynamics import G
from simulator.tyres import DRAG, DRAGS, LEAKED, LEAKS, PUNCTURE, PUNCTURED, SLOW_LEAK, TRAILER, UNFILLED, Flaw, Span
from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]

UNFILLED_PCT = 8.0  # % of the pressure that an inner tyre was filled too low
LEAK = 2.2  # % of the pressure an hour
SOFT = 0.5  # share of its pressure left below which a tyre is mended before anybody sets out with it; ours
WORKSHOP = 3.0  # days until whatever else is wrong is mended; ours
REACHES = 0.25  # share of a dragging brake's heat that comes into its tyre; ours
FLAWED = ("leak", "brake_drag", "dual_imbalance")


def flaw(kind: str, at: float, options: Mapping[str, Any]) -> Flaw:
    """Of an event of those kinds, on the wheel it names, from ``at`` s after the window begins on."""
    wheel, trailer = options["wheel"], options.get("trailer", "")
    if kind == "leak":
        return Flaw(LEAKS, wheel, at, rate=float(options.get("percent_per_hour", LEAK)) / 100, trailer=trailer)
    if kind == "brake_drag":
        return Flaw(DRAGS, wheel, at, drag=DRAG, trailer=trailer)
    return Flaw(UNFILLED, wheel, at, missing=float(options.get("percent", UNFILLED_PCT)) / 100)


def puncture(wheel: str, at: float, changed: float, trailer: str = "") -> Flaw:
    """From ``at`` s on, until the wheel is changed."""
    return Flaw(PUNCTURED, wheel, at, changed, rate=3_600 / PUNCTURE, trailer=trailer)


def leaking(wheel: str, before: float) -> Flaw:
    """The usual leak, of which ``LEAKED`` was gone ``before`` s before the window begins."""
    return Flaw(LEAKS, wheel, -before + 3_600 * np.log(1 - LEAKED) / SLOW_LEAK, rate=SLOW_LEAK)


def later(kind: str, at: float, options: Mapping[str, Any], days: int, since: float) -> Flaw | None:
    """What is left of it so many days on, in a window that begins ``since`` s later; None once it is mended."""
    told = options.get("days")
    one = flaw(kind, at - since, options)
    if told is None:
        mended = days >= WORKSHOP if one.cause != LEAKS else np.exp(-one.rate / 3_600 * (since - at)) < SOFT
    else:
        mended = days >= told
    return None if mended else one


class Drag(NamedTuple):
    """A brake that holds a vehicle back: N, and s from when to when."""

    force: float
    start: float
    end: float


def drags(flaws: Iterable[Flaw], kind: Class, turns: Mapping[str, Sequence[Span]]) -> tuple[Drag, ...]:
    """Of those brakes: so much that what of its heat reaches the tyre warms it as it does.

    A tyre is warmed by rolling; the wheels of the vehicle itself carry as much each. That of a trailer holds back whom
    it is pulled by, in its ``turns``.
    """
    rolling = G * kind.rolling * kind.mass / sum(wheel not in TRAILER for wheel, _ in kind.tyres)
    return tuple(
        Drag(one.drag * rolling / REACHES, max(one.start, a), min(one.end, b))
        for one in flaws
        if one.drag
        for a, b in (turns.get(one.trailer, ()) if one.trailer else [(-np.inf, np.inf)])
    )


def dragged(drags: Iterable[Drag], t: Floats) -> Floats:
    """N at ``t`` s with which brakes drag."""
    held: Floats = np.zeros(len(t))
    for one in drags:
        held += one.force * ((t >= one.start) & (t < one.end))
    return held
