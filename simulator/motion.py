"""Motion: the whole fleet advanced along its routes in one compiled step, ten times a second."""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

LEG = np.dtype(
    [
        ("length", "f8"),  # m
        ("curvature", "f8"),  # 1/m, + left
        ("cap", "f8"),  # m/s the driver would drive here
        ("wait", "f8"),  # s to stand at its end; 0 drive on
        ("off", "i8"),  # 1: the engine is switched off while waiting
        ("brake", "f8"),  # m/s² with which the driver slows down for its end
        ("launch", "f8"),  # m/s² with which the driver leaves its end after a wait
    ]
)
SURPRISE = np.dtype([("at", "f8"), ("brake", "f8"), ("drop", "f8")])  # m from the start, m/s², share of speed lost
MOVER = np.dtype(
    [
        ("start", "f8"),  # s after the window begins
        ("power", "f8"),  # W/kg
        ("traction", "f8"),  # m/s², the most at standstill
        ("brake", "f8"),  # m/s², full braking
        ("top", "f8"),  # m/s, the limiter's
        ("cruise", "f8"),  # m/s² used to get back to speed
        ("heat", "f8"),  # K a tyre warms for each m/s
        ("crash", "f8"),  # m from the start; inf never
        ("marks", "f8", (3,)),  # m/s² beyond which a manoeuvre is put on the sheet, by kind
    ]
)
STATE = np.dtype(
    [
        ("speed", "f8"),
        ("accel", "f8"),
        ("distance", "f8"),
        ("into", "f8"),  # m after the beginning of the piece
        ("heat", "f8"),  # K of the tyres above ambient
        ("piece", "i8"),
        ("surprise", "i8"),  # the next one
        ("goal", "f8"),  # m/s to brake down to when surprised; 0 not surprised
        ("hard", "f8"),  # m/s² with which
        ("braking", "i8"),
        ("launch", "f8"),  # m/s² of getting away; 0 once away
        ("stopped", "f8"),  # s at which it last came to stand
        ("release", "f8"),  # s until which it stands
        ("off", "i8"),  # 1: with the engine off
    ]
)
EPISODE = np.dtype([("open", "i8"), ("start", "f8"), ("peak", "f8"), ("speed", "f8"), ("cause", "i8")])
MANOEUVRE = np.dtype([("mover", "i8"), ("kind", "i8"), ("end", "f8"), *((n, EPISODE[n]) for n in EPISODE.names or ())])

BRAKING, ACCELERATION, CORNERING = range(3)
PLANNED, SURPRISED = range(2)

HZ = 10
STEP = 1.0 / HZ  # s
CLEAR = 0.83  # an episode ends at this share of its mark
SLOW = 8.0  # m/s below which nobody is surprised
IMPACT = 10.0  # m/s below which nobody crashes
WARM = 1_500.0  # s, time constant of a tyre's warming
CALL = 180.0  # s from a crash until someone switches the ignition off
AROUND = 6.0  # s the ignition is on before driving off, and after coming to stand


class Motion(NamedTuple):
    """What happened: columns (movers, instants), the last at the end of each second, and what is on the sheet."""

    speed: Floats  # m/s
    accel: Floats  # m/s², along
    distance: Floats  # m since the start
    piece: npt.NDArray[np.int64]  # of the route
    into: Floats  # m after the beginning of that piece
    ignition: npt.NDArray[np.uint8]
    heat: Floats  # K of the tyres above ambient
    reached: Floats  # (all pieces,) s at which each piece's end was reached; NaN never
    crashed: Floats  # (movers, 2) s of the crash and speed before it; NaN none
    manoeuvres: Records  # MANOEUVRE
    noted: npt.NDArray[np.int64]  # (1,) how many of them


def advance(
    movers: Records, legs: list[Records], surprises: list[Records], sway: Floats, seconds: int, keep: int = 1
) -> Motion:
    """Drive every mover along its legs for ``seconds``; ``sway`` (movers, k) varies its speed, a value for 20 s.

    ``keep`` instants a second are kept: 1, 2, 5 or 10.
    """
    shape = len(movers), seconds * keep
    state = np.zeros(len(movers), STATE)
    state["release"], state["stopped"], state["off"] = movers["start"], -60.0, 1
    state["launch"] = [rows["launch"][0] for rows in legs]
    motion = Motion(
        speed=np.zeros(shape),
        accel=np.zeros(shape),
        distance=np.zeros(shape),
        piece=np.zeros(shape, np.int64),
        into=np.zeros(shape),
        ignition=np.zeros(shape, np.uint8),
        heat=np.zeros(shape),
        reached=np.full(sum(map(len, legs)), np.nan),
        crashed=np.full((len(movers), 2), np.nan),
        manoeuvres=np.zeros(len(movers) * (200 + seconds // 20), MANOEUVRE),
        noted=np.zeros(1, np.int64),
    )
    bounds = [np.cumsum([0, *map(len, rows)]) for rows in (legs, surprises)]
    _advance(
        movers, np.concatenate(legs), bounds[0], np.concatenate(surprises), bounds[1], sway, state, motion, HZ // keep
    )
    return motion._replace(manoeuvres=motion.manoeuvres[: motion.noted[0]])


@numba.njit(cache=True, nogil=True)
def _advance(
    movers: Any,
    legs: Any,
    leg_bounds: Any,
    surprises: Any,
    surprise_bounds: Any,
    sway: Any,
    state: Any,
    motion: Any,
    every: int,
) -> None:
    for m in range(movers.size):
        first, last = leg_bounds[m], leg_bounds[m + 1]
        sudden = surprises[surprise_bounds[m] : surprise_bounds[m + 1]]
        reached = motion.reached[first:last]
        episodes = np.zeros(3, EPISODE)
        for second in range(motion.speed.shape[1] * every // HZ):
            grid = second // 20
            pace = sway[m, grid] + (sway[m, grid + 1] - sway[m, grid]) * (second - 20 * grid) / 20.0
            for tick in range(1, HZ + 1):
                t = second + tick * STEP
                if t > state[m]["release"]:
                    _tick(m, t, pace, movers[m], legs[first:last], sudden, reached, state[m], episodes, motion)
                if tick == HZ:
                    state[m]["heat"] += (movers[m]["heat"] * state[m]["speed"] - state[m]["heat"]) / WARM
                if tick % every == 0:
                    _keep(m, (second * HZ + tick) // every - 1, t, state[m], motion)


@numba.njit(cache=True, nogil=True)
def _tick(
    m: int,
    t: float,
    pace: float,
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
    want = _want(mover, legs, surprises, s, min(leg["cap"] * pace, mover["top"]))
    _move(s, max(want, -mover["brake"]))
    side = s["speed"] * s["speed"] * abs(leg["curvature"])
    for kind, value in ((BRAKING, -s["accel"]), (ACCELERATION, s["accel"]), (CORNERING, side)):
        _watch(m, kind, value, mover["marks"][kind], t, s, episodes[kind], motion)
    if s["distance"] >= mover["crash"] and s["speed"] > IMPACT:
        motion.crashed[m, 0], motion.crashed[m, 1] = t, s["speed"]
        s["speed"] = s["accel"] = 0.0
        s["stopped"], s["release"], s["off"] = t + CALL, np.inf, 1
        return
    if leg["wait"] > 0:
        if s["speed"] < 0.4 and leg["length"] - s["into"] < 1.5:
            s["speed"] = s["accel"] = 0.0
            s["stopped"], s["release"], s["off"], s["launch"] = t, t + leg["wait"], leg["off"], leg["launch"]
            _next(legs, t, reached, s)
    else:
        while s["into"] >= legs[s["piece"]]["length"] and legs[s["piece"]]["wait"] == 0:
            _next(legs, t, reached, s)


@numba.njit(cache=True, nogil=True)
def _next(legs: Any, t: float, reached: Any, s: Any) -> None:
    """Go on to the next piece; the last is never left."""
    reached[s["piece"]] = t
    if s["piece"] + 1 < legs.size:
        s["into"] -= legs[s["piece"]]["length"]
        s["piece"] += 1
    else:
        s["release"] = np.inf


@numba.njit(cache=True, nogil=True)
def _want(mover: Any, legs: Any, surprises: Any, s: Any, cap: float) -> Any:
    """m/s² the driver wants now."""
    speed = s["speed"]
    need, share = _ahead(legs, s["piece"], s["into"], speed)
    s["braking"] = 1 if share > 1.0 or (s["braking"] == 1 and share > 0.3) else 0
    while s["surprise"] < surprises.size and s["distance"] >= surprises[s["surprise"]]["at"]:
        if speed > SLOW and s["goal"] == 0:
            s["goal"] = speed * (1 - surprises[s["surprise"]]["drop"])
            s["hard"] = surprises[s["surprise"]]["brake"]
        s["surprise"] += 1
    if speed <= s["goal"]:
        s["goal"] = 0.0
    if speed > 0.6 * cap:
        s["launch"] = 0.0
    if s["goal"] > 0:
        return -max(s["hard"], need)
    if s["braking"] == 1:
        return -need
    push = min(max(s["launch"], mover["cruise"]), mover["traction"], mover["power"] / max(speed, 1.0))
    return min(push, max((cap - speed) / 2.0, -1.0))


@numba.njit(cache=True, nogil=True)
def _ahead(legs: Any, piece: int, into: float, speed: float) -> tuple[float, float]:
    """m/s² of braking needed for what lies ahead, and as a share of what the driver would brake for it."""
    reach = legs[piece]["length"] - into
    horizon = speed * speed + 20.0  # braking at 0.5 m/s² stops within it
    need = most = 0.0
    while True:
        halt = legs[piece]["wait"] > 0 or piece + 1 == legs.size
        goal = 0.0 if halt else legs[piece + 1]["cap"]
        if goal < speed:
            brake = (speed * speed - goal * goal) / (2 * max(reach, 0.1 if halt else 1.0 + 0.3 * speed))
            if brake > most * legs[piece]["brake"]:
                need, most = brake, brake / legs[piece]["brake"]
        if halt or reach > horizon:
            return need, most
        piece += 1
        reach += legs[piece]["length"]


@numba.njit(cache=True, nogil=True)
def _move(s: Any, want: float) -> None:
    """Ease the acceleration towards ``want`` (a foot has a jerk) and move on."""
    jerk = 15.0 if s["goal"] > 0 else 4.0 + 2.0 * abs(want)  # m/s³
    s["accel"] += min(max(want - s["accel"], -jerk * STEP), jerk * STEP)
    if s["speed"] + s["accel"] * STEP < 0:
        s["accel"] = -s["speed"] / STEP
    s["speed"] += s["accel"] * STEP
    s["distance"] += s["speed"] * STEP
    s["into"] += s["speed"] * STEP


@numba.njit(cache=True, nogil=True)
def _watch(m: int, kind: int, value: float, mark: float, t: float, s: Any, episode: Any, motion: Any) -> None:
    """Follow one kind of manoeuvre and note it when it is over."""
    if episode["open"] == 0:
        if value >= mark:
            episode["open"], episode["start"], episode["peak"] = 1, t, value
            episode["speed"], episode["cause"] = s["speed"], SURPRISED if s["goal"] > 0 else PLANNED
        return
    episode["peak"] = max(episode["peak"], value)
    if value < CLEAR * mark:
        episode["open"] = 0
        row = motion.manoeuvres[min(motion.noted[0], motion.manoeuvres.size - 1)]
        row["mover"], row["kind"], row["end"] = m, kind, t
        row["start"], row["peak"] = episode["start"], episode["peak"]
        row["speed"], row["cause"] = episode["speed"], episode["cause"]
        motion.noted[0] += 1


@numba.njit(cache=True, nogil=True)
def _keep(m: int, row: int, t: float, s: Any, motion: Any) -> None:
    """Write down an instant."""
    dark = s["off"] == 1 and s["stopped"] + AROUND < t < s["release"] - AROUND
    motion.speed[m, row], motion.accel[m, row] = s["speed"], s["accel"]
    motion.distance[m, row], motion.heat[m, row] = s["distance"], s["heat"]
    motion.piece[m, row], motion.into[m, row] = s["piece"], s["into"]
    motion.ignition[m, row] = 0 if dark else 1
