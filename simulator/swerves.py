"""Swerves: out of the lane around something and back into it, as a bend of the way that the road does not have."""

from typing import Any

import numpy as np

from compiled.kernels import kernel
from simulator.manoeuvres import SURPRISED, SWERVING, noted

TURN = 2 * np.pi
BACK = 2.0  # times as long as it went out it takes to come back: with a quarter of the push; ours
WHOLE = 2.0 + BACK  # of that length from out of the lane until in it: it stays aside for as long as it went out
GRASP = 0.8  # share of what the tyres hold that somebody dares to swerve with; ours


@kernel
def bend(at: Any, aside: Any, along: Any, distance: Any) -> Any:
    """1/m, + left, that a swerve to ``aside`` m adds to the way: out within ``along`` m from ``at`` on, and back.

    The push is one wave of a sine, to the side and against it, so that it ends as it began but for its place.
    """
    out, back = _parts(at, along, distance)
    return TURN * aside * (np.sin(TURN * out) - np.sin(TURN * back) / BACK**2) / along**2


def beside(at: Any, aside: Any, along: Any, distance: Any) -> tuple[Any, Any]:
    """m to the left of the way it is on, and rad that it heads to the left of it."""
    out, back = _parts(at, along, distance)
    away = aside * (out - np.sin(TURN * out) / TURN - back + np.sin(TURN * back) / TURN)
    steep = aside * (1 - np.cos(TURN * out) - (1 - np.cos(TURN * back)) / BACK) / along
    return away, np.arctan(steep)


@kernel
def _parts(at: Any, along: Any, distance: Any) -> tuple[Any, Any]:
    """Shares of the way out and of the way back that are behind it."""
    into = (distance - at) / along
    return np.minimum(np.maximum(into, 0.0), 1.0), np.minimum(np.maximum((into - 2.0) / BACK, 0.0), 1.0)


@kernel
def begin(m: int, t: float, grip: float, mover: Any, leg: Any, s: Any, motion: Any) -> None:
    """Go around what is in the way, as hard as the tyres hold at most, if the road is straight for so long."""
    push = min(s["push"], GRASP * grip * mover["friction"])
    along = s["speed"] * np.sqrt(TURN * abs(s["aside"]) / push)
    if s["swerve"] == 0 and leg["curvature"] == 0.0 and leg["length"] - s["into"] > WHOLE * along:
        place = noted(m, SWERVING, t, motion)
        row = motion.manoeuvres[place]
        row["start"], row["speed"], row["cause"] = t, s["speed"], SURPRISED
        row["at"], row["aside"], row["along"] = s["distance"], s["aside"], along
        s["swerve"] = place + 1
    s["aside"] = 0.0


@kernel
def around(t: float, s: Any, tyres: float, motion: Any) -> float:
    """1/m that a swerve bends the way by now; going out is what is on the sheet, as far as ``tyres`` hold."""
    if s["swerve"] == 0:
        return 0.0
    row = motion.manoeuvres[s["swerve"] - 1]
    into = s["distance"] - row["at"]
    if into >= WHOLE * row["along"]:
        s["swerve"] = 0
        return 0.0
    more = bend(row["at"], row["aside"], row["along"], s["distance"])
    if into <= row["along"]:
        row["end"], row["peak"] = t, max(row["peak"], min(s["speed"] * s["speed"] * abs(more), tyres))
    return float(more)
