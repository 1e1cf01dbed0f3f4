"""Herd: thousands of vehicles that drive and now and then brake hard, advanced together in one compiled step."""

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel

Floats = npt.NDArray[np.float64]
Columns = npt.NDArray[np.float64]  # (speed km/h, lat, lon, heading in degrees, accel m/s²; vehicles; samples)
Records = npt.NDArray[np.void]

VEHICLE = np.dtype(
    [
        ("speed", "f8"),  # m/s
        ("cruise", "f8"),  # m/s
        ("sway", "f8"),  # m/s by which its speed swings, and how fast
        ("omega", "f8"),  # rad/s
        ("phase", "f8"),
        ("lat", "f8"),
        ("lon", "f8"),
        ("heading", "f8"),  # degrees
        ("turn", "f8"),  # degrees/s
        ("brake", "i8"),  # sample of its way from which it brakes hard; NEVER
    ]
)
HARD, LASTS = 6.0, 2.4  # m/s² of a planted brake, s at most
NEVER = np.iinfo(np.int64).min // 2
GENTLE = 1.0  # m/s² of all else
CRUISE = (23.0, 33.0)  # m/s
DEGREE = 111_195.0  # m, of latitude


def herd(count: int, seed: int, first: int) -> Records:
    """``count`` vehicles spread over a hundred km; ``first`` tells processes apart."""
    rng = np.random.default_rng([seed, 10, first])
    state = np.zeros(count, VEHICLE)
    state["cruise"] = rng.uniform(*CRUISE, count)
    state["speed"], state["sway"] = state["cruise"], rng.uniform(0.5, 2.0, count)
    state["omega"], state["phase"] = rng.uniform(0.02, 0.2, count), rng.uniform(0, 2 * np.pi, count)
    state["lat"], state["lon"] = rng.uniform(48.5, 49.5, count), rng.uniform(8.0, 9.0, count)
    state["heading"], state["turn"] = rng.uniform(0, 360, count), rng.uniform(-0.3, 0.3, count)
    state["brake"] = NEVER
    return state


@kernel
def advance(state: Records, first: int, elapsed: float, dt: float, columns: Columns) -> None:
    """Drive ``state`` (vehicles,) on by as many samples as ``columns`` have, ``dt`` s apart, and say what they are.

    ``first`` is the number of their first sample, ``elapsed`` s since the beginning, both for all alike.
    """
    for v in range(state.size):
        s = state[v]
        speed, lat, lon, heading = s["speed"], s["lat"], s["lon"], s["heading"]
        for j in range(columns.shape[2]):
            want = s["cruise"] + s["sway"] * np.sin(s["omega"] * (elapsed + j * dt) + s["phase"])
            accel = min(max((want - speed) / max(dt, 2.0), -GENTLE), GENTLE)
            if 0 <= (first + j - s["brake"]) * dt < LASTS:
                accel = -HARD
            speed = max(speed + accel * dt, 0.0)
            heading = (heading + s["turn"] * dt) % 360.0
            way = speed * dt / DEGREE
            lat += way * np.cos(np.radians(heading))
            lon += way * np.sin(np.radians(heading)) / np.cos(np.radians(lat))
            columns[0, v, j], columns[1, v, j], columns[2, v, j] = 3.6 * speed, lat, lon
            columns[3, v, j], columns[4, v, j] = heading, accel
        s["speed"], s["lat"], s["lon"], s["heading"] = speed, lat, lon, heading
