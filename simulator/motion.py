"""Motion: the whole fleet advanced along its routes in one compiled step, ten times a second."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel
from simulator.airbrakes import breathe, grasp
from simulator.dynamics import STEP, move
from simulator.engines import CRANKS
from simulator.manoeuvres import ACCELERATION, BRAKING, CORNERING, EPISODE, MANOEUVRE, settle, watch
from simulator.movers import STATE
from simulator.pedals import red, stops, want
from simulator.swerves import around, begin

Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

LEG = np.dtype(
    [
        ("length", "f8"),  # m
        ("curvature", "f8"),  # 1/m, + left
        ("cap", "f8"),  # m/s the driver would drive here, were it straight
        ("bend", "f8"),  # m/s the driver would take its bend with on a dry road; inf on a straight
        ("mass", "f8"),  # kg, with what is loaded and pulled
        ("wait", "f8"),  # s to stand at its end; 0 drive on
        ("cycle", "f8"),  # s of the light at its end; 0 none
        ("phase", "f8"),  # s at which that turns red
        ("off", "i8"),  # 1: the engine is switched off while waiting
        ("brake", "f8"),  # m/s² with which the driver slows down for its end
        ("launch", "f8"),  # m/s² with which the driver leaves its end after a wait
    ]
)
SURPRISE = np.dtype(
    [
        ("at", "f8"),  # m from the start
        ("brake", "f8"),  # m/s² with which it is braked
        ("drop", "f8"),  # share of speed lost
        ("aside", "f8"),  # m to the left it swerves as well; 0 it stays in its lane
        ("push", "f8"),  # m/s² sideways it does so with at most
    ]
)
HZ = round(1 / STEP)
KNOT = 100.0  # m between two elevations of a route; the slope is even in between
GRID = 5  # s between two values of a driver's sway and of the road's grip
IMPACT = 10.0  # m/s below which nobody crashes
PULSE = 0.14  # s, length of a crash's half-sine deceleration pulse
WARM = 1_500.0  # s, time constant of a tyre's warming
CALL = 180.0  # s from a crash until someone switches the ignition off
AROUND = 6.0  # s the ignition is on before driving off, and after coming to stand
PARKED, WRECKED = 1, 2  # of a mover's ``off``


class Motion(NamedTuple):
    """What happened: columns (movers, instants), the last at the end of each second, and what is on the sheet."""

    speed: Floats  # m/s
    accel: Floats  # m/s², along
    lateral: Floats  # m/s², across, + left
    wide: Floats  # m to the left of its way, where it slid
    distance: Floats  # m since the start
    piece: npt.NDArray[np.int64]  # of the route
    into: Floats  # m after the beginning of that piece
    ignition: npt.NDArray[np.uint8]
    engine: npt.NDArray[np.uint8]  # 1 it runs
    heat: Floats  # K of the tyres above ambient
    fuel: Floats  # l burnt since the start
    air: Floats  # kPa in the tanks of the brakes; NaN they do not work by it
    reached: Floats  # (all pieces,) s at which each piece's end was reached; NaN never
    crashed: Floats  # (movers, 2) s of the crash and speed before it; NaN none
    manoeuvres: Records  # MANOEUVRE
    noted: npt.NDArray[np.int64]  # (1,) how many of them


def advance(
    movers: Records,
    legs: list[Records],
    surprises: list[Records],
    slopes: list[Floats],
    tables: tuple[Floats, Floats, Floats, Floats],
    seconds: int,
    keep: int = 1,
) -> Motion:
    """Drive every mover along its legs for ``seconds``.

    ``slopes`` are m a metre of each ``KNOT`` of the way. ``tables`` (movers, k) have a value each ``GRID``: by how much
    the mover's speed varies, the road's grip as a share of a dry one's, N with which brakes drag, and how far a leak of
    their air has come, 0 to 1.
    ``keep`` instants a second are kept: 1, 2, 5 or 10.
    """
    shape = len(movers), seconds * keep
    state = np.zeros(len(movers), STATE)
    state["release"], state["stopped"], state["off"] = movers["start"], -60.0, 1
    state["through"], state["pumping"] = -1, 1
    state["air"] = np.where(movers["springs"] > 0, movers["air"], np.nan)
    state["launch"] = [rows["launch"][0] for rows in legs]
    motion = Motion(
        speed=np.zeros(shape),
        accel=np.zeros(shape),
        lateral=np.zeros(shape),
        wide=np.zeros(shape),
        distance=np.zeros(shape),
        piece=np.zeros(shape, np.int64),
        into=np.zeros(shape),
        ignition=np.zeros(shape, np.uint8),
        engine=np.zeros(shape, np.uint8),
        heat=np.zeros(shape),
        fuel=np.zeros(shape),
        air=np.zeros(shape),
        reached=np.full(sum(map(len, legs)), np.nan),
        crashed=np.full((len(movers), 2), np.nan),
        manoeuvres=np.zeros(len(movers) * (200 + seconds // 20), MANOEUVRE),
        noted=np.zeros(1, np.int64),
    )
    ways = np.concatenate(legs), np.concatenate(surprises), np.concatenate(slopes)
    a, b, c = (np.cumsum([0, *map(len, rows)]) for rows in (legs, surprises, slopes))
    _advance(movers, *ways, a, b, c, *tables, state, motion, HZ // keep)
    return motion._replace(manoeuvres=motion.manoeuvres[: motion.noted[0]])


@kernel
def _advance(
    movers: Any,
    all_legs: Any,
    all_surprises: Any,
    all_slopes: Any,
    leg_ends: Any,
    surprise_ends: Any,
    slope_ends: Any,
    sway: Any,
    grips: Any,
    drags: Any,
    leaks: Any,
    state: Any,
    motion: Any,
    every: int,
) -> None:
    for m in range(movers.size):
        mover, s, episodes = movers[m], state[m], np.zeros(3, EPISODE)
        legs = all_legs[leg_ends[m] : leg_ends[m + 1]]
        surprises = all_surprises[surprise_ends[m] : surprise_ends[m + 1]]
        slopes = all_slopes[slope_ends[m] : slope_ends[m + 1]]
        reached = motion.reached[leg_ends[m] : leg_ends[m + 1]]
        grasp(s, mover)
        for second in range(motion.speed.shape[1] * every // HZ):
            grid, part = second // GRID, (second % GRID) / GRID
            pace = sway[m, grid] + (sway[m, grid + 1] - sway[m, grid]) * part
            grip = grips[m, grid] + (grips[m, grid + 1] - grips[m, grid]) * part
            drag = drags[m, grid] + (drags[m, grid + 1] - drags[m, grid]) * part
            leak = leaks[m, grid] + (leaks[m, grid + 1] - leaks[m, grid]) * part
            for tick in range(1, HZ + 1):
                t = second + tick * STEP
                if t > s["release"]:
                    slope = slopes[min(np.int64(s["distance"] / KNOT), slopes.size - 1)]
                    _tick(m, t, pace, grip, drag, slope, mover, legs, surprises, reached, s, episodes, motion)
                elif _runs(t, s):
                    s["fuel"] += mover["idle"] * STEP
                if tick == HZ:
                    flex = mover["heat"] * s["speed"] * legs[s["piece"]]["mass"] / mover["laden"]
                    s["heat"] += (flex - s["heat"]) / WARM
                    breathe(s, mover, legs[s["piece"]]["mass"], leak, _runs(t, s))
                if tick % every == 0:
                    _keep(m, (second * HZ + tick) // every - 1, t, s, motion)
        settle(m, motion.speed.shape[1] * every * STEP, episodes, motion)


@kernel
def _tick(
    m: int,
    t: float,
    pace: float,
    grip: float,
    drag: float,
    slope: float,
    mover: Any,
    legs: Any,
    surprises: Any,
    reached: Any,
    s: Any,
    episodes: Any,
    motion: Any,
) -> None:
    """A tenth of a second of driving."""
    leg = legs[s["piece"]]
    cap = min(leg["cap"] * pace, mover["top"], leg["bend"] * np.sqrt(grip))
    hope = want(mover, legs, surprises, s, cap, grip, t)
    if s["aside"] != 0.0:
        begin(m, t, grip, mover, leg, s, motion)
    curvature = leg["curvature"] + around(t, s, grip * mover["friction"], motion)
    move(s, mover, leg["mass"], max(hope, -mover["friction"]), slope, curvature, grip, drag + s["springs"])
    side = abs(s["lateral"]) if s["swerve"] == 0 else 0.0
    for kind, value in ((BRAKING, -s["accel"]), (ACCELERATION, s["accel"]), (CORNERING, side)):
        watch(m, kind, value, mover["marks"][kind], t, s, episodes[kind], motion)
    if s["distance"] >= mover["crash"] and s["speed"] > IMPACT:
        motion.crashed[m, 0], motion.crashed[m, 1] = t, s["speed"]
        s["distance"] += s["speed"] * PULSE / 2
        s["into"] += s["speed"] * PULSE / 2
        _stand(m, t, s, episodes, motion)
        s["stopped"], s["release"], s["off"] = t + CALL, np.inf, WRECKED
        return
    if stops(legs, s["piece"], s["through"], t):
        if s["speed"] < 0.4 and leg["length"] - s["into"] < 1.5:
            _stand(m, t, s, episodes, motion)
            green = t + leg["wait"] + red(leg, t + leg["wait"])
            s["stopped"], s["release"], s["off"], s["launch"] = t, green, leg["off"], leg["launch"]
            _next(legs, t, reached, s)
    else:
        while s["into"] >= legs[s["piece"]]["length"] and not stops(legs, s["piece"], s["through"], t):
            _next(legs, t, reached, s)


@kernel
def _next(legs: Any, t: float, reached: Any, s: Any) -> None:
    """Go on to the next piece; the last is never left."""
    reached[s["piece"]] = t
    if s["piece"] + 1 < legs.size:
        s["into"] -= legs[s["piece"]]["length"]
        s["piece"] += 1
    else:
        s["release"] = np.inf


@kernel
def _stand(m: int, t: float, s: Any, episodes: Any, motion: Any) -> None:
    """Come to stand; what was harsh until then is over."""
    s["speed"] = s["accel"] = s["lateral"] = s["askew"] = 0.0
    settle(m, t, episodes, motion)


@kernel
def _runs(t: float, s: Any) -> Any:
    """Whether the engine does: as long as the ignition is on, but while it is cranked, and not in a wreck."""
    if s["off"] != PARKED or t > s["release"]:
        return s["off"] != WRECKED
    short = s["release"] - s["stopped"] <= 2.0 * AROUND
    return short or t <= s["stopped"] + AROUND or t >= s["release"] - AROUND + CRANKS


@kernel
def _keep(m: int, row: int, t: float, s: Any, motion: Any) -> None:
    """Write down an instant."""
    dark = s["off"] > 0 and s["stopped"] + AROUND < t < s["release"] - AROUND
    motion.speed[m, row], motion.accel[m, row] = s["speed"], s["accel"]
    motion.lateral[m, row], motion.wide[m, row] = s["lateral"], s["wide"]
    motion.distance[m, row], motion.heat[m, row] = s["distance"], s["heat"]
    motion.piece[m, row], motion.into[m, row], motion.fuel[m, row] = s["piece"], s["into"], s["fuel"]
    motion.air[m, row] = s["air"]
    motion.ignition[m, row] = 0 if dark else 1
    motion.engine[m, row] = 1 if _runs(t, s) else 0
