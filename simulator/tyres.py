"""Tyres: how warm they run and what pressure that gives, with leaks, punctures, a pair apart and dragging brakes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.motion import WARM
from simulator.vehicles import Class

Floats = npt.NDArray[np.float64]
Span = tuple[float, float]

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
SPREAD = 0.012  # sigma of the share by which fillings differ
ALWAYS = ((-np.inf, np.inf),)


class Flaw(NamedTuple):
    """A tyre that loses air from ``start`` on (s), until it is changed at ``end``, or whose brake drags."""

    cause: str  # PUNCTURED ...
    wheel: str
    start: float
    end: float = np.inf
    rate: float = 0.0  # 1/h of the cold gauge pressure
    missing: float = 0.0  # share of it that is gone at once
    drag: float = 0.0  # times the axle's heat that its brake adds
    trailer: str = ""  # name of the one it is of; empty the vehicle's own

    def left(self, t: Floats) -> Floats:
        """Share of the air that it alone has left in its tyre at ``t`` (s)."""
        gone = self.missing * (t >= self.start)
        return np.asarray((1 - gone) * np.exp(-self.rate / 3_600 * np.maximum(t - self.start, 0.0)), np.float64)

    def heats(self, t: Floats) -> Floats:
        """Times the axle's heat that it adds by ``t`` (s): a wheel warms by degrees."""
        return self.drag * -np.expm1(-np.maximum(t - self.start, 0.0) / WARM)


class Ill(NamedTuple):
    """A flaw of the tyre that is on a wheel, and the time (s) in which it has it and is there."""

    flaw: Flaw
    start: float
    end: float


@dataclass(frozen=True)
class Tyre:
    """A tyre: what it was filled with (kPa at 20 °C), what is wrong with it, and when it is on its wheel (s)."""

    name: str
    placard: float
    filled: float
    spans: tuple[Span, ...] = ALWAYS
    flaws: tuple[Flaw, ...] = ()
    trailer: str = ""

    def until(self, flaw: Flaw) -> float:
        """s at which a flaw is over: a changed tyre has none of those of the one before, a brake is mended later."""
        ends = (one.end for one in self.flaws if one.end > flaw.start)
        return min(ends, default=np.inf) if not flaw.drag else flaw.end

    def cold(self, t: Floats) -> Floats:
        """kPa at 20 °C; whatever loses air adds up, and one that was changed holds what its placard says."""
        changed = min((flaw.end for flaw in self.flaws), default=np.inf)
        cold = np.where(t >= changed, self.placard, self.filled) if self.flaws else np.full(len(t), self.filled)
        for flaw in self.flaws:
            cold *= np.where(t < self.until(flaw), flaw.left(t), 1.0)
        return cold

    def drag(self, t: Floats) -> Floats:
        """Times the axle's heat that dragging brakes add."""
        return np.asarray(sum((flaw.heats(t) for flaw in self.flaws if flaw.drag), np.zeros(len(t))))

    def ills(self) -> Iterator[Ill]:
        """Its flaws while it is on its wheel."""
        for flaw in self.flaws:
            for a, b in self.spans:
                start, end = max(flaw.start, a), min(self.until(flaw), b)
                if start < end:
                    yield Ill(flaw, start, end)


@dataclass(frozen=True)
class Wheel:
    """What is on a wheel: cold gauge pressure (kPa at 20 °C) at each instant, how warm it runs, what is wrong."""

    name: str
    placard: float
    cold: Floats
    warmth: float  # times the axle's heat
    drag: Floats  # times the axle's heat that dragging brakes add
    ills: tuple[Ill, ...] = ()


def gauge(cold: Floats, temp: Floats) -> Floats:
    """Gauge pressure (kPa) at ``temp`` (°C) of a filling that has ``cold`` at 20 °C. Gay-Lussac, 1802."""
    return (cold + ATMOSPHERE) * (temp + ZERO) / (COLD + ZERO) - ATMOSPHERE


def tyres(kind: Class, rng: np.random.Generator) -> tuple[list[Tyre], str]:
    """The tyres of a vehicle as they were filled, and the wheel to which whatever usually happens does happen."""
    fill = rng.normal(0.0, SPREAD, len(kind.tyres))
    own = [name for name, _ in kind.tyres if name not in TRAILER]
    filled = zip(kind.tyres, fill, strict=True)
    return [Tyre(name, placard, placard * (1 + one)) for (name, placard), one in filled], own[
        int(rng.integers(len(own)))
    ]


def coupled(tyres: Sequence[Tyre], trailer: str, spans: Sequence[Span], rng: np.random.Generator) -> list[Tyre]:
    """Of the same wheels, those of a ``trailer``, whose ``rng`` it is, that is pulled in ``spans``."""
    fill = rng.normal(0.0, SPREAD, len(tyres))
    return [
        replace(tyre, filled=tyre.placard * (1 + one), spans=tuple(spans), trailer=trailer)
        for tyre, one in zip(tyres, fill, strict=True)
        if tyre.name in TRAILER
    ]


def flawed(tyres: Iterable[Tyre], flaws: Sequence[Flaw]) -> list[Tyre]:
    """The same tyres with their flaws; those of a trailer's go with it."""
    return [replace(tyre, flaws=(*tyre.flaws, *(flaw for flaw in flaws if _befalls(flaw, tyre)))) for tyre in tyres]


def _befalls(flaw: Flaw, tyre: Tyre) -> bool:
    return (flaw.wheel, flaw.trailer) == (tyre.name, tyre.trailer)


def wheels(tyres: Sequence[Tyre], t: Floats) -> list[Wheel]:
    """What is on each wheel at ``t`` (s)."""
    found: dict[str, Wheel] = {}
    for tyre in tyres:
        cold, drag, ills = tyre.cold(t), tyre.drag(t), tuple(tyre.ills())
        if before := found.get(tyre.name):
            there = np.logical_or.reduce([(t >= a) & (t < b) for a, b in tyre.spans])
            cold, drag = np.where(there, cold, before.cold), np.where(there, drag, before.drag)
            ills = (*before.ills, *ills)
        found[tyre.name] = Wheel(tyre.name, tyre.placard, cold, INNER if tyre.name.endswith("I") else 1.0, drag, ills)
    return list(found.values())


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
