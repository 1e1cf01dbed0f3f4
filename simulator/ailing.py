"""Ailing: what was wrong with tyres and brakes, and what came of it, as rows of the answer sheet."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from simulator.answers import Fact, runs
from simulator.tyres import DRAGS, LEAKS, PUNCTURED, UNFILLED, Ill, Wheel, mates

Floats = npt.NDArray[np.float64]

KINDS = {PUNCTURED: "tyre_rapid_loss", LEAKS: "tyre_slow_leak", UNFILLED: "dual_imbalance", DRAGS: "brake_drag"}
LOW = (0.10, 0.20, 0.25)  # share of the placard pressure missing, cold, at levels 1 to 3
APART = {False: (0.10, 0.15, 0.25), True: (0.05, 0.10, 0.20)}  # of their mean, cold: across an axle, within a pair
HOT = (15.0, 20.0, 35.0)  # K that a dragging brake adds
DAILY = (0.02, 0.04, 0.08)  # share of its pressure that a leak costs a day
RAPID = 0.06  # share that is to be lost: 2 % a minute for three


def ailing(wheels: Sequence[Wheel], t: Floats, heat: Floats) -> list[Fact]:
    """All rows at instants ``t`` a second apart (s); ``heat`` is K of the tyres above ambient.

    Of each cause there is one from when it began, however little came of it: its level is 0 below what is looked for.
    """
    if not len(t):
        return []
    pairs = {wheel.name: _softer(wheel, mate) for wheel, mate, pair in mates(wheels) if pair}
    causes = (_cause(wheel, ill, t, heat, pairs.get(wheel.name)) for wheel in wheels for ill in wheel.ills)
    low = (fact for wheel in wheels for fact in _low(wheel, t))
    return [*(fact for fact in causes if fact.start < fact.end), *low, *_apart(wheels, t), *hot(wheels, t, heat)]


def _cause(wheel: Wheel, ill: Ill, t: Floats, heat: Floats, softer: Floats | None) -> Fact:
    """What is wrong, and how much that alone did by the end.

    How bad a filling is depends on that of the other tyre of the pair: by how much it is ``softer`` than that.
    """
    flaw, start, end = ill.flaw, max(ill.start, float(t[0]) - 1.0), min(ill.end, float(t[-1]))
    peak, unit, least = float(1 - flaw.left(np.array(end))), "share", 0.0
    if flaw.cause == PUNCTURED:
        level = 2 if peak >= RAPID else 0
    elif flaw.cause == LEAKS:
        level = _level(24 * flaw.rate, DAILY)
    elif flaw.cause == UNFILLED and softer is not None:
        level, least = _level(float(softer[np.searchsorted(t, start)]), APART[True]), APART[True][0]
    else:
        during = (t >= start) & (t <= end)
        peak, unit, least = float((flaw.heats(t) * heat)[during].max(initial=0.0)), "K", HOT[0]
        level = _level(peak, HOT)
    return Fact(KINDS[flaw.cause], level, start, end, peak, unit, least, 0.0, flaw.cause, wheel.name)


def _level(value: float, bounds: Sequence[float]) -> int:
    return sum(value >= bound for bound in bounds)


def _low(wheel: Wheel, t: Floats) -> Iterator[Fact]:
    """The time in which its cold pressure was low."""
    missing = 1 - wheel.cold / wheel.placard
    for a, b in runs(missing >= LOW[0]):
        peak, why = float(missing[a : b + 1].max()), _why(wheel, t[a], t[b])
        yield Fact("tyre_low", _level(peak, LOW), t[a], t[b], peak, "share", LOW[0], 0.0, why, wheel.name)


def _apart(wheels: Sequence[Wheel], t: Floats) -> Iterator[Fact]:
    """Tyres softer, cold, than the one across the axle or the other of their pair, whichever is worse."""
    for wheel in wheels:
        beside = [(_softer(wheel, mate), APART[pair]) for one, mate, pair in mates(wheels) if one is wheel]
        for a, b in runs(np.any([share >= bounds[0] for share, bounds in beside], axis=0)):
            peaks = ((float(share[a : b + 1].max()), bounds) for share, bounds in beside)
            level, least, peak = max((_level(peak, bounds), -bounds[0], peak) for peak, bounds in peaks)
            why = _why(wheel, t[a], t[b])
            yield Fact("tyre_imbalance", level, t[a], t[b], peak, "share", -least, 0.0, why, wheel.name)


def hot(wheels: Sequence[Wheel], t: Floats, heat: Floats) -> Iterator[Fact]:
    """Wheels that dragging brakes make hotter than they were without."""
    for wheel in wheels:
        more = wheel.drag * heat
        for a, b in runs(more >= HOT[0]):
            peak = float(more[a : b + 1].max())
            yield Fact("tyre_hot", _level(peak, HOT), t[a], t[b], peak, "K", HOT[0], 0.0, DRAGS, wheel.name)


def _softer(wheel: Wheel, mate: Wheel) -> Floats:
    """By how much its cold pressure is below that of another, a share of their mean."""
    return 2 * (mate.cold - wheel.cold) / (mate.cold + wheel.cold)


def _why(wheel: Wheel, start: float, end: float) -> str:
    """Whatever let air out of it until then and is not mended."""
    own = sorted(wheel.ills, key=lambda ill: ill.start)
    return " and ".join(
        dict.fromkeys(i.flaw.cause for i in own if not i.flaw.drag and i.start <= end and i.end > start)
    )
