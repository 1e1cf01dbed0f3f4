"""Detector: what a plug of this rack is, how it emits changes, and the records all kernels write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from compiled.kernels import kernel
from devices.samples import Ints
from devices.signals import wheel_name
from streams.fleets.fleet import Fleet
from streams.kernels.params import Param, Records, thresholds

CHANGE = np.dtype(
    [
        ("op", "i8"),  # OPEN, RAISE (level, peak or end moved on), CLOSE
        ("kind", "i8"),  # row of the detector in DETECTORS
        ("slot", "i8"),
        ("subject", "i8"),  # what of the vehicle it is about, as Detector.subject reads it; -1 the vehicle itself
        ("driver", "i8"),  # driver number at the start, -1 unknown
        ("level", "i8"),  # 1 notable, 2 harsh, 3 severe; the highest so far
        ("source", "i8"),  # the kind's own, see Detector.sources
        ("quality", "i8"),  # condition's bits, or-ed over the episode
        ("start", "f8"),  # UTC epoch s, on whole ms: names the episode
        ("end", "f8"),  # last instant the condition held; NaN unless CLOSE
        ("peak", "f8"),  # in the detector's unit
        ("threshold", "f8"),  # the threshold of the level reached, in the detector's unit
        ("speed", "f8"),  # m/s at the start; NaN unknown
        ("lat", "f8"),
        ("lon", "f8"),
        ("over", "f8", 4),  # m over a posted limit so far, by streams.kernels.bands; 0 in all kinds but speeding
    ]
)


class Changes(NamedTuple):
    """Room for changes; ``count`` goes on counting when the room is full, so the caller sees what it lacked."""

    rows: Records  # (room,) CHANGE
    count: Ints  # type: ignore[assignment]  # (1,)


def wheel(_fleet: Fleet, number: int) -> str:
    """Name of a wheel that is a subject."""
    return wheel_name(number)


def zone(fleet: Fleet, number: int) -> str:
    """Id of a zone or route that is a subject."""
    return fleet.zones[number][1]


@dataclass(frozen=True)
class Detector:
    """One plug: ``kernel(batch, fleet, state, params, kind, changes)`` reads columns and emits changes.

    ``state`` is the dtype of a row per vehicle, where all zeros means "never seen". What starts in it (``start``, or
    ``episode`` with a ``start``, one or many) is an episode; ``subject`` beside it says of what, else its place does.
    """

    kind: str
    unit: str  # of peak and threshold
    params: tuple[Param, ...]
    state: np.dtype[np.void]
    kernel: Callable[..., None]
    meaning: str  # one sentence for the fleet manager
    subject: Callable[[Fleet, int], str] = wheel  # the word for a change's ``subject``
    sources: tuple[str, ...] = ("",)  # what the numbers in a change's ``source`` are called, in quality's words

    def thresholds(self) -> Records:
        """(len(CLASSES),) the parameters as the structured array the kernel reads, a row per class."""
        return thresholds(self.params)


@kernel
def emit(changes: Any, op: int, kind: int, slot: int, subject: int, start: float) -> Any:
    """The row of a new change, its head filled in; write the rest by field. Beyond the room a spare row is given."""
    n = changes.count[0]
    changes.count[0] = n + 1
    row = changes.rows[min(n, changes.rows.size - 1)]
    row["op"], row["kind"], row["slot"], row["subject"], row["start"] = op, kind, slot, subject, start
    for band in range(4):
        row["over"][band] = 0.0
    return row
