"""Arranged: how a vehicle's shift is made to have what a scenario wants to happen to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from simulator import absences
from simulator.absences import Absence, absence
from simulator.drivers import Driver
from simulator.dynamics import G
from simulator.flaws import FLAWED, flaw, puncture
from simulator.manoeuvres import SWERVING
from simulator.motion import IMPACT, SURPRISE, Motion, Records
from simulator.orders import Orders
from simulator.pedals import SLOW
from simulator.placed import Placed, PlacingError
from simulator.shifts import Shift
from simulator.surprises import LEANT
from simulator.swerves import TURN, WHOLE
from simulator.tyres import Flaw
from simulator.ways import Way, parting, passed

REPAIR_AFTER = 9_000.0  # m a punctured tyre is driven on
CHANGE = 2_400.0  # s a wheel change takes
HARD = 1.25  # of the class's harsh braking, unless the scenario says how hard
DROP = 0.6  # share of speed lost in it
ASIDE, SLOWED, EASY = -2.0, 0.15, 1.5  # m aside (to the right) of a swerve, share of speed lost in it, m/s² with which
APART = 300.0  # m after a surprise in which there is no other; one at a time is braked for
NEAR = 5.0  # m after it has come to a surprise in which somebody swerves
AGAIN = 60.0  # s until a swerve for which the road was too slippery is tried again
# h at the wheel that a day has more than: EU 561/2006 allows 9, on two days a week 10, and 4.5 without a break
LONG = {"long_day": 9.0, "no_break": 4.5}


class Sudden(NamedTuple):
    """A surprise that was ordered: what is to be on the sheet of it, where (m from the start) and how hard (m/s²)."""

    kind: str
    at: float
    hard: float


@dataclass(frozen=True)
class Arranged:
    """A shift in which a scenario's events happen, and what its device and sheet must know beside it."""

    shift: Shift
    flaws: tuple[Flaw, ...] = ()
    absences: tuple[Absence, ...] = ()
    sudden: tuple[Sudden, ...] = ()
    long: tuple[str, ...] = ()  # kinds of LONG that it is
    relieved: tuple[float, ...] = ()  # s from which each relief drives
    swapped: tuple[float, ...] = ()  # s from which the other trailer is pulled, and again the first
    ways: tuple[Way, ...] = ()


Plan = Callable[[Orders], Shift]
Drive = Callable[[Shift], Motion]
Relieving = Callable[[Driver], Driver]


def arrange(
    events: Iterable[Placed], plan: Plan, drive: Drive, relieving: Relieving, earlier: Sequence[Flaw | Absence] = ()
) -> Arranged:
    """The shift of one vehicle with its events; whatever comes before an event is as it is without it.

    Motion is causal: the vehicle is driven up to the event, which is put where it then is. ``relieving`` says who takes
    over from a driver; what ``earlier`` days have left goes on. Raises ``PlacingError``.
    """
    ordered = sorted(events, key=lambda event: event.at)
    orders = Orders()
    for event in ordered:
        if event.kind in ORDERING:
            shift = plan(orders)
            leg = _departing(event, shift, drive(shift), ORDERED[event.kind](orders))
            orders = ORDERING[event.kind](
                orders, leg, relieving(orders.reliefs[-1][1] if orders.reliefs else shift.driver)
            )
    flaws = tuple(one for one in earlier if isinstance(one, Flaw))
    arranged = Arranged(plan(orders), flaws, tuple(one for one in earlier if isinstance(one, Absence)))
    for event in ordered:
        if event.kind in HAPPENING:
            arranged = HAPPENING[event.kind](event, arranged, drive)
    told = arranged.sudden or orders != Orders()
    return _happened(arranged, drive(arranged.shift)) if told else arranged


def _departing(event: Placed, shift: Shift, motion: Motion, before: Sequence[int]) -> int:
    """Number of the first leg that begins at or after an event; ``before`` are those of earlier ones of its kind."""
    name = f"{event.name}: {shift.vehicle.vehicle_id}"
    if event.kind == "trailer_swap" and not shift.orders.trailers:
        raise PlacingError(f"{name} pulls no trailer; a lorry does")
    for leg in range(1, len(shift.stops)):
        if _departure(shift, motion, leg) >= event.at:
            if leg in before:
                raise PlacingError(f"{name} departs only once after this and the {event.kind} before it")
            return leg
    raise PlacingError(f"{name} departs from nowhere after that")


def _departure(shift: Shift, motion: Motion, leg: int) -> float:
    """s at which it leaves the stop before ``leg``; NaN it does not."""
    last = shift.stops[leg - 1] - 1
    return float(motion.reached[last] + shift.legs["wait"][last])


def _happened(arranged: Arranged, motion: Motion) -> Arranged:
    """When what was ordered came to pass, whatever else happened on the way."""
    shift, orders, name = arranged.shift, arranged.shift.orders, arranged.shift.vehicle.vehicle_id
    relieved = tuple(_departure(shift, motion, leg) for leg, _ in orders.reliefs)
    swapped = tuple(_departure(shift, motion, leg) for leg in orders.changes)
    ways = tuple(_way(shift, motion, *leg) for leg in zip(orders.detours, shift.planned, strict=True))
    moments = [("driver_swap", at) for at in relieved] + [("trailer_swap", at) for at in swapped]
    moments += [("route_deviation", way.left) for way in ways]
    moments += [(one.kind, _surprises(one, motion)) for one in arranged.sudden]
    for kind, at in moments:
        if np.isnan(at):
            raise PlacingError(f"{kind}: {name} does not come so far; what else happens to it?")
    return replace(arranged, relieved=relieved, swapped=swapped, ways=ways)


def _surprises(one: Sudden, motion: Motion) -> float:
    """s at which it comes to an ordered surprise; NaN never, or it does not swerve there after all."""
    there = one.kind == "harsh_braking" or swerved(motion.manoeuvres, one.at).size
    return passed(motion.distance[0], one.at) if there else np.nan


def _way(shift: Shift, motion: Motion, leg: int, planned: Records) -> Way:
    """Of a leg, where it parts from the plan; the window ends what does not."""
    first, last = shift.stops[leg - 1], shift.stops[leg]
    together, again = parting(planned, shift.pieces[first:last])
    ends, distance = np.cumsum(shift.pieces["length"]), motion.distance[0]
    departed, arrived = _departure(shift, motion, leg), float(motion.reached[last - 1])
    left, met = passed(distance, ends[first - 1] + together), passed(distance, ends[last - 1] - again)
    met, arrived = (len(distance) if np.isnan(one) else one for one in (met, arrived))
    return Way(planned, departed, max(left, departed), min(met, arrived), arrived)


def _moving(event: Placed, shift: Shift, motion: Motion, least: float, room: float = 0.0) -> int:
    """First second at or after an event at which it drives at ``least`` m/s, on a road without an end in sight.

    With ``room`` it is straight and goes on for so many seconds.
    """
    ahead = shift.legs["length"][motion.piece[0]] - motion.into[0]
    fit = (motion.speed[0] >= least) & (np.arange(1, motion.speed.shape[1] + 1) >= event.at)
    fit &= (np.abs(motion.accel[0]) < 1.0) & (ahead > 5.0 + room * motion.speed[0])
    fit &= (room == 0.0) | (shift.legs["curvature"][motion.piece[0]] == 0.0)
    last = np.searchsorted(shift.surprises["at"], motion.distance[0], side="right")
    fit &= motion.distance[0] - np.append(-np.inf, shift.surprises["at"])[last] > (
        NEAR if event.kind == "crash" else APART
    )
    if not fit.any():
        raise PlacingError(f"{event.name}: {shift.vehicle.vehicle_id} does not drive fast enough any more after that")
    return int(np.argmax(fit))


def _brakes(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    shift, motion = arranged.shift, drive(arranged.shift)
    second = _moving(event, shift, motion, SLOW + 4.0)
    hard = min(float(event.options.get("mps2", HARD * shift.vehicle.kind.harsh[0] * G)), shift.vehicle.kind.brake)
    return _surprised(arranged, "harsh_braking", (motion.distance[0, second], hard, DROP, 0.0, 0.0), hard)


def _swerves(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    """Where it can; on a slippery road a straight may be too short for it, and the next one is tried."""
    kind, motion = arranged.shift.vehicle.kind, drive(arranged.shift)
    push = min(float(event.options.get("mps2", HARD * kind.harsh[2] * G)), LEANT * kind.lateral)
    while True:
        second = _moving(event, arranged.shift, motion, SLOW + 4.0, WHOLE * float(np.sqrt(TURN * abs(ASIDE) / push)))
        at = motion.distance[0, second]
        tried = _surprised(arranged, "lane_change", (at, EASY, SLOWED, ASIDE, push), push)
        done = drive(tried.shift).manoeuvres
        if swerved(done, at).size:
            return tried
        event = replace(event, at=second + AGAIN)


def swerved(manoeuvres: Records, at: float) -> Records:
    """The swerve that begins there, if one does."""
    ahead = manoeuvres["at"] - at
    found: Records = manoeuvres[(manoeuvres["kind"] == SWERVING) & (ahead >= 0.0) & (ahead < NEAR)]
    return found


def _surprised(arranged: Arranged, kind: str, by: tuple[float, ...], hard: float) -> Arranged:
    """With one surprise more."""
    surprises = np.concatenate([arranged.shift.surprises, np.array([by], SURPRISE)])
    surprises = surprises[np.argsort(surprises["at"], kind="stable")]
    sudden = (*arranged.sudden, Sudden(kind, by[0], hard))
    return replace(arranged, shift=replace(arranged.shift, surprises=surprises), sudden=sudden)


def _crashes(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    motion = drive(arranged.shift)
    second = _moving(event, arranged.shift, motion, IMPACT + 2.0)
    return replace(arranged, shift=replace(arranged.shift, crash_at=float(motion.distance[0, second])))


def _flawed(event: Placed, arranged: Arranged, _drive: Drive) -> Arranged:
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
    changed = float(np.nan_to_num(drive(shift).reached[repair] + CHANGE, nan=np.inf))
    gone = puncture(event.options["wheel"], event.at, changed)
    return replace(arranged, shift=shift, flaws=(*arranged.flaws, gone))


def _long(event: Placed, arranged: Arranged, drive: Drive) -> Arranged:
    """Its shift is as long as the window; whether that is long enough shows when it is driven."""
    hours = float((drive(arranged.shift).speed[0] > 0).sum()) / 3_600
    if hours <= LONG[event.kind]:
        vehicle = arranged.shift.vehicle.vehicle_id
        raise PlacingError(f"{event.name}: {vehicle} drives for {hours:.1f} h only; give it more --hours, or a lorry")
    return replace(arranged, long=(*arranged.long, event.kind))


def _absent(event: Placed, arranged: Arranged, _drive: Drive) -> Arranged:
    return replace(arranged, absences=(*arranged.absences, absence(event.kind, event.at, event.options)))


ORDERING: Mapping[str, Callable[[Orders, int, Driver], Orders]] = {
    "route_deviation": lambda orders, leg, _: orders._replace(detours=(*orders.detours, leg)),
    "driver_swap": lambda orders, leg, relief: orders._replace(reliefs=(*orders.reliefs, (leg, relief))),
    "trailer_swap": lambda orders, leg, _: orders._replace(changes=(*orders.changes, leg)),
}
ORDERED: Mapping[str, Callable[[Orders], Sequence[int]]] = {
    "route_deviation": lambda orders: orders.detours,
    "driver_swap": lambda orders: [leg for leg, _ in orders.reliefs],
    "trailer_swap": lambda orders: orders.changes,
}
HAPPENING: Mapping[str, Callable[[Placed, Arranged, Drive], Arranged]] = {
    "harsh_braking": _brakes,
    "swerve": _swerves,
    "crash": _crashes,
    "puncture": _punctured,
    **dict.fromkeys(FLAWED, _flawed),
    **dict.fromkeys(LONG, _long),
    **dict.fromkeys(absences.KINDS, _absent),
}
