"""Trailers: what a lorry pulls, empty and loaded, and what that makes of its engine, its brakes and its grip."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.dynamics import DRIVEN, G
from simulator.vehicles import LADEN_BRAKES, STEEP, Class

GROSS = 22_000.0  # kg on its three axles: with a lorry of 18 t, 40 t, the most five axles may weigh (96/53/EC, Annex I)
EMPTY = (6_000.0, 7_500.0)  # kg, drawn; ours
LOADED = (0.2, 1.0)  # share of what it may carry, drawn; it is coupled as it was loaded; ours
CHANGED = 1 / 4  # of mornings on which the other one is coupled; ours


@dataclass(frozen=True)
class Trailer:
    """A trailer as it is coupled today."""

    empty: float  # kg
    load: float  # kg
    name: str = "A"

    @property
    def mass(self) -> float:
        """kg on its axles."""
        return self.empty + self.load


def pair(own: np.random.Generator, today: np.random.Generator) -> tuple[Trailer, Trailer]:
    """Both trailers of a lorry: what they weigh empty is theirs for good, what is on them today's."""
    first, second = own.uniform(*EMPTY, 2)
    return _loaded(float(first), today, "A"), _loaded(float(second), today, "B")


def _loaded(empty: float, today: np.random.Generator, name: str) -> Trailer:
    return Trailer(empty, float(today.uniform(*LOADED)) * (GROSS - empty), name)


def changed(chance: np.random.Generator, day: int, swaps: Collection[int]) -> bool:
    """Whether a lorry sets out with the other trailer than on the first day; ``swaps`` are days of orders to."""
    mornings = int((chance.random(day) < CHANGED).sum())
    return bool((mornings + sum(one < day for one in swaps)) % 2)


def turns(trailers: Sequence[Trailer], changes: Sequence[float]) -> dict[str, list[tuple[float, float]]]:
    """s from when to when each is pulled: the first from the morning on, and at each change the other one."""
    begins = [-np.inf, *changes, np.inf]
    return {one.name: list(zip(begins[k::2], begins[k + 1 :: 2], strict=False)) for k, one in enumerate(trailers)}


@dataclass(frozen=True)
class Pull:
    """What a vehicle can do with what it pulls."""

    force: float  # N
    brakes: float  # N, the trailer's among them
    driven: float  # share of all the weight on the driven axle
    laden: float  # kg, half laden
    gross: float  # kg, the most all of it may weigh


def pull(kind: Class, trailers: tuple[Trailer, ...]) -> Pull:
    """Of a class, with the trailers it has in turn: geared to start with one on the slope it starts on without."""
    if not trailers:
        return Pull(kind.force, kind.brakes, DRIVEN, kind.mass, kind.gross)
    gross = kind.gross + GROSS
    brakes = kind.brakes + LADEN_BRAKES * kind.brake * GROSS
    laden = kind.mass + sum(one.mass for one in trailers) / len(trailers)
    return Pull(max(kind.force, STEEP * G * gross), brakes, DRIVEN * kind.mass / laden, laden, gross)
