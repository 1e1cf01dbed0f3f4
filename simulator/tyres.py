"""Tyres: how warm they run and what pressure that gives, with a leak, a puncture, a pair apart or a dragging brake."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.motion import WARM
from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]

PUNCTURED, LEAKS, UNFILLED, DRAGS = "punctured", "leaks slowly", "filled too low", "brake drags"
DRAG = 1.6  # times the heat of rolling that a dragging brake adds: 40 K at 90 km/h of a lorry; ours
ATMOSPHERE = 101.325  # kPa
ZERO = 273.15  # K at 0 °C
COLD = 20.0  # °C at which a placard pressure is meant
INNER = 1.12  # a dual's inner tyre is cooled less
SLOW_LEAK = 0.022  # 1/h of the cold gauge pressure
LEAKED = 0.03  # share already lost when the window begins
TRAILER = ("3L", "3R", "4L", "4R", "5L", "5R")  # wheels of a semi-trailer behind a tractor with two axles
TRAILER_KPA = 850.0  # their placard pressure
PUNCTURE = 14.0 * 60  # s in which a punctured tyre falls to 1/e; the flow follows the gauge pressure


@dataclass(frozen=True)
class Wheel:
    """A tyre's filling: cold gauge pressure (kPa at 20 °C) for each instant, and how warm it runs."""

    name: str
    placard: float
    cold: Floats
    warmth: float  # times the axle's heat
    cause: str = ""  # of the air it loses
    drag: float | Floats = 0.0  # times the axle's heat that a dragging brake adds


class Flaw(NamedTuple):
    """A tyre that loses air from ``start`` on (s), until it is changed at ``end``, or whose brake drags."""

    cause: str  # PUNCTURED ...
    wheel: str | None  # None: the last of the vehicle itself
    start: float
    end: float
    rate: float = 3_600 / PUNCTURE  # 1/h of the cold gauge pressure
    missing: float = 0.0  # share of it that is gone at once
    drag: float = 0.0  # times the axle's heat that its brake adds


def gauge(cold: Floats, temp: Floats) -> Floats:
    """Gauge pressure (kPa) at ``temp`` (°C) of a filling that has ``cold`` at 20 °C. Gay-Lussac, 1802."""
    return (cold + ATMOSPHERE) * (temp + ZERO) / (COLD + ZERO) - ATMOSPHERE


def wheels(
    kind: Class,
    t: Floats,
    rng: np.random.Generator,
    leak: float | None = None,
    puncture: tuple[float, float] | None = None,
) -> list[Wheel]:
    """The tyres of a vehicle at ``t`` (s): one of its own leaks, ``leak`` s already, or is punctured and changed."""
    fill = rng.normal(0.0, 0.012, len(kind.tyres))
    chosen = int(rng.integers(sum(name not in TRAILER for name, _ in kind.tyres)))
    result = []
    for k, (name, placard) in enumerate(kind.tyres):
        cold, cause = np.full(len(t), placard * (1 + fill[k])), ""
        if k == chosen and leak is not None:
            cold, cause = placard * (1 - LEAKED) * np.exp(-SLOW_LEAK / 3600 * (t + leak)), LEAKS
        if k == chosen and puncture:
            cause = PUNCTURED
            flat = (t >= puncture[0]) & (t < puncture[1])
            cold[flat] *= np.exp(-(t[flat] - puncture[0]) / PUNCTURE)
            cold[t >= puncture[1]] = placard
        result.append(Wheel(name, placard, cold, INNER if name.endswith("I") else 1.0, cause))
    return result


def flawed(wheels: list[Wheel], t: Floats, flaws: Sequence[Flaw]) -> list[Wheel]:
    """The same tyres with flaws."""
    for flaw in flaws:
        last = max(k for k, wheel in enumerate(wheels) if wheel.name not in TRAILER)
        k = next((k for k, wheel in enumerate(wheels) if wheel.name == flaw.wheel), last)
        since = np.maximum(t - flaw.start, 0.0)
        cold = wheels[k].cold * (1 - flaw.missing) * np.exp(-flaw.rate / 3600 * since)
        cold = np.where(t >= flaw.end, wheels[k].placard, cold)
        drag = wheels[k].drag + flaw.drag * -np.expm1(-since / WARM)
        wheels = [*wheels[:k], replace(wheels[k], cold=cold, cause=flaw.cause, drag=drag), *wheels[k + 1 :]]
    return wheels


def swapped(wheels: list[Wheel], t: Floats, at: float, rng: np.random.Generator) -> list[Wheel]:
    """The same tyres, those of the trailer one's, whose ``rng`` it is, from ``at`` on."""
    fill = rng.normal(0.0, 0.012, len(wheels))
    return [
        replace(wheel, cold=np.where(t >= at, wheel.placard * (1 + one), wheel.cold))
        if wheel.name in TRAILER
        else wheel
        for wheel, one in zip(wheels, fill, strict=True)
    ]


def temperature(wheel: Wheel, ambient: Floats, heat: Floats) -> Floats:
    """°C of the air in a tyre: a soft one flexes more and runs hotter, and so does one whose brake drags."""
    low = np.clip(1 - wheel.cold / wheel.placard, 0, 0.6)
    return ambient + heat * (wheel.warmth * (1 + 0.6 * low) + wheel.drag)


def mates(wheels: Sequence[Wheel]) -> list[tuple[Wheel, Wheel, bool]]:
    """Each tyre beside the one across its axle, and beside the other of its pair (true)."""
    named = {wheel.name: wheel for wheel in wheels}
    across, within = str.maketrans("LR", "RL"), str.maketrans("OI", "IO")
    beside = [(wheel, wheel.name[:1] + wheel.name[1:].translate(across), False) for wheel in wheels]
    beside += [(wheel, wheel.name.translate(within), True) for wheel in wheels if len(wheel.name) > 2]
    return [(wheel, named[other], pair) for wheel, other, pair in beside if other in named]
