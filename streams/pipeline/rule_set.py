"""Rule set: thresholds of all links of the chain, hours rules and roads known, their name, and since when they hold."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from devices.samples import Floats, Ints
from streams.fleets.batch import Batch
from streams.fleets.fleet import FleetColumns
from streams.hours import RuleBook
from streams.hours.chosen import SHIPPED
from streams.kernels.params import Records


class Beside(Protocol):
    """The roads known: writes those near each position into a batch, whatever came before."""

    def beside(self, batch: Batch, fleet: FleetColumns) -> Batch: ...


class RuleSet(NamedTuple):
    """Thresholds in the order of ``chain.PARAMS``, each (len(CLASSES),)."""

    thresholds: tuple[Records, ...]
    version: str
    since: float = -math.inf  # UTC epoch s, event time
    roads: Beside | None = None
    hours: RuleBook = SHIPPED


class InForce:
    """Rule sets in order of ``since``; each holds until the next."""

    def __init__(self, sets: Sequence[RuleSet]) -> None:
        self.sets = sorted(sets, key=lambda one: one.since)
        self._cuts = np.array([one.since for one in self.sets[1:]])

    def at(self, t: float) -> RuleSet:
        """The set in force at ``t``; before the first, the first."""
        return self.sets[int(np.searchsorted(self._cuts, t, side="right"))]

    def number(self, t: Floats) -> Ints:
        """(n,) which set is in force at each ``t``, as a number that rises with it."""
        return np.searchsorted(self._cuts, t, side="right").astype(np.int64)
