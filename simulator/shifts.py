"""Shifts: a driver's working day as a route with stops and breaks, and what is to happen to it on the way."""

from copy import deepcopy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.drivers import Driver
from simulator.dynamics import G
from simulator.flaws import Drag
from simulator.loads import masses, pulled
from simulator.motion import KNOT, LEG, Floats, Records
from simulator.orders import NONE, Orders
from simulator.placed import PlacingError
from simulator.roads import AVENUE, MOTORWAY, RURAL, Roads
from simulator.roadside import halt, repair
from simulator.routes import GIVE_WAY, slopes, trace
from simulator.surprises import BREAK, about, at_the_wheel, joined, surprises
from simulator.vehicles import Class, Vehicle

BREAK_AFTER = 3.2 * 3600  # s of planned driving, so that a slow day stays within the rule
BRIEF = (60.0, 300.0)  # s at a stop of who has no time
HURRY = (1.12, 1.35)  # of the limit that is driven on a road by who is in a hurry there; ours


class Work(NamedTuple):
    """A kind of work: where the stops are and how long they last."""

    places: tuple[str, ...]  # fields of Roads, one drawn for each stop
    stand: tuple[float, float]  # s at a stop
    off: float  # share of stops with the engine off
    halts: bool  # a bus: calls at every node on its way
    load: tuple[float, float]  # share of what it may carry that is loaded at a stop, drawn
    dropped: float = 0.0  # or left at each stop of what it set out with


WORK = {
    "parcel": Work(("city",), (90, 330), 0.8, False, (0.7, 0.95), 0.07),
    "sales": Work(("city", "country"), (900, 2_400), 1.0, False, (0.1, 0.3)),
    "regional": Work(("country", "city", "country"), (900, 2_000), 0.9, False, (0.1, 1.0)),
    "haul": Work(("exits", "exits", "country"), (1_200, 2_400), 0.9, False, (0.3, 1.0)),
    "line": Work(("city",), (420, 780), 1.0, True, (0.1, 0.7)),
}


@dataclass(frozen=True)
class Incidents:
    """What is to happen to a vehicle on this day; at a share of its shift."""

    crash: float | None = None
    puncture: float | None = None
    leak: bool = False  # slow, from before the first day on until it is mended
    tired: bool = False  # drives on without a break
    long: bool = False  # drives longer than a day may be


@dataclass(frozen=True)
class Shift:
    """A day's route; ``legs`` is the driver's view of ``pieces``, row by row."""

    vehicle: Vehicle
    driver: Driver
    incidents: Incidents
    start: float  # s after the window begins
    pieces: Records  # routes.PIECE
    legs: Records  # motion.LEG
    surprises: Records  # motion.SURPRISE
    slopes: Floats  # m a metre of each motion.KNOT of the way
    crash_at: float  # m from the start; inf none
    puncture_piece: int  # at whose end a tyre is punctured; -1 none
    repair_piece: int  # at whose end the wheel is changed
    orders: Orders
    stops: tuple[int, ...]  # first piece after each leg
    planned: tuple[Records, ...]  # routes.PIECE of the ways that detours were not
    drags: tuple[Drag, ...] = ()


def depot(roads: Roads, fleet: str) -> int:
    """Node where a fleet's vehicles stand at night."""
    return roads.city[sum(map(ord, fleet)) % len(roads.city)]


def plan(
    roads: Roads,
    vehicle: Vehicle,
    driver: Driver,
    incidents: Incidents,
    start: float,
    seconds: float,
    seed: list[int],
    orders: Orders = NONE,
) -> Shift:
    """A shift of about ``seconds`` that begins and ends at a depot drawn for the fleet.

    Up to the departure from which an order changes it, it is what it would be without that order.
    """
    rng = np.random.default_rng(seed)
    home = depot(roads, vehicle.fleet_id)
    pieces, legs, stops, planned = _day(roads, vehicle, driver, incidents, home, seconds, rng, orders)
    ends, since, before = np.cumsum(pieces["length"]), 0, None
    if orders.last:
        since = stops[orders.last - 1]
        before = plan(roads, vehicle, driver, incidents, start, seconds, seed, orders.before)
    clock = np.cumsum(about(pieces, vehicle.kind) + np.where(legs["wait"] < 1e6, legs["wait"], 0))
    puncture, crash = _usual(incidents, pieces, clock, since)
    if before and 0 <= before.puncture_piece < since:
        puncture = before.puncture_piece
    if before and since and before.crash_at <= ends[since - 1]:
        crash = before.crash_at
    changed = -1
    if puncture >= 0:
        halt(legs, changed := repair(legs, float(ends[puncture])))
    work, chance = WORK[vehicle.work], np.random.default_rng([*seed, 16])
    carried = masses(vehicle.kind, work.load, work.dropped, len(stops), chance)
    legs["mass"] = np.repeat(carried + pulled(orders.trailers, orders.changes, len(stops)), np.diff([0, *stops]))
    hours = at_the_wheel(pieces, legs, vehicle.kind)
    sudden = surprises(pieces, hours, vehicle.kind, driver, rng)
    for leg, relief in orders.reliefs:
        theirs = surprises(pieces, hours, vehicle.kind, relief, rng)
        sudden = joined(sudden, theirs, float(ends[stops[leg - 1] - 1]))
    hills = slopes(roads, pieces, KNOT)
    if before:
        at = float(ends[since - 1])
        sudden, known = joined(before.surprises, sudden, at), int(at / KNOT) + 1
        hills = np.concatenate([before.slopes[:known], hills[known:]])
    whole = pieces, legs, sudden, hills
    return Shift(vehicle, driver, incidents, start, *whole, crash, puncture, changed, orders, stops, planned)


def _usual(incidents: Incidents, pieces: Records, clock: Floats, since: int) -> tuple[int, float]:
    """Piece at whose end a tyre is punctured (-1 none), and m of a crash (inf none), not before piece ``since``."""
    puncture, crash = -1, np.inf
    if incidents.puncture is not None:
        puncture = max(int(np.searchsorted(clock, incidents.puncture * clock[-1])), since)
    if incidents.crash is not None:
        free = (pieces["length"] > 150) & np.isin(pieces["road"], (AVENUE, RURAL)) & (pieces["curvature"] == 0)
        late = np.flatnonzero(free & (clock > incidents.crash * clock[-1]) & (np.arange(len(pieces)) >= since))
        if late.size:
            crash = float(np.cumsum(pieces["length"])[late[0]] - 0.5 * pieces["length"][late[0]])
    return puncture, crash


def _day(
    roads: Roads,
    vehicle: Vehicle,
    driver: Driver,
    incidents: Incidents,
    home: int,
    seconds: float,
    rng: np.random.Generator,
    orders: Orders,
) -> tuple[Records, Records, tuple[int, ...], tuple[Records, ...]]:
    """Legs from stop to stop until the shift is used up, then home; where each ends, and the way of a detour's plan."""
    work, here, used, since = WORK[vehicle.work], home, 0.0, 0.0
    pieces: list[Records] = []
    legs: list[Records] = []
    planned: list[Records] = []
    reliefs = dict(orders.reliefs)
    while True:
        there = _stop(roads, work, vehicle.kind, here, home, seconds - used, rng)
        way, other = roads.path(here, there), deepcopy(rng) if len(legs) in orders.detours else None
        driver = reliefs.get(len(legs), driver)
        leg, rows = _leg(roads, vehicle.kind, driver, work, way, rng)
        drive = due = float((about(leg, vehicle.kind) + rows["wait"]).sum())
        if other:  # a break before it is as long as the plan wants it
            planned.append(trace(roads, way))
            leg, rows = _leg(roads, vehicle.kind, driver, work, _another(roads, way, vehicle), other)
            drive = float((about(leg, vehicle.kind) + rows["wait"]).sum())
        if not incidents.tired and legs and since + due > BREAK_AFTER:
            used += BREAK - legs[-1]["wait"][-1]
            legs[-1]["wait"][-1], legs[-1]["off"][-1], since = BREAK, 1, 0.0
        stand = float(rng.uniform(*BRIEF) if incidents.tired or incidents.long else rng.uniform(*work.stand))
        rows["wait"][-1], rows["off"][-1] = stand, rng.random() < work.off
        pieces.append(leg)
        legs.append(rows)
        used, since, here = used + drive + stand, since + drive, there
        if here == home:
            rows["wait"][-1], rows["off"][-1] = 1e9, 1
            stops = tuple(np.cumsum([len(one) for one in legs]).tolist())
            return np.concatenate(pieces), np.concatenate(legs), stops, tuple(planned)


def _another(roads: Roads, way: list[int], vehicle: Vehicle) -> list[int]:
    """A way to the same place that is not the planned one."""
    if not (found := roads.detour(way)):
        raise PlacingError(f"{vehicle.vehicle_id} has no other way to go there; a map with more roads may have one")
    return found


def _stop(roads: Roads, work: Work, kind: Class, here: int, home: int, left: float, rng: np.random.Generator) -> int:
    """Where to go next: a place from which the depot can still be reached in time, else the depot."""
    for k in range(int(rng.integers(3)), 9):
        there = int(rng.choice(getattr(roads, work.places[k % len(work.places)])))
        way = sum(roads.seconds(roads.path(a, b), kind.motorway) for a, b in ((here, there), (there, home)))
        if there not in (here, home) and 1.25 * way + work.stand[1] < left:
            return there
    if here == home:  # the shift is too short for this work: once around the block
        return int(next(iter(roads.graph.neighbors(here))))
    return home


def _leg(
    roads: Roads, kind: Class, driver: Driver, work: Work, way: list[int], rng: np.random.Generator
) -> tuple[Records, Records]:
    """The way from one stop to the next, and how this driver takes it."""
    pieces = trace(roads, way)
    law = np.select([pieces["road"] == RURAL, pieces["road"] == MOTORWAY], [kind.rural, kind.motorway], np.inf)
    pieces["limit"] = np.minimum(pieces["limit"], law)
    rows = np.zeros(len(pieces), LEG)
    rows["length"], rows["curvature"] = pieces["length"], pieces["curvature"]
    rows["cap"], rows["bend"] = _caps(pieces, kind, driver, rng)
    rows["wait"] = _waits(pieces, work, rng)
    rows["cycle"], rows["phase"] = pieces["cycle"], pieces["phase"]
    late = (rng.random(len(rows)) < driver.late) & ((rows["wait"] > 0) | (rows["cycle"] > 0))
    habit = driver.brake * kind.harsh[0] / 0.36 * rng.uniform(0.85, 1.15, len(rows))
    hard = np.minimum(kind.harsh[0] * G * rng.uniform(0.9, 1.3, len(rows)), 0.85 * kind.brake)
    rows["brake"] = np.where(late, hard, habit)
    eager = rng.random(len(rows)) < driver.late
    share = np.where(eager, rng.uniform(0.8, 0.95, len(rows)), driver.accel * rng.uniform(0.9, 1.1, len(rows)))
    rows["launch"] = share * kind.accel
    return pieces, rows


def _caps(pieces: Records, kind: Class, driver: Driver, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """m/s the driver would drive on each piece: by limit, mood and traffic on its road, and by its bend."""
    roads = int(pieces["edge"].max()) + 1
    town = np.zeros(roads, bool)
    town[pieces["edge"]] = pieces["road"] <= AVENUE
    flow = driver.pace * np.where(town, rng.uniform(0.75, 1.0, roads), rng.uniform(0.93, 1.0, roads))
    mood = np.where(rng.random(roads) < driver.hurry, rng.uniform(*HURRY, roads), flow)
    lateral = (
        driver.lateral * kind.harsh[2] / 0.40 * np.exp((0.1 + 0.25 * (1 - driver.smooth)) * rng.normal(size=roads))
    )
    bend = np.minimum(lateral, 0.9 * kind.lateral)[pieces["edge"]] / np.maximum(np.abs(pieces["curvature"]), 1e-9)
    return np.minimum(pieces["limit"] * mood[pieces["edge"]], kind.top), np.sqrt(bend)


def _waits(pieces: Records, work: Work, rng: np.random.Generator) -> np.ndarray:
    """s to stand at the end of each piece whatever a light says: right of way, a bus's halts."""
    count = len(pieces)
    yields = (pieces["gate"] == GIVE_WAY) & (rng.random(count) < 0.25)
    waits = np.where(yields, rng.uniform(1, 8, count), 0.0)
    if work.halts:
        last = np.append(np.diff(pieces["edge"]) > 0, False) | (pieces["gate"] != 0)
        calls = last & (pieces["curvature"] == 0) & (rng.random(count) < 0.7)
        waits = np.where(calls, rng.uniform(12, 35, count), waits)
    return np.asarray(waits)
