"""Grip: what tyres hold of a bend, and where a vehicle goes whose way asks more of them than the road gives."""

from typing import Any

import numpy as np

from compiled.kernels import kernel

SIDEWAYS = 0.8  # share of what tyres hold that still turns a vehicle that slides; 0.6 are left to slow it; ours
EASE, SLOW = 1.0, 5.0  # m/s² with which somebody slows down while running wide, and m/s of who need not; ours
BACK = 40.0  # m: somebody who ran wide steers back so that a tenth of it is left after 3.9 times as many; ours
LANE = 0.3  # m aside of the way that are within the lane; ours
STRAIGHT = 0.01  # m and rad aside that are none any more


@kernel
def turn(s: Any, side: float, tyres: float, step: float) -> Any:
    """Turn as the way does, ``side`` m/s² to the left, as far as tyres hold ``tyres`` m/s²; true if it slides.

    Whoever is asked for more slides: wide of the way, until what turns it is enough, and then back into the lane.
    """
    speed = s["speed"]
    slides = abs(side) > (tyres if s["wide"] == 0.0 else SIDEWAYS * tyres)
    if slides:
        held = SIDEWAYS * tyres if side > 0 else -SIDEWAYS * tyres
    else:
        back = speed * speed * (2.0 * s["askew"] + s["wide"] / BACK) / BACK
        held = side if back == 0.0 else min(max(side - back, -SIDEWAYS * tyres), SIDEWAYS * tyres)
    s["lateral"] = held
    if speed > 0:
        s["askew"] += (held - side) / speed * step
        s["wide"] += s["askew"] * speed * step
    if not slides and abs(s["wide"]) < STRAIGHT and abs(s["askew"]) < STRAIGHT:
        s["wide"] = s["askew"] = 0.0
    return slides


@kernel
def ease(s: Any, want: float) -> Any:
    """m/s² that somebody wants who may have run wide: slower while it goes on, and no faster until in the lane."""
    if s["wide"] == 0.0 or s["speed"] < SLOW:
        return want
    if s["askew"] * s["wide"] > 0.0:
        return min(want, -EASE)
    return min(want, 0.0) if abs(s["wide"]) > LANE else want


@kernel
def left(tyres: float, held: float) -> Any:
    """m/s² that tyres hold along the way while they hold ``held`` across it: Kamm's circle."""
    return np.sqrt(max(tyres * tyres - held * held, 0.0))
