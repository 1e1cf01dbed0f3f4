"""Chain: condition, detectors, trips, activity and exposure compiled into one call, over one state row a vehicle."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from streams import activity, condition, exposure, trips
from streams.batch import Batch
from streams.compiled import kernel
from streams.detectors import DETECTORS
from streams.detectors.base import CHANGE, Changes, Param, Records
from streams.fleet import FleetColumns

PARAMS: dict[str, tuple[Param, ...]] = {
    "condition": condition.PARAMS,
    **{detector.kind: detector.params for detector in DETECTORS},
    "trips": trips.PARAMS,
    "activity": activity.PARAMS,
    "exposure": exposure.PARAMS,
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
    ]
)

FOLDS = {"trips": trips.TRIP, "activity": activity.INTERVAL, "exposure": exposure.SEGMENT}


class Findings(NamedTuple):
    """What one run found, each in the order of its vehicles and ascending in time within a vehicle."""

    changes: Records  # (c,) CHANGE
    trips: Records  # (p,) trips.TRIP
    intervals: Records  # (q,) activity.INTERVAL
    segments: Records  # (s,) exposure.SEGMENT
    samples: int = 0  # instants run, after merging


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
)
ARGUMENTS = "batch, fleet, states, params, changes, trips, intervals, segments"


def _compile() -> Callable[..., None]:
    """One compiled call for all links: unboxing a batch's arrays costs 3-5 us, paid once instead of once a link."""
    calls = [f"link{k}(batch, fleet, states[{k}], params[{k}], {link.rest})" for k, link in enumerate(LINKS)]
    source = "\n    ".join([f"def run({ARGUMENTS}):", *calls])
    names = {"__name__": __name__} | {f"link{k}": link.kernel for k, link in enumerate(LINKS)}
    exec(compile(source, __file__, "exec"), names)  # noqa: S102  numba caches no closure over kernels
    return kernel(names["run"])  # type: ignore[no-any-return]


_run = _compile()


def run(batch: Batch, fleet: FleetColumns, state: Records, params: tuple[Records, ...], room: int) -> Findings:
    """Run every link over ``batch``, moving ``state`` (S,) STATE on; ``params``: thresholds of each link.

    ``room`` is how many rows each link may write at first; where that is not enough, the run is repeated with more.
    """
    least = 2 * len(DETECTORS) * (batch.t.size + batch.tyre_t.size)
    before = state[batch.slots] if room < least else None
    while True:
        outs = [Changes(np.empty(room, dtype), np.zeros(1, np.int64)) for dtype in (CHANGE, *FOLDS.values())]
        states = tuple(state[name] for name in PARAMS)
        _run(batch, fleet, states, params, *outs)
        most = max(int(out.count[0]) for out in outs)
        if most <= room or before is None:
            changes, journeys, intervals, segments = (out.rows[: out.count[0]] for out in outs)
            return Findings(changes, journeys, intervals, segments, batch.t.size)
        state[batch.slots] = before
        room = 2 * most


@cache
def fingerprint() -> str:
    """Names the layout of STATE: a saved state of another layout is not read, but made anew from payloads."""
    return hashlib.sha256(repr(STATE.descr).encode()).hexdigest()[:16]
