"""Hours: what a driver's days at the wheel come to against the limits of the law, over breaks, days and weeks."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.counts import STEP, Count, Episode, Floats, Span, count
from simulator.limits import BY_COUNTRY, EU, LAWS
from simulator.regions import Region

BRIDGED = 120.0  # s; a shorter stand is driving, as a tachograph bridges up to two minutes
# h at the wheel that a day has more than: EU 561/2006 allows 9, on two days a week 10, and 4.5 without a break
LONG = {"long_day": 9.0, "no_break": 4.5}


class Driven(NamedTuple):
    """What somebody drove without a rest between, or on a day: from and to, s."""

    driver: str
    start: float
    end: float
    hours: float


def stretches(t: Floats, moving: npt.NDArray[np.bool_], bridged: float = BRIDGED) -> list[Span]:
    """Driving, with stands that are bridged, of instants a second apart: from and to, s."""
    edges = np.flatnonzero(np.diff(moving.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    found: list[Span] = []
    for first, after in edges:
        start, end = float(t[first]) - STEP, float(t[after - 1])
        if found and start - found[-1][1] < bridged:
            start = found.pop()[0]
        found.append((start, end))
    return found


def driven(
    kind: str, t: Floats, moving: npt.NDArray[np.bool_], turns: Iterable[tuple[str, float, float]]
) -> list[Driven]:
    """What each who drives comes to against ``LONG``: from break to break, or all day, whatever the country's law."""
    spans: dict[str, list[Span]] = {}
    for driver, since, until in turns:
        own = (t >= since) & (t < until)
        spans.setdefault(driver, []).extend((max(a, since), b) for a, b in stretches(t[own], moving[own]))
    cut = _from_break_to_break if kind == "no_break" else _all_day
    return [Driven(driver, *one) for driver, own in spans.items() for one in cut(own)]


def _all_day(spans: Sequence[Span]) -> list[tuple[float, float, float]]:
    return [(spans[0][0], spans[-1][1], sum(end - start for start, end in spans) / 3_600)] if spans else []


def _from_break_to_break(spans: Sequence[Span]) -> list[tuple[float, float, float]]:
    own, found = Count(EU[0], "UTC"), list[tuple[float, float, float]]()
    for start, end in spans:
        for _ in own.take(start, end):
            pass
        if found and found[-1][0] == own.begun:
            found.pop()
        found.append((own.begun, end, own.driven / 3_600))
    return found


class Ledger:
    """What each driver has driven so far, over days, as far as the law still asks for it."""

    def __init__(self, region: Region, law: str = "auto") -> None:
        named = BY_COUNTRY.get(region.country, "eu") if law == "auto" else law
        self._zone, self._limits = region.zone, LAWS[named]
        self._counts: dict[str, list[Count]] = {}

    def day(self, driver: str, passengers: bool, spans: list[Span], stands: list[Span]) -> list[Episode]:
        """Go on with a driver's stretches of driving (UTC epoch s): the episodes they belong to, as they now stand.

        ``stands`` are those with the ignition on.
        """
        if driver not in self._counts:
            self._counts[driver] = [count(limit, self._zone) for limit in self._limits]
        found: list[Episode] = []
        for own in self._counts[driver]:
            if passengers or not own.limit.passengers:
                own.stand(stands)
                for span in spans:
                    found += [one for one in own.take(*span) if not any(one is other for other in found)]
        return found
