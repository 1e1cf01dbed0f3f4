"""Succession: hours rules that followed one another; each judges the episodes that begin while it holds."""

import math
from collections.abc import Iterable
from copy import copy
from itertools import pairwise
from typing import NamedTuple, Self

from streams.hours.counts import Episode
from streams.hours.fold import Fold, Interval
from streams.hours.limits import HoursRules


class Dated(NamedTuple):
    """A rule set and from when on it holds (UTC epoch s)."""

    since: float
    rules: HoursRules


Succession = tuple[Dated, ...]  # ascending; each holds until the next, the first before it too


def always(rules: HoursRules) -> Succession:
    """The same rules for all time."""
    return (Dated(-math.inf, rules),)


def succession(some: Iterable[Dated]) -> Succession:
    """Rules in order of time, without those that only repeat the ones before."""
    found: list[Dated] = []
    for one in some:
        if not found or found[-1].rules != one.rules:
            found.append(one)
    return tuple(found)


def rules_at(some: Succession, t: float) -> HoursRules:
    """The rules by which an episode that begins at ``t`` is judged."""
    return next((one.rules for one in reversed(some) if one.since <= t), some[0].rules)


class Folds:
    """A ``Fold`` for each of the rules, of which it tells what begins in their time."""

    def __init__(self, some: Succession) -> None:
        self.folds = [Fold(one.rules) for one in some]
        self.spans = list(pairwise([-math.inf, *(one.since for one in some[1:]), math.inf]))

    @property
    def until(self) -> int:
        """End of all driving so far, ms."""
        return self.folds[0].until

    def copy(self) -> Self:
        """One that goes on by itself; it finds what is over from now on."""
        other = copy(self)
        other.folds = [fold.copy() for fold in self.folds]
        return other

    def take(self, interval: Interval) -> None:
        """As ``Fold.take``."""
        for fold in self.folds:
            fold.take(interval)

    def over(self) -> list[Episode]:
        """As ``Fold.over``."""
        return self._told([fold.over() for fold in self.folds])

    def lasting(self) -> list[Episode]:
        """As ``Fold.lasting``."""
        return self._told([fold.lasting() for fold in self.folds])

    def passes_next(self, now: Interval) -> float:
        """As ``Fold.passes_next``."""
        return min(fold.passes_next(now) for fold in self.folds)

    def _told(self, found: list[list[Episode]]) -> list[Episode]:
        spans = zip(self.spans, found, strict=True)
        return [one for (start, end), some in spans for one in some if start <= one.start < end]
