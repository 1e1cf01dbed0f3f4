"""Harsh manoeuvre: a device that cannot tell forward from sideways felt more than any kind's class limit."""

from math import fabs, isnan
from typing import Any

import numpy as np

from compiled.kernels import inner, kernel
from streams.conditioning.motion import IMU
from streams.detectors import harsh_acceleration, harsh_braking, harsh_cornering, manoeuvre
from streams.detectors.base import Detector
from streams.detectors.manoeuvre import ANYWHERE, SOURCES, UNSEEN, G, follow, gates
from streams.kernels.params import Param
from streams.kernels.spans import span


def _most(name: str) -> Param:
    """The largest limit of the three kinds: whichever it was, it was beyond its own."""
    kinds = (harsh_braking.PARAMS, harsh_acceleration.PARAMS, harsh_cornering.PARAMS)
    values = [param.values for params in kinds for param in params if param.name == name]
    car, van, truck, bus = (max(of_class) for of_class in zip(*values, strict=True))
    return Param(name, (car, van, truck, bus), "the largest of the limits of the three kinds it may be", G)


PARAMS = (_most("level1_g"), _most("level2_g"), _most("level3_g"), *gates(10.0))

STATE = np.dtype(
    [
        ("aside_since", "f8"),  # when the last push that came with a turn reached level 1; 0 none
        ("aside_end", "f8"),  # when it was last felt
        ("aside_held", "f8"),  # when one was last felt that had been held
        *[(name, manoeuvre.STATE[name]) for name in manoeuvre.STATE.names or ()],
    ]
)


@inner
def step_aside(m: Any, push: float, t: float, p: Any) -> None:
    """Follow a push that came with a turn, of which harsh cornering or a lane change may tell."""
    if m["aside_since"] > 0.0 and (push < p["clear_share"] * p["level1_g"] or span(m["aside_end"], t) > p["link_s"]):
        m["aside_since"] = 0.0
    if m["aside_since"] == 0.0 and push >= p["level1_g"]:
        m["aside_since"] = t
    if m["aside_since"] > 0.0:
        m["aside_end"] = t
        if span(m["aside_since"], t) >= p["hold_s"]:
            m["aside_held"] = t


@inner
def untold(batch: Any, fleet: Any, state: Any, params: Any) -> Any:
    """(n,) ``horizontal`` where no other kind tells of it, or has just told of the turn it belongs to; else NaN."""
    values = np.full(batch.t.size, np.nan)
    for vehicle in range(batch.slots.size):
        m, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        for i in range(batch.bounds[vehicle], batch.bounds[vehicle + 1]):
            if isnan(batch.horizontal[i]):
                continue
            t = batch.t[i]
            if not isnan(batch.accel[i]):
                continue  # forward is known
            if not isnan(batch.lateral[i]):
                if batch.accel_source[i] == IMU:
                    step_aside(m, fabs(batch.lateral[i]), t, p)
            elif (isnan(batch.v[i]) or batch.quality[i] & UNSEEN) and span(m["aside_held"], t) > p["merge_s"]:
                values[i] = batch.horizontal[i]  # no speed shows its changes, no turn was told just now
    return values


@kernel
def detect(batch: Any, fleet: Any, state: Any, params: Any, kind: int, changes: Any) -> None:
    """Episodes of ``horizontal`` beyond the limits, where no other kind can tell of them."""
    follow(batch, untold(batch, fleet, state, params), ANYWHERE, fleet, state, params, kind, changes)


DETECTOR = Detector(
    "harsh_manoeuvre",
    unit="m/s²",
    params=PARAMS,
    state=STATE,
    kernel=detect,
    meaning="The vehicle was braked, sped up or cornered harder than its class should; which of them cannot be told.",
    sources=SOURCES,
)
