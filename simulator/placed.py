"""Placed: what a scenario can want to happen to a vehicle, and at which time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from simulator.ailments import AILMENTS


class Kind(NamedTuple):
    """A kind of event in a scenario file."""

    meaning: str
    options: Mapping[str, type] = {}
    timed: bool = True


KINDS = {
    "harsh_braking": Kind("someone ahead brakes; `mps2` how hard it must brake", {"mps2": float}),
    "swerve": Kind("it swerves around something and back; `mps2` how hard at most", {"mps2": float}),
    "crash": Kind("it hits something, at the next moment it is fast enough"),
    "puncture": Kind("a tyre goes down in a quarter of an hour and is changed 9 km on", {"wheel": str}),
    "leak": Kind("a tyre leaks until half is gone", {"wheel": str, "percent_per_hour": float, "days": float}),
    "brake_drag": Kind("a brake drags for `days`: its wheel runs hot", {"wheel": str, "days": float}),
    "dual_imbalance": Kind(
        "the inner tyre of a pair was filled too low", {"wheel": str, "percent": float, "days": float}, timed=False
    ),
    "no_break": Kind("its driver takes no break all day: more than 4.5 h at the wheel", timed=False),
    "long_day": Kind("its driver is at the wheel for more than 9 h, with the breaks due", timed=False),
    "route_deviation": Kind("from its next departure it goes another way than planned, to the same place"),
    "driver_swap": Kind("from its next departure somebody else drives, for `days`", {"days": float}),
    "trailer_swap": Kind("it pulls a trailer, and from its next departure on another one"),
    "joins": Kind("it is insured and heard of only from then on"),
    "leaves": Kind("it is sold: nothing is heard of it any more"),
    "unplugged": Kind("its device is pulled out for `minutes`", {"minutes": float}),
    **{kind: Kind(known.meaning, {"hours": float, "days": float}) for kind, known in AILMENTS.items()},
}


class PlacingError(ValueError):
    """An event that cannot happen then: which, and why."""


@dataclass(frozen=True)
class Placed:
    """An event to come: ``at`` s after the window of its day begins, to the fleet's ``vehicle``-th."""

    kind: str
    vehicle: int
    at: float
    options: Mapping[str, Any] = field(default_factory=dict)
    day: int = 0  # after the first
    number: int = 0  # in its file, from 1; 0 it stands in none

    @property
    def name(self) -> str:
        """What an error calls it."""
        return f"event {self.number} ({self.kind})" if self.number else self.kind

    @property
    def moment(self) -> tuple[int, float]:
        """Day, and s after its window begins."""
        return self.day, self.at

    @property
    def ends(self) -> tuple[int, float]:
        """The moment; of what is all day's, when that is over."""
        return self.day, self.at if KINDS[self.kind].timed else np.inf
