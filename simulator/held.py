"""Held: each order of a scenario against the day as it was driven: it came to pass, or it is said why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from simulator.absences import absence
from simulator.ailments import AILMENTS, Ailment, ailment
from simulator.arranged import Arranged
from simulator.departures import departure, way
from simulator.flaws import FLAWED
from simulator.hours import LONG, driven
from simulator.motion import Motion
from simulator.placed import Placed, PlacingError
from simulator.sudden import swerved
from simulator.tyres import DRAGS, LEAKS, PUNCTURED, UNFILLED, Tyre
from simulator.ways import passed

CAUSES = {"puncture": PUNCTURED, "leak": LEAKS, "brake_drag": DRAGS, "dual_imbalance": UNFILLED}
LOST = "does not come so far; what else happens to it?"


class Truth(NamedTuple):
    """A day as it was driven."""

    day: Arranged
    motion: Motion
    tyres: Sequence[Tyre]
    ills: Sequence[Ailment]


def held(day: Arranged, motion: Motion, tyres: Sequence[Tyre], ills: Sequence[Ailment]) -> Arranged:
    """The day with when its orders came to pass; raises ``PlacingError`` if one did not, or not as it says."""
    shift, orders = day.shift, day.shift.orders
    truth = Truth(
        replace(
            day,
            relieved=tuple(departure(shift, motion, leg) for leg, _ in orders.reliefs),
            swapped=tuple(departure(shift, motion, leg) for leg in orders.changes),
            ways=tuple(way(shift, motion, *leg) for leg in zip(orders.detours, shift.planned, strict=True)),
        ),
        motion,
        tyres,
        ills,
    )
    for event, at in reversed(day.told):
        gone = at > day.insured[1] - 1.0 and event.kind != "leaves"
        if why := "has left before that" if gone else HOLDING.get(event.kind, _nothing)(event, truth):
            raise PlacingError(f"{event.name}: {shift.vehicle.vehicle_id} {why}")
    return truth.day


def _nothing(_event: Placed, _truth: Truth) -> str:
    return ""


def _place(event: Placed, day: Arranged, kinds: Sequence[str]) -> int:
    """Which of those kinds of events it was, in the order in which they came to pass."""
    return next(k for k, one in enumerate([one for one, _ in day.told if one.kind in kinds]) if one is event)


def _surprised(event: Placed, truth: Truth) -> str:
    one = truth.day.sudden[_place(event, truth.day, ("harsh_braking", "swerve"))]
    there = event.kind != "swerve" or swerved(truth.motion.manoeuvres, one.at).size
    return LOST if not there or np.isnan(passed(truth.motion.distance[0], one.at)) else ""


def _crashed(_event: Placed, truth: Truth) -> str:
    return LOST if np.isnan(truth.motion.crashed[0, 0]) else ""


def _departed(event: Placed, truth: Truth) -> str:
    moments = truth.day.relieved if event.kind == "driver_swap" else truth.day.swapped
    return LOST if np.isnan(moments[_place(event, truth.day, (event.kind,))]) else ""


def _deviated(event: Placed, truth: Truth) -> str:
    one = truth.day.ways[_place(event, truth.day, (event.kind,))]
    if np.isnan(one.left):
        return LOST
    if one.left >= one.met:
        return "has no other way from there; give it another time"
    return "has left before it is on another way" if one.left >= truth.day.insured[1] else ""


def _long(event: Placed, truth: Truth) -> str:
    """Whether one driver was at the wheel for so long while the vehicle was anybody's business."""
    if len(truth.day.long) > 1:
        return f"is told {' and '.join(truth.day.long)} on one day, expected one of them"
    t = np.arange(1.0, truth.motion.speed.shape[1] + 1)
    there = (t >= truth.day.insured[0]) & (t <= truth.day.insured[1])
    each = driven(event.kind, t[there], truth.motion.speed[0, there] > 0, truth.day.whose.turns())
    most = max((one.hours for one in each), default=0.0)
    if most > LONG[event.kind]:
        return ""
    if np.isnan(truth.motion.crashed[0, 0]):
        return f"drives for {most:.1f} h only with one driver while it is insured; give it more --hours, or a lorry"
    return f"drives for {most:.1f} h only before it crashes; have it crash later, or set incidents = false"


def _wrong(event: Placed, truth: Truth) -> str:
    """Whether its tyre is there, has that once at a time, and air to lose."""
    name, trailer = event.options["wheel"], event.options.get("trailer", "")
    tyre = next((one for one in truth.tyres if (one.name, one.trailer) == (name, trailer)), None)
    span = next(((a, b) for a, b in tyre.spans if a <= event.at < b), None) if tyre else None
    if not tyre or not span:
        return f"does not pull trailer {trailer} at that time; give it another one"
    same = [(one.start, tyre.until(one)) for one in tyre.flaws if one.cause == CAUSES[event.kind]]
    mine = next(one for one in same if one[0] == event.at)
    if sum(start < mine[1] and mine[0] < end for start, end in same) > 1:
        return f"has that at {name} anyway; name another wheel or time, or set incidents = false"
    flat = [one for one in tyre.flaws if one.cause == PUNCTURED and one.start <= event.at < one.end]
    if flat and event.kind == "leak":
        return f"has no air at {name} by then; name another wheel or time"
    if event.kind == "puncture" and span[1] < mine[1]:
        return f"leaves trailer {trailer} before {name} is changed; give it another time"
    return ""


def _unplugged(event: Placed, truth: Truth) -> str:
    _, since, until = absence(event.kind, event.at, event.options)
    out = [one for one in truth.day.absences if one.kind == "unplugged" and one.start < until and since < one.end]
    return "is unplugged anyway; give it another time" if len(out) > 1 else ""


def _ails(event: Placed, truth: Truth) -> str:
    own = [ailment(one.kind, one.at, one.options) for one, _ in truth.day.told if one.kind == event.kind]
    one = ailment(event.kind, event.at, event.options)
    if one not in truth.ills or own.count(one) > 1:
        return "has that anyway; give it another time, or set ailments = 0"
    return "is mended before it joins" if one.end <= truth.day.insured[0] else ""


HOLDING: Mapping[str, Callable[[Placed, Truth], str]] = {
    **dict.fromkeys(("harsh_braking", "swerve"), _surprised),
    "crash": _crashed,
    **dict.fromkeys(("driver_swap", "trailer_swap"), _departed),
    "route_deviation": _deviated,
    **dict.fromkeys(LONG, _long),
    **dict.fromkeys(("puncture", *FLAWED), _wrong),
    "unplugged": _unplugged,
    **dict.fromkeys(AILMENTS, _ails),
}
