"""Engines: how they are built, and how fast one turns at a speed."""

from typing import Any, NamedTuple

from compiled.kernels import kernel

CRANKS, CRANKED = 2.0, 200.0  # s a starter turns the engine, and how fast, 1/min; ours
GEARS, GEAR = 9, 1.35  # how many, and from gear to gear; ours


class Build(NamedTuple):
    """How engines of a class are built; ours, of the order of makers' data."""

    idle: float  # 1/min
    least: float  # 1/min below which a gear is not used
    top: float  # 1/min in the highest gear for each m/s
    opens: float  # °C
    volts: float
    air: bool  # whether brakes work by it
    lining: float  # m a lining lasts


BUILDS = {
    "car": Build(800, 1_300, 60, 88, 12, False, 60e6),
    "van": Build(800, 1_300, 65, 88, 12, False, 60e6),
    "truck": Build(600, 1_050, 50, 82, 24, True, 250e6),
    "bus": Build(650, 1_000, 50, 82, 24, True, 120e6),
}


@kernel
def turning(idle: float, least: float, top: float, speed: float) -> Any:
    """1/min at ``speed`` in the highest gear that an engine likes."""
    turns, lower = top * max(speed, 0.1), 0
    while turns < least and lower + 1 < GEARS:
        turns *= GEAR
        lower += 1
    return max(turns, idle)
