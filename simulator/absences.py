"""Absences: times in which nothing is heard of a vehicle - before it joins, after it leaves, unplugged."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

AWAY_MIN = 60.0  # min a device is unplugged, unless told otherwise
KINDS = ("joins", "leaves", "unplugged")


class Absence(NamedTuple):
    """A time, s, in which nothing is heard of a vehicle, and why."""

    kind: str
    start: float
    end: float


def absence(kind: str, at: float, options: Mapping[str, Any]) -> Absence:
    """Of an event of those kinds, ``at`` s after the window begins."""
    if kind == "joins":
        return Absence(kind, -np.inf, at)
    return Absence(kind, at, np.inf if kind == "leaves" else at + 60 * float(options.get("minutes", AWAY_MIN)))


def heard(span: tuple[float, float], absences: Iterable[Absence]) -> list[tuple[float, float]]:
    """The parts of a time, s from when to when, in which something may be heard of a vehicle."""
    parts = [span]
    for _, start, end in absences:
        cut = [(one, two) for a, b in parts for one, two in ((a, min(b, start)), (max(a, end), b))]
        parts = [(a, b) for a, b in cut if a < b]
    return parts


def insured(absences: Iterable[Absence]) -> tuple[float, float]:
    """s from when to when a vehicle is anybody's business: from when it joins until it leaves."""
    known = list(absences)
    joined = max((one.end for one in known if one.kind == "joins"), default=-np.inf)
    return joined, min((one.start for one in known if one.kind == "leaves"), default=np.inf)
