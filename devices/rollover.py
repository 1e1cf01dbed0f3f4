"""Rollover: a GNSS clock that has lost 1,024 weeks says the right time of the wrong year; put right by the arrival."""

from math import floor

import msgspec

from devices.codecs.base import Reading
from devices.plausible import YEAR_2100

WEEKS_S = 1024 * 7 * 86_400.0  # the week number of GPS has ten bits
MOST = 2  # times it may have come round since a receiver's firmware was written
BACKLOG_S = 7 * 86_400.0  # a payload may have been kept this long before it was sent, as long as late data is settled


def lost(t: float, received_at: float, ahead: float) -> float:
    """Seconds that a clock lost by rollover says too little at ``t``; 0 if that is not what is wrong with it."""
    if not (received_at + ahead - t >= WEEKS_S and abs(t) < YEAR_2100):
        return 0.0
    times = floor((received_at + ahead - t) / WEEKS_S)
    if not 1 <= times <= MOST or received_at - (t + times * WEEKS_S) > BACKLOG_S:
        return 0.0
    return times * WEEKS_S


def repaired(reading: Reading, received_at: float, ahead: float | None) -> Reading:
    """``reading`` at the time it was taken; ``ahead`` (s a clock may run ahead of ours) None: arrival says nothing."""
    shift = 0.0 if ahead is None else lost(reading.t[-1], received_at, ahead)
    if not shift:
        return reading
    events = [msgspec.structs.replace(event, t=event.t + shift) for event in reading.events]
    return msgspec.structs.replace(reading, t=[t + shift for t in reading.t], events=events, shift=shift)
