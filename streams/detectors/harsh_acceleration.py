"""Harsh acceleration: speeding up beyond the class limit, held long enough."""

from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.manoeuvre import FORWARD, SOURCES, STATE, G, follow, gates
from streams.kernels.params import Param

PARAMS = (
    Param("level1_g", (0.2325, 0.2175, 0.1875, 0.15), "ours: 0.75 x level 2, for coaching and scores", G),
    Param("level2_g", (0.31, 0.29, 0.25, 0.20), "ours, below GPS Insight 0.35-0.37 and Damoov 3.0 m/s²", G),
    Param("level3_g", (0.40, 0.36, 0.32, 0.28), "ours, below Topflytech car 0.45, truck and bus 0.35", G),
    *gates(10.0),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``accel`` beyond the limits."""
    follow(batch, batch.accel, FORWARD, fleet, state, params, kind, changes)


DETECTOR = Detector(
    "harsh_acceleration",
    unit="m/s²",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle sped up harder than its class should.",
    sources=SOURCES,
)
