"""Ignition: which state of it holds at a sample, and whether the way to the sample was observed at all."""

import math

from compiled.kernels import kernel
from streams.kernels.quality import GAP

UNKNOWN, OFF, ON = 0, 1, 2  # as last said since the last gap


@kernel
def is_measured(dt: float, quality: int) -> bool:
    """Whether the stretch that ends at a sample was observed: there is one before it and no gap between."""
    return not math.isnan(dt) and (quality & GAP) == 0


@kernel
def ignition_after(held: int, said: float, measured: bool) -> int:
    """The ignition after a sample: what it says, else what held before; nothing holds over a gap."""
    if said >= 0.5:
        return ON
    if said < 0.5:
        return OFF
    return held if measured else UNKNOWN
