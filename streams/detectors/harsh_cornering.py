"""Harsh cornering: lateral acceleration to either side beyond the class limit, held long enough to turn."""

from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.manoeuvre import SIDEWAYS, SOURCES, STATE, G, follow, gates
from streams.kernels.params import Param

PARAMS = (
    Param("level1_g", (0.30, 0.27, 0.225, 0.1875), "ours: 0.75 x level 2, for coaching and scores", G),
    Param(
        "level2_g", (0.40, 0.36, 0.30, 0.25), "van GPS Insight class 2 0.35; truck Topflytech 0.30; car, bus ours", G
    ),
    Param("level3_g", (0.50, 0.45, 0.38, 0.32), "car eDriving 0.50; others ours in proportion", G),
    *gates(30.0),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``lateral``, left or right, beyond the limits."""
    follow(batch, batch.lateral, SIDEWAYS, fleet, state, params, kind, changes)


DETECTOR = Detector(
    "harsh_cornering",
    unit="m/s²",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle cornered faster than its class should.",
    sources=SOURCES,
)
