"""Chain: condition, detectors, trips, activity and exposure compiled into one call, over one state row a vehicle."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from compiled.kernels import conductor
from streams.conditioning import condition
from streams.detectors import DETECTORS
from streams.detectors.base import CHANGE, Changes
from streams.fleets.batch import Batch
from streams.fleets.fleet import FleetColumns
from streams.journeys import activity, exposure, trips, tyre_history
from streams.kernels.params import Param, Records

PARAMS: dict[str, tuple[Param, ...]] = {
    "condition": condition.PARAMS,
    **{detector.kind: detector.params for detector in DETECTORS},
    "trips": trips.PARAMS,
    "activity": activity.PARAMS,
    "exposure": exposure.PARAMS,
    "tyre_slow_leak": tyre_history.PARAMS,
}

STATE = np.dtype(
    [
        ("seen", "i8"),  # 1 once the vehicle has said anything
        ("watermark", "f8"),  # its newest t
        ("condition", condition.STATE),
        *[(detector.kind, detector.state) for detector in DETECTORS],
        ("trips", trips.STATE),
        ("activity", activity.STATE),
        ("exposure", exposure.STATE),
        ("tyre_slow_leak", tyre_history.STATE),
    ]
)

FOLDS = {
    "trips": trips.TRIP,
    "activity": activity.INTERVAL,
    "exposure": exposure.SEGMENT,
    "tyre_slow_leak": tyre_history.POINT,
}


Versions = Callable[[str], str]  # fleet -> what its thresholds are called


def nameless(_fleet_id: str) -> str:
    """Nobody knows by which thresholds this was found."""
    return ""


class Findings(NamedTuple):
    """What one run found, each in the order of its vehicles and ascending in time within a vehicle."""

    changes: Records  # (c,) CHANGE
    trips: Records  # (p,) trips.TRIP
    intervals: Records  # (q,) activity.INTERVAL
    segments: Records  # (s,) exposure.SEGMENT
    points: Records  # (q,) tyre_history.POINT
    samples: int = 0  # instants run, after merging
    version: Versions = nameless  # of the thresholds in force, by fleet


class Rooms:
    """Where links write what they find; kept from run to run, for new memory costs more than most runs."""

    def __init__(self, rows: int) -> None:
        self.grow(rows)

    def grow(self, rows: int) -> None:
        """Make room for as many rows of each kind."""
        self.rows = rows
        self.outs = tuple(Changes(np.empty(rows, dtype), np.zeros(1, np.int64)) for dtype in (CHANGE, *FOLDS.values()))

    def emptied(self) -> tuple[Changes, ...]:
        """The rooms, with nothing in them."""
        for out in self.outs:
            out.count[0] = 0
        return self.outs

    def most(self) -> int:
        """Rows that the fullest room has, or lacked."""
        return max(int(out.count[0]) for out in self.outs)

    def findings(self, samples: int) -> Findings:
        """What is in the rooms."""
        changes, journeys, intervals, segments, points = (out.rows[: out.count[0]].copy() for out in self.outs)
        return Findings(changes, journeys, intervals, segments, points, samples)


class Link(NamedTuple):
    """One kernel of the chain, how it is called, and with what besides the batch, its state and parameters."""

    name: str
    kernel: Any
    rest: str  # of the arguments


LINKS = (
    Link("condition", condition.condition, ""),
    *[Link(detector.kind, detector.kernel, f"{k}, changes") for k, detector in enumerate(DETECTORS)],
    Link("trips", trips.fold, "trips"),
    Link("activity", activity.fold, "intervals"),
    Link("exposure", exposure.fold, "segments"),
    Link("tyre_slow_leak", tyre_history.fold, "points"),
)
ARGUMENTS = "batch, fleet, states, params, changes, trips, intervals, segments, points"


def _compile() -> Callable[..., None]:
    """One compiled call for all links: unboxing a batch's arrays costs 3-5 us, paid once instead of once a link."""
    calls = [f"link{k}(batch, fleet, states[{k}], params[{k}], {link.rest})" for k, link in enumerate(LINKS)]
    source = "\n    ".join([f"def run({ARGUMENTS}):", *calls])
    names = {"__name__": __name__} | {f"link{k}": link.kernel for k, link in enumerate(LINKS)}
    exec(compile(source, __file__, "exec"), names)  # noqa: S102  numba caches no closure over kernels
    return conductor(names["run"])  # type: ignore[no-any-return]


_run = _compile()


def run(batch: Batch, fleet: FleetColumns, state: Records, params: tuple[Records, ...], rooms: Rooms) -> Findings:
    """Run every link over ``batch``, moving ``state`` (S,) STATE on; ``params``: thresholds of each link.

    Where ``rooms`` are too small they grow, and the run is repeated.
    """
    states, rows = tuple(state[name] for name in PARAMS), state.view(np.uint8).reshape(state.size, -1)
    before = rows[batch.slots]
    while True:
        _run(batch, fleet, states, params, *rooms.emptied())
        if rooms.most() <= rooms.rows:
            return rooms.findings(batch.t.size)
        rows[batch.slots] = before
        rooms.grow(2 * rooms.most())


@cache
def fingerprint() -> str:
    """Names the layout of STATE: a saved state of another layout is not read, but made anew from payloads."""
    return hashlib.sha256(repr(STATE.descr).encode()).hexdigest()[:16]
