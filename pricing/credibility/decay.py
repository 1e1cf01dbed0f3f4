"""Decay: events and exposure of long ago count for less, both by the same weight, worked out anew at each reading.

What is stored are whole weeks of events and exposure, by the week in which they happened. A trip that arrives late
falls into its own week, and the sums are the same as if it had come in time.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Week(NamedTuple):
    """Part of what happened in a week; several of one week add up."""

    week: int  # number of the week in which it happened
    events: float  # weighted count
    exposure: float  # in which they could be seen, such as 100 km


@dataclass(frozen=True)
class Memory:
    """How fast is forgotten: half after so many weeks, and half after so much more exposure; infinity is never."""

    weeks: float = math.inf
    exposure: float = math.inf

    @property
    def keep(self) -> float:
        """delta: what is left of a week one week later."""
        return float(0.5 ** (1 / self.weeks))

    @property
    def steady(self) -> float:
        """Weeks that count of a vehicle that drives every week the same: never more, however long it drives."""
        return 1 / (1 - self.keep)


class Decayed(NamedTuple):
    """Events A and exposure W as they count now."""

    events: float
    exposure: float

    @property
    def rate(self) -> float | None:
        """A / W; None where nothing was seen."""
        return self.events / self.exposure if self.exposure > 0 else None

    def credibility(self, k: float) -> float:
        """Z = W / (W + K)."""
        return self.exposure / (self.exposure + k) if self.exposure > 0 else 0.0

    def credible(self, k: float, mean: float) -> float:
        """Credible rate against the class ``mean``; the mean itself where nothing was seen."""
        return (self.events + k * mean) / (self.exposure + k)


def decayed(weeks: Iterable[Week], now: int, memory: Memory) -> Decayed:
    """What counts in week ``now``: the same to the last bit in whatever order the parts came.

    Weeks after ``now`` are not known yet. A week without exposure changes no rate: it only lets credibility fall.
    """
    held = [(week, *sums) for week, sums in sorted(_weeks(weeks).items(), reverse=True) if week <= now]
    events, exposure, driven = [], [], 0.0
    for week, count, seen in held:
        weight = 0.5 ** ((now - week) / memory.weeks + driven / memory.exposure)
        events.append(count * weight)
        exposure.append(seen * weight)
        driven += seen
    return Decayed(math.fsum(events), math.fsum(exposure))


def _weeks(parts: Iterable[Week]) -> dict[int, tuple[float, float]]:
    """Sums of each week, exactly rounded, so that order does not matter."""
    by_week: dict[int, list[Week]] = {}
    for part in parts:
        by_week.setdefault(part.week, []).append(part)
    return {
        week: (math.fsum(part.events for part in found), math.fsum(part.exposure for part in found))
        for week, found in by_week.items()
    }
