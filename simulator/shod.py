"""Shod: the tyres of a vehicle on its day as it was driven, with all that is wrong with them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from simulator.arranged import Arranged
from simulator.flaws import leaking, puncture
from simulator.roadside import changed, repair
from simulator.trailers import turns
from simulator.tyres import PUNCTURED, TRAILER, Flaw, Tyre, coupled, flawed, tyres
from simulator.vehicles import Renewed

Floats = npt.NDArray[np.float64]


def shod(day: Arranged, reached: Floats, seed: int, before: int, number: int) -> list[Tyre]:
    """Filled once for all days, those of each trailer as its own; ``reached`` is s at which each piece's end was.

    ``seed`` is that of all days, ``before`` how many there were, ``number`` the vehicle's.
    """
    kind, trailers = day.plan.vehicle.kind, day.plan.orders.trailers
    every, usual = tyres(kind, np.random.default_rng([seed, 22, number]))
    behind: list[Tyre] = []
    for name, spans in turns(trailers, day.swapped).items():
        filled = np.random.default_rng([seed, 12, number, ord(name)])
        behind += coupled(every, name, spans, filled) if spans else ()
    own = [tyre for tyre in every if tyre.name not in TRAILER]
    return flawed([*own, *behind], [*_usual(day, reached, before, usual), *day.flaws, *_ordered(day, reached)])


def _usual(day: Arranged, reached: Floats, before: int, wheel: str) -> Iterator[Flaw]:
    """What a day has without a scenario: a leak since the first one, until a puncture, if one came that far."""
    plan = day.plan
    if plan.incidents.leak and wheel not in {one.wheel for one in plan.vehicle.renewed}:
        yield leaking(wheel, 86_400.0 * before)
    if plan.puncture_piece >= 0 and not np.isnan(reached[plan.puncture_piece]):
        yield puncture(wheel, float(reached[plan.puncture_piece]), changed(reached, plan.repair_piece))


def _ordered(day: Arranged, reached: Floats) -> Iterator[Flaw]:
    """Punctures, each until the vehicle has come to where its wheel is changed."""
    for hole in day.holes:
        yield puncture(hole.wheel, hole.start, changed(reached, repair(day.plan.legs, hole.at)), hole.trailer)


def renewed(tyres: list[Tyre], begins: float, ends: float) -> tuple[Renewed, ...]:
    """Those that were changed on a day (UTC epoch s), or in the night after it."""
    holes = ((tyre, flaw) for tyre in tyres for flaw in tyre.flaws if flaw.cause == PUNCTURED)
    return tuple(Renewed(tyre.name, tyre.trailer, min(begins + flaw.end, ends)) for tyre, flaw in holes)


def outlives(flaw: Flaw, changes: tuple[Renewed, ...], begins: float) -> bool:
    """Whether what is wrong is wrong still after ``changes`` of tyres: a brake is, and what befell the new one."""
    same = [one.at for one in changes if (one.wheel, one.trailer) == (flaw.wheel, flaw.trailer)]
    return bool(flaw.drag) or all(begins + flaw.start >= at for at in same)
