"""Dynamics: engine, brakes and tyres against rolling, air and the hill, as m/s² of a vehicle's mass, and its fuel."""

from typing import Any

import numpy as np

from compiled.kernels import kernel
from simulator.grip import ease, left, turn

G = 9.80665  # m/s²
DRIVEN = 0.5  # share of a vehicle's own weight on the driven axle; ours
OVERRUN = 4.0  # m/s above which a modern engine burns nothing while the vehicle pushes it; ours
STEP = 0.1  # s

DYNAMICS = np.dtype(
    [
        ("power", "f8"),  # W at the wheels
        ("force", "f8"),  # N, the most the engine pulls in its lowest gear
        ("brakes", "f8"),  # N, the most the brakes hold
        ("friction", "f8"),  # m/s², the most the tyres hold on a dry road, in any direction
        ("driven", "f8"),  # share of all the weight on the driven axle
        ("laden", "f8"),  # kg, half laden, with the trailer
        ("rolling", "f8"),  # N of rolling resistance for each N of weight
        ("drag", "f8"),  # N for each m²/s² of speed
        ("idle", "f8"),  # l/s burnt standing
        ("burn", "f8"),  # l for each J at the wheels
    ]
)


@kernel
def resistance(mover: Any, mass: float, speed: float, slope: float) -> Any:
    """m/s² by which rolling, air and the hill hold a vehicle back; below 0 the hill drives it.

    ``slope`` is m of height a metre of map; so is distance, so that work against the hill is mass by G by height.
    Source: Wong, Theory of Ground Vehicles, 4th ed., 3.1.
    """
    return G * (mover["rolling"] + slope) + mover["drag"] * speed * speed / mass


@kernel
def bounds(mover: Any, brakes: float, mass: float, speed: float, along: float, dragged: float) -> Any:
    """m/s² that the engine can pull and the brakes can hold at most.

    Power, force and ``brakes`` (N) bound them, and the ``along`` m/s² that tyres hold beside what a bend takes. A brake
    that drags by ``dragged`` m/s² is the engine's to overcome.
    """
    pull = min(mover["force"], mover["power"] / max(speed, 1.0)) / mass
    brake = min(brakes / mass, along)
    return max(min(pull, mover["driven"] * along) - dragged, -brake), brake


@kernel
def burnt(mover: Any, mass: float, push: float, speed: float) -> Any:
    """l/s at ``push`` m/s² at the wheels: a line over power, and nothing in overrun.

    Source: the Willans line, Guzzella and Sciarretta, Vehicle Propulsion Systems, 2.2.
    """
    if push < 0 and speed > OVERRUN:
        return 0.0
    return mover["idle"] + mover["burn"] * mass * max(push, 0.0) * speed


@kernel
def move(
    s: Any, mover: Any, mass: float, want: float, slope: float, curvature: float, grip: float, drags: float
) -> None:
    """Ease the acceleration towards ``want`` (a foot has a jerk) as far as engine, brakes and tyres go, and move on.

    Who slides brakes with what is left. ``drags`` N of a brake that does not let go are of the engine's push.
    """
    speed, tyres, dragged = s["speed"], grip * mover["friction"], drags / mass
    slides = turn(s, speed * speed * curvature, tyres, STEP)
    against = resistance(mover, mass, speed, slope)
    pull, brake = bounds(mover, s["brakes"], mass, speed, left(tyres, s["lateral"]), dragged)
    want = -brake if slides else ease(s, want)
    jerk = 15.0 if slides or s["goal"] > 0 else 4.0 + 2.0 * abs(want)  # m/s³
    accel = s["accel"] + min(max(want - s["accel"], -jerk * STEP), jerk * STEP)
    accel = max(min(max(accel, -brake - against), pull - against), -speed / STEP)
    s["fuel"] += burnt(mover, mass, accel + against + dragged, speed) * STEP
    s["accel"] = accel
    s["speed"] = max(speed + accel * STEP, 0.0)
    s["distance"] += s["speed"] * STEP
    s["into"] += s["speed"] * STEP
