"""Pedals: how hard a driver wants to push or brake, by what lies ahead and by who brakes there suddenly."""

from typing import Any

import numpy as np

from compiled.kernels import kernel

SLOW = 8.0  # m/s below which nobody is surprised
CAREFUL = 0.7  # share of what tyres and brakes hold that somebody plans to brake with at most; ours
EARLY = 0.3  # s before a bend or a lower limit at which somebody wants to be slow enough; ours
RED = 0.55  # share of a light's cycle, so that for a tenth of it both ways are red; ours
AMBER = 3.05  # m/s² of braking up to which people stop for a light that turns; ITE's for its yellow, 10 ft/s²
LOOK = 0.101  # s, a step and a little, after it turned


@kernel
def red(leg: Any, t: float) -> Any:
    """s for which the light at the end of a leg stays red; 0 it is green or there is none."""
    if leg["cycle"] == 0:
        return 0.0
    return max(RED * leg["cycle"] - (t - leg["phase"]) % leg["cycle"], 0.0)


@kernel
def stops(legs: Any, piece: int, through: int, t: float) -> Any:
    """Whether someone has to stand at the end of a piece."""
    leg = legs[piece]
    return leg["wait"] > 0 or (piece != through and red(leg, t) > 0)


@kernel
def want(mover: Any, legs: Any, surprises: Any, s: Any, cap: float, grip: float, t: float) -> Any:
    """m/s² the driver wants now."""
    speed = s["speed"]
    sure = CAREFUL * min(grip * mover["friction"], s["brakes"] / legs[s["piece"]]["mass"])
    need, share, slow = ahead(legs, s, speed, grip, sure, t)
    cap = min(cap, slow)
    s["braking"] = 1 if share > 1.0 or (s["braking"] == 1 and share > 0.3) else 0
    while s["surprise"] < surprises.size and s["distance"] >= surprises[s["surprise"]]["at"]:
        if speed > SLOW and s["goal"] == 0:
            s["goal"] = speed * (1 - surprises[s["surprise"]]["drop"])
            s["hard"] = surprises[s["surprise"]]["brake"]
            s["aside"], s["push"] = surprises[s["surprise"]]["aside"], surprises[s["surprise"]]["push"]
        s["surprise"] += 1
    if speed <= s["goal"]:
        s["goal"] = 0.0
    if speed > 0.6 * cap:
        s["launch"] = 0.0
    if s["goal"] > 0:
        return -max(s["hard"], need)
    if s["braking"] == 1:
        return -need
    return min(max(s["launch"], mover["cruise"]), mover["traction"], max((cap - speed) / 2.0, -1.0))


@kernel
def ahead(legs: Any, s: Any, speed: float, grip: float, sure: float, t: float) -> Any:
    """m/s² needed for what lies ahead, that as a share of what the driver would brake with, and the most m/s before it.

    Nobody plans for more than the ``sure`` m/s² that this road and these brakes give. Who could no longer stop
    decently when a light turns goes through it, from now on (``s``).
    """
    piece = s["piece"]
    reach = legs[piece]["length"] - s["into"]
    horizon = speed * speed + 20.0  # braking at 0.5 m/s² stops within it
    need, most, hold, slow = 0.0, 0.0, np.sqrt(grip), np.inf
    while True:
        leg = legs[piece]
        last = piece + 1 == legs.size
        halt = last or stops(legs, piece, s["through"], t)
        goal = 0.0 if halt else min(legs[piece + 1]["cap"], legs[piece + 1]["bend"] * hold)
        decent, before = min(leg["brake"], sure), reach - EARLY * speed
        if not halt:
            slow = min(slow, goal * goal + 2.0 * decent * max(before, 0.0))
        if goal < speed:
            room = max(reach, 0.1) if halt else max(before, 1.0 + EARLY * speed)
            brake = (speed * speed - goal * goal) / (2 * room)
            if halt and leg["wait"] == 0 and not last and brake > AMBER * grip and _turned(leg, t):
                s["through"] = piece
                continue
            if brake > most * decent:
                need, most = brake, brake / decent
        if halt or reach > horizon:
            return need, most, np.sqrt(slow)
        piece += 1
        reach += legs[piece]["length"]


@kernel
def _turned(leg: Any, t: float) -> Any:
    """Whether a light has just turned red."""
    return red(leg, t) > RED * leg["cycle"] - LOOK
