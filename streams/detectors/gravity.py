"""Gravity: which way is down for an accelerometer nobody knows the mount of, and what of its reading is level."""

from math import fabs, nan, sqrt
from typing import Any

from compiled.kernels import inner
from streams.detectors.manoeuvre import G
from streams.kernels.params import Param
from streams.kernels.spans import span

DOWN = [
    ("down_x", "f8"),  # m/s², reading of an accelerometer at rest, smoothed
    ("down_y", "f8"),
    ("down_z", "f8"),
    ("down_t", "f8"),  # last row of the accelerometer; 0 never
    ("down_since", "f8"),  # since when ``down`` has been followed; 0 not known
]

GRAVITY = (
    Param("gravity_s", 2.0, "ours: time constant of the direction of gravity; longer than a pothole"),
    Param("calm_g", 0.3, "ours: a reading further from 1 g says little of gravity", G),
    Param("lost_s", 2.0, "ours: after a longer silence the device may have been turned"),
)


@inner
def follow_gravity(memory: Any, t: float, x: float, y: float, z: float, p: Any) -> bool:
    """Take in a raw reading; whether the direction of gravity has been followed for ``gravity_s``."""
    apart = span(memory["down_t"], t)
    memory["down_t"] = t
    if apart > p["lost_s"]:
        memory["down_since"] = 0.0
    if fabs(sqrt(x * x + y * y + z * z) - G) <= p["calm_g"]:
        share = 1.0
        if memory["down_since"] > 0.0:
            share = min(apart / p["gravity_s"], 1.0)
        else:
            memory["down_since"] = t
        memory["down_x"] += (x - memory["down_x"]) * share
        memory["down_y"] += (y - memory["down_y"]) * share
        memory["down_z"] += (z - memory["down_z"]) * share
    return bool(memory["down_since"] > 0.0 and span(memory["down_since"], t) >= p["gravity_s"])


@inner
def level_part(memory: Any, x: float, y: float, z: float) -> Any:
    """What of a raw reading is at right angles to gravity, in the device's own axes, m/s²."""
    down_x, down_y, down_z = memory["down_x"], memory["down_y"], memory["down_z"]
    square = down_x * down_x + down_y * down_y + down_z * down_z
    if not square > 0.0:
        return nan, nan, nan
    share = (x * down_x + y * down_y + z * down_z) / square
    return x - share * down_x, y - share * down_y, z - share * down_z
