"""Tyres: how warm they run and what pressure that gives, with a slow leak or a puncture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]

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


class Flaw(NamedTuple):
    """A tyre that loses air from ``start`` on (s), until it is changed at ``end``."""

    cause: str  # punctured, leaks slowly
    wheel: str | None  # None: the last
    start: float
    end: float
    rate: float = 3_600 / PUNCTURE  # 1/h of the cold gauge pressure


def gauge(cold: Floats, temp: Floats) -> Floats:
    """Gauge pressure (kPa) at ``temp`` (°C) of a filling that has ``cold`` at 20 °C. Gay-Lussac, 1802."""
    return (cold + ATMOSPHERE) * (temp + ZERO) / (COLD + ZERO) - ATMOSPHERE


def wheels(
    kind: Class,
    t: Floats,
    rng: np.random.Generator,
    leak: bool = False,
    puncture: tuple[float, float] | None = None,
) -> list[Wheel]:
    """The tyres of a vehicle at ``t`` (s): one of them leaks, or is punctured at one instant and changed at another."""
    fill = rng.normal(0.0, 0.012, len(kind.tyres))
    chosen = int(rng.integers(len(kind.tyres)))
    result = []
    for k, (name, placard) in enumerate(kind.tyres):
        cold, cause = np.full(len(t), placard * (1 + fill[k])), ""
        if k == chosen and leak:
            cold, cause = placard * (1 - LEAKED) * np.exp(-SLOW_LEAK / 3600 * t), "leaks slowly"
        if k == chosen and puncture:
            cause = "punctured"
            flat = (t >= puncture[0]) & (t < puncture[1])
            cold[flat] *= np.exp(-(t[flat] - puncture[0]) / PUNCTURE)
            cold[t >= puncture[1]] = placard
        result.append(Wheel(name, placard, cold, INNER if name.endswith("I") else 1.0, cause))
    return result


def flawed(wheels: list[Wheel], t: Floats, flaws: Sequence[Flaw]) -> list[Wheel]:
    """The same tyres with flaws."""
    for flaw in flaws:
        k = next((k for k, wheel in enumerate(wheels) if wheel.name == flaw.wheel), len(wheels) - 1)
        cold = wheels[k].cold * np.exp(-flaw.rate / 3600 * np.maximum(t - flaw.start, 0.0))
        cold = np.where(t >= flaw.end, wheels[k].placard, cold)
        wheels = [*wheels[:k], replace(wheels[k], cold=cold, cause=flaw.cause), *wheels[k + 1 :]]
    return wheels


def swapped(wheels: list[Wheel], t: Floats, at: float, rng: np.random.Generator) -> list[Wheel]:
    """The same tyres, those of the trailer another one's from ``at`` on."""
    fill = rng.normal(0.0, 0.012, len(wheels))
    return [
        replace(wheel, cold=np.where(t >= at, wheel.placard * (1 + one), wheel.cold))
        if wheel.name in TRAILER
        else wheel
        for wheel, one in zip(wheels, fill, strict=True)
    ]


def temperature(wheel: Wheel, ambient: Floats, heat: Floats) -> Floats:
    """°C of the air in a tyre: a soft one flexes more and runs hotter."""
    low = np.clip(1 - wheel.cold / wheel.placard, 0, 0.6)
    return ambient + heat * wheel.warmth * (1 + 0.6 * low)
