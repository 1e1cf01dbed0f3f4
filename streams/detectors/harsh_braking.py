"""Harsh braking: deceleration beyond the class limit, held long enough."""

from typing import Any

from compiled.kernels import kernel
from streams.detectors.base import Detector
from streams.detectors.manoeuvre import BACKWARD, SOURCES, STATE, G, follow, gates
from streams.kernels.params import Param

_SOURCE = "car Bouncie 8 mph/s, Motive 10; van GPS Insight class 2; truck nmfta 3.13 m/s²; bus Topflytech less standing"

PARAMS = (
    Param("level1_g", (0.27, 0.255, 0.24, 0.1875), "ours: 0.75 x level 2, for coaching and scores", G),
    Param("level2_g", (0.36, 0.34, 0.32, 0.25), _SOURCE, G),
    Param("level3_g", (0.46, 0.42, 0.41, 0.32), "car Motive 10 mph/s; truck Verizon Reveal severe 9 mph/s", G),
    *gates(10.0),
)


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``-accel`` beyond the limits."""
    follow(batch, batch.accel, BACKWARD, fleet, state, params, kind, changes)


DETECTOR = Detector(
    "harsh_braking",
    unit="m/s²",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle braked harder than its class should.",
    sources=SOURCES,
)
