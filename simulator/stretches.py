"""Stretches: what a vehicle drove on a day while it was on the fleet's road, and who was at the wheel."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from simulator.answers import Whose
from simulator.tracks import Track

LEAST = 50.0  # m of a trip; less is none


class Stretch(NamedTuple):
    """Driving of one person within a trip."""

    start: float  # UTC epoch s
    end: float
    km: float
    driver_id: str


def stretches(there: Track, whose: Whose, begins: float) -> list[Stretch]:
    """By trips, which are cut where somebody else takes over; ``there`` is what it drove while it was the fleet's."""
    on = np.flatnonzero(np.diff((there.ignition > 0).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    found = []
    for a, b in (on - [0, 1]).tolist():
        if there.distance[b] - there.distance[a] <= LEAST:
            continue
        since, until = float(there.t[a]), float(there.t[b])
        for start, end in pairwise([since, *(at for at, _ in whose.reliefs if since < at < until), until]):
            km = float(np.diff(np.interp([start, end], there.t, there.distance))[0]) / 1_000
            if km > 0:
                found.append(Stretch(begins + start, begins + end, km, str(whose.at(start)["driver_id"])))
    return found
