"""Chain: condition, detectors, trips, activity and exposure compiled into one call, over one state row a vehicle."""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from streams import activity, condition, exposure, trips
from streams.batch import Batch
from streams.compiled import kernel
from streams.detectors import DETECTORS, base
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


def _source() -> str:
    """The chain as a program: a call a link, states and parameters picked by position."""
    lines = ["def run(batch, fleet, states, params, changes, trips, intervals, segments):"]
    lines.append("    condition(batch, fleet, states[0], params[0])")
    for k in range(len(DETECTORS)):
        lines.append(f"    detect{k}(batch, fleet, states[{k + 1}], params[{k + 1}], {k}, changes)")
    for k, (name, out) in enumerate((("trips", "trips"), ("activity", "intervals"), ("exposure", "segments"))):
        link = len(DETECTORS) + 1 + k
        lines.append(f"    fold_{name}(batch, fleet, states[{link}], params[{link}], {out})")
    return "\n".join(lines)


def _compile() -> Callable[..., None]:
    """One compiled call for all links: unboxing a batch's arrays costs 3-5 us, paid once instead of once a link."""
    links: dict[str, Any] = {"__name__": __name__, "condition": condition.condition}
    links |= {f"detect{k}": detector.kernel for k, detector in enumerate(DETECTORS)}
    links |= {"fold_trips": trips.fold, "fold_activity": activity.fold, "fold_exposure": exposure.fold}
    exec(compile(_source(), __file__, "exec"), links)  # noqa: S102  numba caches no closure over kernels
    return kernel(links["run"])  # type: ignore[no-any-return]


_run = _compile()


def run(batch: Batch, fleet: FleetColumns, state: Records, params: tuple[Records, ...], room: int) -> Findings:
    """Run every link over ``batch``, moving ``state`` (S,) STATE on; ``params`` as ``thresholds`` gives them.

    ``room`` is how many rows each link may write at first; where that is not enough, the run is repeated with more.
    """
    least = 2 * len(DETECTORS) * (batch.t.size + batch.tyre_t.size)
    before = state[batch.slots] if room < least else None
    while True:
        outs = [Changes(np.zeros(room, dtype), np.zeros(1, np.int64)) for dtype in (CHANGE, *FOLDS.values())]
        states = tuple(state[name] for name in PARAMS)
        _run(batch, fleet, states, params, *outs)
        most = max(int(out.count[0]) for out in outs)
        if most <= room or before is None:
            return Findings(*[out.rows[: out.count[0]] for out in outs], batch.t.size)
        state[batch.slots] = before
        room = 2 * most


def thresholds(overrides: dict[str, Records]) -> tuple[Records, ...]:
    """Parameters of every link, a structured array with a row per vehicle class each; ``overrides`` by link."""
    return tuple(overrides[name] if name in overrides else base.thresholds(params) for name, params in PARAMS.items())


def fingerprint() -> str:
    """Names the layout of STATE: a saved state of another layout is not read, but made anew from payloads."""
    return hashlib.sha256(repr(STATE.descr).encode()).hexdigest()[:16]
