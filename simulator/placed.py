"""Placed: events that a scenario wants to happen to a vehicle at a time, and how its shift is made to have them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from simulator import absences
from simulator.absences import Absence, absence
from simulator.drivers import Driver
from simulator.dynamics import G
from simulator.flaws import FLAWED, flaw
from simulator.motion import IMPACT, SURPRISE, Motion
from simulator.pedals import SLOW
from simulator.shifts import Orders, Shift
from simulator.surprises import LEANT
from simulator.swerves import TURN, WHOLE
from simulator.tyres import PUNCTURED, Flaw

REPAIR_AFTER = 9_000.0  # m a punctured tyre is driven on
CHANGE = 2_400.0  # s a wheel change takes
HARD = 1.25  # of the class's harsh braking, unless the scenario says how hard
DROP = 0.6  # share of speed lost in it
ASIDE, SLOWED, EASY = -2.0, 0.15, 1.5  # m aside (to the right) of a swerve, share of speed lost in it, m/s² with which
LONG = 9.0  # h at the wheel that a long day has more than; EU 561/2006: allowed on two days a week, up to 10 h


class Kind(NamedTuple):
    """A kind of event in a scenario file."""

    meaning: str
    options: Mapping[str, type] = {}
    timed: bool = True


KINDS = {
    "harsh_braking": Kind("someone ahead brakes; `mps2` how hard it must brake", {"mps2": float}),
    "swerve": Kind("it swerves around something and back; `mps2` how hard at most", {"mps2": float}),
    "crash": Kind("it hits something, at the next moment it is fast enough"),
    "puncture": Kind("a tyre goes down in a quarter of an hour and is changed 9 km on", {"wheel": str}),
    "leak": Kind("a tyre leaks until half is gone", {"wheel": str, "percent_per_hour": float, "days": float}),
    "brake_drag": Kind("a brake drags for `days`: its wheel runs hot", {"wheel": str, "days": float}),
    "dual_imbalance": Kind(
        "the inner tyre of a pair was filled too low", {"wheel": str, "percent": float, "days": float}, timed=False
    ),
    "no_break": Kind("its driver takes no break all day: more than 4.5 h at the wheel", timed=False),
    "long_day": Kind("its driver is at the wheel for more than 9 h, with the breaks due", timed=False),
    "route_deviation": Kind("from its next departure it goes another way than planned, to the same place"),
    "driver_swap": Kind("from its next departure somebody else drives, for `days`", {"days": float}),
    "trailer_swap": Kind("it pulls a trailer, and from its next departure on another one"),
    "joins": Kind("it is insured and heard of only from then on"),
    "leaves": Kind("it is sold: nothing is heard of it any more"),
    "unplugged": Kind("its device is pulled out for `minutes`", {"minutes": float}),
}


class PlacingError(ValueError):
    """An event that cannot happen then: which, and why."""


@dataclass(frozen=True)
class Placed:
    """An event to come: ``at`` s after the window of its day begins, to the fleet's ``vehicle``-th."""

    kind: str
    vehicle: int
    at: float
    options: Mapping[str, Any] = field(default_factory=dict)
    day: int = 0  # after the first


@dataclass(frozen=True)
class Arranged:
    """A shift in which a scenario's events happen, and what its device and sheet must know beside it."""

    shift: Shift
    flaws: tuple[Flaw, ...] = ()
    absences: tuple[Absence, ...] = ()
    relieved: float = np.inf  # s from which the relief drives
    swapped: float = np.inf  # s from which the other trailer is pulled
    left: tuple[float, float] | None = None  # s in which it was on another way than planned


Plan = Callable[[Orders], Shift]
Drive = Callable[[Shift], Motion]


def arrange(
    events: Iterable[Placed], plan: Plan, drive: Drive, relief: Driver, earlier: Sequence[Flaw | Absence] = ()
) -> Arranged:
    """The shift of one vehicle with its events; whatever comes before an event is as it is without it.

    Motion is causal: the vehicle is driven up to the event, which is put where it then is. ``relief`` takes over in a
    driver swap; what ``earlier`` days have left goes on. Raises ``PlacingError``.
    """
    ordered = sorted(events, key=lambda event: event.at)
    orders = Orders()
    for event in ordered:
        if event.kind in ORDERING:
            shift = plan(orders)
            orders = ORDERING[event.kind](orders, _departing(event, shift, drive(shift)), relief)
    flaws = tuple(one for one in earlier if isinstance(one, Flaw))
    absences = tuple(one for one in earlier if isinstance(one, Absence))
    arranged = Arranged(plan(orders), flaws, absences)
    if orders != Orders():
        arranged = _happened(arranged, drive(arranged.shift))
    for event in ordered:
        if event.kind in HAPPENING:
            arranged = HAPPENING[event.kind](event, arranged, drive)
    return arranged


def _departing(event: Placed, shift: Shift, motion: Motion) -> int:
    """Number of the first leg that begins at or after an event."""
    if event.kind == "trailer_swap" and not shift.orders.trailers:
        raise PlacingError(f"{event.kind}: {shift.vehicle.vehicle_id} pulls no trailer; a lorry does")
    for leg in range(1, len(shift.stops)):
        if _departure(shift, motion, leg) >= event.at:
            return leg
    raise PlacingError(f"{event.kind}: {shift.vehicle.vehicle_id} departs from nowhere after that")


def _departure(shift: Shift, motion: Motion, leg: int) -> float:
    """s at which it leaves the stop before ``leg``; NaN it does not."""
    last = shift.stops[leg - 1] - 1
    return float(motion.reached[last] + shift.legs["wait"][last])


def _happened(arranged: Arranged, motion: Motion) -> Arranged:
    """When what was ordered came to pass."""
    shift, orders = arranged.shift, arranged.shift.orders
    if orders.relief:
        arranged = replace(arranged, relieved=_departure(shift, motion, orders.relief[0]))
    if orders.trailer:
        arranged = replace(arranged, swapped=_departure(shift, motion, orders.trailer))
    if orders.detour:
        arrived = float(motion.reached[shift.stops[orders.detour] - 1])
        seconds = motion.speed.shape[1]
        left = _departure(shift, motion, orders.detour), seconds if np.isnan(arrived) else arrived
        arranged = replace(arranged, left=left)
    return arranged


def _moving(event: Placed, shift: Shift, motion: Motion, least: float, room: float = 0.0) -> int:
    """First second at or after an event at which it drives at ``least`` m/s, on a road without an end in sight.

    With ``room`` it is straight and goes on for so many seconds.
    """
    ahead = shift.legs["length"][motion.piece[0]] - motion.into[0]
    fit = (motion.speed[0] >= least) & (np.arange(1, motion.speed.shape[1] + 1) >= event.at)
    fit &= (np.abs(motion.accel[0]) < 1.0) & (ahead > 5.0 + room * motion.speed[0])
    fit &= (room == 0.0) | (shift.legs["curvature"][motion.piece[0]] == 0.0)
    if not fit.any():
        raise PlacingError(f"{event.kind}: {shift.vehicle.vehicle_id} does not drive fast enough any more after that")
    return int(np.argmax(fit))


def _brakes(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    shift = arranged.shift
    motion = drive(shift)
    second = _moving(event, shift, motion, SLOW + 4.0)
    hard = float(event.options.get("mps2", HARD * shift.vehicle.kind.harsh[0] * G))
    return _surprised(arranged, (motion.distance[0, second], min(hard, shift.vehicle.kind.brake), DROP, 0.0, 0.0))


def _swerves(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    shift = arranged.shift
    kind, motion = shift.vehicle.kind, drive(shift)
    push = min(float(event.options.get("mps2", HARD * kind.harsh[2] * G)), LEANT * kind.lateral)
    second = _moving(event, shift, motion, SLOW + 4.0, WHOLE * float(np.sqrt(TURN * abs(ASIDE) / push)))
    return _surprised(arranged, (motion.distance[0, second], EASY, SLOWED, ASIDE, push))


def _surprised(arranged: Arranged, by: tuple[float, ...]) -> Arranged:
    """With one surprise more."""
    surprises = np.concatenate([arranged.shift.surprises, np.array([by], SURPRISE)])
    surprises = surprises[np.argsort(surprises["at"], kind="stable")]
    return replace(arranged, shift=replace(arranged.shift, surprises=surprises))


def _crashes(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    motion = drive(arranged.shift)
    second = _moving(event, arranged.shift, motion, IMPACT + 2.0)
    return replace(arranged, shift=replace(arranged.shift, crash_at=float(motion.distance[0, second])))


def _flawed(event: Placed, arranged: Arranged, _drive: Drive) -> Arranged:
    vehicle = arranged.shift.vehicle
    if event.kind == "dual_imbalance" and not any(wheel.endswith("I") for wheel, _ in vehicle.kind.tyres):
        raise PlacingError(f"{event.kind}: {vehicle.vehicle_id} has no tyres in pairs")
    return replace(arranged, flaws=(*arranged.flaws, flaw(event.kind, event.at, event.options)))


def _punctured(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    """The wheel is changed at the end of the piece 9 km on."""
    shift, motion = arranged.shift, drive(arranged.shift)
    ends = np.cumsum(shift.pieces["length"])
    here = motion.distance[0, min(int(event.at), motion.distance.shape[1] - 1)]
    repair = min(int(np.searchsorted(ends, here + REPAIR_AFTER)), len(shift.legs) - 2)
    legs = shift.legs.copy()
    legs["wait"][repair], legs["off"][repair] = max(CHANGE, legs["wait"][repair]), 1
    shift = replace(shift, legs=legs)
    changed = float(drive(shift).reached[repair]) + CHANGE
    flaw = Flaw(PUNCTURED, event.options.get("wheel"), event.at, np.inf if np.isnan(changed) else changed)
    return replace(arranged, shift=shift, flaws=(*arranged.flaws, flaw))


def _long(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    """Its shift is as long as the window; whether that is long enough shows when it is driven."""
    hours = float((drive(arranged.shift).speed[0] > 0).sum()) / 3_600
    if hours <= LONG:
        vehicle = arranged.shift.vehicle.vehicle_id
        raise PlacingError(f"{event.kind}: {vehicle} drives for {hours:.1f} h only; give it more --hours, or a lorry")
    return arranged


def _absent(event: Placed, arranged: Arranged, _drive: Drive) -> Arranged:
    return replace(arranged, absences=(*arranged.absences, absence(event.kind, event.at, event.options)))


ORDERING: Mapping[str, Callable[[Orders, int, Driver], Orders]] = {
    "route_deviation": lambda orders, leg, _: orders._replace(detour=leg),
    "driver_swap": lambda orders, leg, relief: orders._replace(relief=(leg, relief)),
    "trailer_swap": lambda orders, leg, _: orders._replace(trailer=leg),
}
HAPPENING: Mapping[str, Callable[[Placed, Arranged, Drive], Arranged]] = {
    "harsh_braking": _brakes,
    "swerve": _swerves,
    "crash": _crashes,
    "puncture": _punctured,
    **dict.fromkeys(FLAWED, _flawed),
    "long_day": _long,
    **dict.fromkeys(absences.KINDS, _absent),
}
