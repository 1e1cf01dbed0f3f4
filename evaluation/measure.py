"""Measure: events against what truly happened - recall, precision, F1, onset, with counts and 95 % intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

from numpy import median, quantile

Z = 1.959964  # 95 %


class Span(NamedTuple):
    """A stretch of time of one vehicle, UTC epoch s, both ends included."""

    vehicle: str
    start: float
    end: float


class Finding(NamedTuple):
    """How a kind fared on a data set at a sampling rate."""

    data: str
    kind: str
    rate: str  # "1 s", "50 Hz"
    truths: int
    found: int  # of which an event overlaps
    events: int
    right: int  # of which a truth overlaps
    note: str = ""
    onset: float | None = None  # s, how much later than its truth an event begins, the middle one
    within: float | None = None  # s, of which nine in ten begin that close

    @property
    def recall(self) -> float | None:
        return self.found / self.truths if self.truths else None

    @property
    def precision(self) -> float | None:
        return self.right / self.events if self.events else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of recall and precision; None where either cannot be said."""
        if self.recall is None or self.precision is None:
            return None
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


class Fact(NamedTuple):
    """A number that is no share of truths: events per 100 km, a correlation."""

    data: str
    what: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page: what was asked, how, and what came of it."""

    title: str
    text: str  # Markdown
    findings: Sequence[Finding] = ()
    facts: Sequence[Fact] = field(default=())


def marked(
    data: str, kind: str, rate: str, truths: Sequence[Span], events: Sequence[Span], slack: float = 0.0, note: str = ""
) -> Finding:
    """``events`` against ``truths``; two that lie no more than ``slack`` s apart overlap."""
    met = [[event.start - truth.start for event in events if _meet(truth, event, slack)] for truth in truths]
    right = sum(any(_meet(truth, event, slack) for truth in truths) for event in events)
    late = [min(errors, key=abs) for errors in met if errors]
    onset, within = (float(median(late)), float(quantile(list(map(abs, late)), 0.9))) if late else (None, None)
    return Finding(data, kind, rate, len(truths), len(late), len(events), right, note, onset, within)


def _meet(one: Span, other: Span, slack: float) -> bool:
    return one.vehicle == other.vehicle and one.start <= other.end + slack and other.start <= one.end + slack


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share. Source: Wilson 1927; it stays within 0 and 1 and is not empty at either."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, Z * Z / of
    middle, half = share + z2 / 2, Z * sqrt(share * (1 - share) / of + z2 / (4 * of))
    low, high = (middle - half) / (1 + z2), (middle + half) / (1 + z2)
    return (0.0 if hits == 0 else low), (1.0 if hits == of else high)


def poisson(count: int) -> tuple[float, float]:
    """95 % interval of a count of things that happen by chance. Source: Byar's approximation, Breslow & Day 1987."""
    low = count * (1 - 1 / (9 * count) - Z / (3 * sqrt(count))) ** 3 if count else 0.0
    above = count + 1
    high = above * (1 - 1 / (9 * above) + Z / (3 * sqrt(above))) ** 3
    return low, high


def per_100_km(data: str, what: str, count: int, km: float) -> Fact:
    """How often, with its count, and its interval: none in few km may still be many."""
    low, high = (100 * bound / km for bound in poisson(count))
    return Fact(data, what, 100 * count / km, "per 100 km", f"{count} in {km:.0f} km; {low:.2f}-{high:.2f}")
