"""Fixes: where each vehicle was last and how fast, read off the states beside the running kernels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from devices.samples import Floats
from streams.pipeline.pipeline import Pipeline

MS = 1000.0


class Fixes(NamedTuple):
    """A row a vehicle; NaN is not known."""

    vehicles: Sequence[tuple[str, str]]  # (fleet id, vehicle id)
    lat: Floats  # (n,) degrees, last good fix
    lon: Floats  # (n,)
    fix_t: Floats  # (n,) when it came, UTC epoch s
    speed: Floats  # (n,) last known, m/s
    heard: Floats  # (n,) newest sample, UTC epoch s
    ignition: Floats  # (n,) 0 not known, 1 off, 2 on


def fixes(pipeline: Pipeline) -> Fixes:
    """Of all vehicles, in order of slot, for another thread than the pipeline's.

    A row that is written meanwhile may mix two of a vehicle's samples: good enough to look at.
    """
    vehicles, state = list(pipeline.fleet.vehicles), pipeline.state
    vehicles = vehicles[: state.size]
    rows = state[: len(vehicles)]
    memory, never = rows["condition"], rows["seen"] == 0
    fixed = memory["seen_t"] > 0.0
    return Fixes(
        vehicles,
        np.where(fixed, memory["lat"], np.nan),
        np.where(fixed, memory["lon"], np.nan),
        np.where(fixed, memory["seen_t"] / MS, np.nan),
        np.where(memory["v_t"] > 0.0, memory["v"], np.nan),
        np.where(never, np.nan, rows["watermark"]),
        rows["activity"]["ignition"].astype(np.float64),
    )


def nowhere() -> Fixes:
    """Of no vehicle: where nothing runs."""
    none = np.empty(0)
    return Fixes([], none, none, none, none, none, none)
