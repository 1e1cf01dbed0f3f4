"""Ignition: whether the engine runs, as the ignition and the revs tell; what idling, tow and rolling away share."""

from math import isnan

from compiled.kernels import inner
from streams.detectors.watch import RUNNING_RPM

UNKNOWN, OFF, ON, STALLED = 0, 1, 2, 3  # STALLED: the ignition is on, the engine is not


@inner
def engine_after(held: int, ignition: float, rpm: float, gap: bool) -> int:
    """The engine after a sample: what it says, else what held before; nothing holds over a gap."""
    if gap:
        held = UNKNOWN
    if not isnan(rpm):
        return ON if rpm >= RUNNING_RPM else OFF if ignition == 0.0 or (held == OFF and ignition != 1.0) else STALLED
    if ignition == 0.0:
        return OFF
    if ignition == 1.0:
        return STALLED if held == STALLED else ON
    return held
