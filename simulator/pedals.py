"""Pedals: how hard a driver wants to push or brake, by what lies ahead and by who brakes there suddenly."""

from typing import Any

from simulator.compiled import kernel

SLOW = 8.0  # m/s below which nobody is surprised


@kernel
def want(mover: Any, legs: Any, surprises: Any, s: Any, cap: float, hold: float) -> Any:
    """m/s² the driver wants now."""
    speed = s["speed"]
    need, share = ahead(legs, s["piece"], s["into"], speed, hold)
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
    return min(max(s["launch"], mover["cruise"]), mover["traction"], max((cap - speed) / 2.0, -1.0))


@kernel
def ahead(legs: Any, piece: int, into: float, speed: float, hold: float) -> tuple[float, float]:
    """m/s² of braking needed for what lies ahead, and as a share of what the driver would brake for it."""
    reach = legs[piece]["length"] - into
    horizon = speed * speed + 20.0  # braking at 0.5 m/s² stops within it
    need = most = 0.0
    while True:
        halt = legs[piece]["wait"] > 0 or piece + 1 == legs.size
        goal = 0.0 if halt else min(legs[piece + 1]["cap"], legs[piece + 1]["slide"] * hold)
        if goal < speed:
            brake = (speed * speed - goal * goal) / (2 * max(reach, 0.1 if halt else 1.0 + 0.3 * speed))
            if brake > most * legs[piece]["brake"]:
                need, most = brake, brake / legs[piece]["brake"]
        if halt or reach > horizon:
            return need, most
        piece += 1
        reach += legs[piece]["length"]
