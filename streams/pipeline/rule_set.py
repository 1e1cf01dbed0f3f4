"""Rule set: thresholds of all links of the chain, hours rules and roads known, their name, and since when they hold."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from devices.samples import Floats, Ints
from streams.fleets.batch import Batch
from streams.fleets.fleet import FleetColumns
from streams.hours import RuleBook
from streams.hours.chosen import SHIPPED
from streams.kernels.params import CLASSES, Records


class Beside(Protocol):
    """The roads known: writes those near each position into a batch, whatever came before."""

    def beside(self, batch: Batch, fleet: FleetColumns) -> Batch: ...


NOBODY: Mapping[str, int] = MappingProxyType({})
NAMELESS: Mapping[str, str] = MappingProxyType({})


class RuleSet(NamedTuple):
    """Thresholds in the order of ``chain.PARAMS``, each (len(CLASSES),); behind them those of fleets with their own."""

    thresholds: tuple[Records, ...]
    version: str
    since: float = -math.inf  # UTC epoch s, event time
    roads: Beside | None = None
    hours: RuleBook = SHIPPED
    fleets: Mapping[str, int] = NOBODY  # first row of those that have thresholds of their own
    names: Mapping[str, str] = NAMELESS  # of the thresholds of such a fleet; under "" of those of all others

    def row(self, fleet_id: str, klass: int) -> int:
        """The row of a fleet's thresholds for a class of vehicle (index)."""
        return self.fleets.get(fleet_id, 0) + klass

    def of(self, fleet_id: str) -> str:
        """What the thresholds of a fleet are called: the same, whatever other fleets have set."""
        return self.names.get(fleet_id, self.names.get("", self.version))


def changed(before: RuleSet, after: RuleSet) -> set[str]:
    """Fleets with thresholds of their own, in the one or the other, for which the two differ."""
    return {fleet for fleet in {*before.fleets, *after.fleets} if _of(before, fleet) != _of(after, fleet)}


def _of(one: RuleSet, fleet_id: str) -> list[bytes]:
    rows = slice(one.row(fleet_id, 0), one.row(fleet_id, len(CLASSES)))
    return [link[rows].tobytes() for link in one.thresholds]


class InForce:
    """Rule sets in order of ``since``; each holds until the next."""

    def __init__(self, sets: Sequence[RuleSet]) -> None:
        self.sets = sorted(sets, key=lambda one: one.since)
        self._cuts = self._since()

    def add(self, one: RuleSet) -> None:
        """Let a rule set hold from its ``since`` on, which is after all others'; whoever reads meanwhile is served."""
        self.sets = [*self.sets, one]
        self._cuts = self._since()

    def at(self, t: float) -> RuleSet:
        """The set in force at ``t``; before the first, the first."""
        return self.sets[int(np.searchsorted(self._cuts, t, side="right"))]

    def number(self, t: Floats) -> Ints:
        """(n,) which set is in force at each ``t``, as a number that rises with it."""
        return np.searchsorted(self._cuts, t, side="right").astype(np.int64)

    def _since(self) -> Floats:
        return np.array([one.since for one in self.sets[1:]])
