"""Sudden: brakings, swerves, crashes and punctures that a scenario orders, put where the vehicle then is."""

from dataclasses import replace

import numpy as np

from simulator.arranged import Arranged, Hole, Step, Sudden, Tools
from simulator.dynamics import G
from simulator.manoeuvres import SWERVING
from simulator.motion import IMPACT, Motion, Records
from simulator.pedals import SLOW
from simulator.placed import Placed, PlacingError
from simulator.surprises import LEANT
from simulator.swerves import TURN, WHOLE

HARD = 1.25  # of the class's harsh braking, unless the scenario says how hard
DROP = 0.6  # share of speed lost in it
ASIDE, SLOWED, EASY = -2.0, 0.15, 1.5  # m aside (to the right) of a swerve, share of speed lost in it, m/s² with which
APART = 300.0  # m after a surprise in which there is no other; one at a time is braked for
NEAR = 5.0  # m after it has come to a surprise in which somebody swerves
AGAIN = 60.0  # s until a swerve for which the road was too slippery is tried again


def brakes(event: Placed, day: Arranged, motion: Motion, _tools: Tools) -> Step:
    """At the next moment it drives fast enough."""
    kind, second = day.plan.vehicle.kind, _moving(event, day, motion, SLOW + 4.0)
    hard = min(float(event.options.get("mps2", HARD * kind.harsh[0] * G)), kind.brake)
    return _surprised(day, "harsh_braking", second, (motion.distance[0, second], hard, DROP, 0.0, 0.0))


def swerves(event: Placed, day: Arranged, motion: Motion, tools: Tools) -> Step:
    """Where it can; on a slippery road a straight may be too short for it, and the next one is tried."""
    kind = day.plan.vehicle.kind
    push = min(float(event.options.get("mps2", HARD * kind.harsh[2] * G)), LEANT * kind.lateral)
    while True:
        second = _moving(event, day, motion, SLOW + 4.0, WHOLE * float(np.sqrt(TURN * abs(ASIDE) / push)))
        at = float(motion.distance[0, second])
        tried = _surprised(day, "lane_change", second, (at, EASY, SLOWED, ASIDE, push))
        if swerved(tools.drive(tried.day.shift).manoeuvres, at).size:
            return tried
        event = replace(event, at=second + AGAIN)


def crashes(event: Placed, day: Arranged, motion: Motion, _tools: Tools) -> Step:
    """Right after the next moment at which it drives fast enough."""
    second = _moving(event, day, motion, IMPACT + 2.0)
    return Step(second + 1.0, replace(day, crash_at=float(np.nextafter(motion.distance[0, second], np.inf))))


def punctured(event: Placed, day: Arranged, motion: Motion, _tools: Tools) -> Step:
    """Then and there, as long as it is on its way."""
    name = f"{event.name}: {day.plan.vehicle.vehicle_id}"
    if event.at >= motion.reached[-1]:
        raise PlacingError(f"{name} has come home by then; give it an earlier time")
    if event.at >= motion.crashed[0, 0]:
        raise PlacingError(f"{name} has crashed by then; give it an earlier time")
    here = float(motion.distance[0, int(event.at)])
    hole = Hole(event.options["wheel"], event.options.get("trailer", ""), event.at, here)
    return Step(event.at, replace(day, holes=(*day.holes, hole)))


def swerved(manoeuvres: Records, at: float) -> Records:
    """The swerve that begins there, if one does."""
    ahead = manoeuvres["at"] - at
    found: Records = manoeuvres[(manoeuvres["kind"] == SWERVING) & (ahead >= 0.0) & (ahead < NEAR)]
    return found


def _surprised(day: Arranged, kind: str, second: int, by: tuple[float, ...]) -> Step:
    """With one surprise more."""
    return Step(second + 1.0, replace(day, sudden=(*day.sudden, Sudden(kind, by[0], by))))


def _moving(event: Placed, day: Arranged, motion: Motion, least: float, room: float = 0.0) -> int:
    """First second at or after an event at which it drives at ``least`` m/s, on a road without an end in sight.

    With ``room`` it is straight and goes on for so many seconds.
    """
    shift = day.shift
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
