"""Tracks: what one vehicle truly did, instant by instant, before any sensor saw it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.motion import Motion
from simulator.routes import place
from simulator.shifts import Shift

Floats = npt.NDArray[np.float64]

PULSE = 0.14  # s, length of a crash's half-sine deceleration pulse
BURST_HZ = 50
BEFORE, AFTER = 2.0, 3.0  # s of burst around a crash
HEARTBEAT = 60  # s between reports with the ignition off


class Track(NamedTuple):
    """Columns (n,) in SI, ``t`` in s after the window begins."""

    t: Floats
    speed: Floats
    accel: Floats  # + forward
    lateral: Floats  # + left
    x: Floats  # m east and north of the city
    y: Floats
    heading: Floats  # rad, counter-clockwise from east
    distance: Floats  # m since the start
    limit: Floats
    ignition: Floats
    heat: Floats  # K of the tyres above ambient

    def rows(self, chosen: npt.NDArray[np.generic]) -> "Track":
        return Track(*(column[chosen] for column in self))


def track(motion: Motion, mover: int, shift: Shift) -> Track:
    """Once a second, what a mover did."""
    piece, speed = motion.piece[mover], motion.speed[mover]
    x, y, heading = place(shift.pieces, piece, motion.into[mover])
    return Track(
        np.arange(1.0, len(speed) + 1),
        speed,
        motion.accel[mover],
        speed**2 * shift.pieces["curvature"][piece],
        x,
        y,
        heading,
        motion.distance[mover],
        shift.pieces["limit"][piece],
        motion.ignition[mover].astype(float),
        motion.heat[mover],
    )


def reported(whole: Track) -> Track:
    """The instants a device reports: every second with the ignition on, else a heartbeat, and each switch."""
    on = whole.ignition > 0
    switched = np.append(True, on[1:] != on[:-1])
    return whole.rows(on | switched | (whole.t % HEARTBEAT == 0))


def with_burst(track: Track, at: float, speed: float) -> Track:
    """The track with a burst of 50 Hz around a crash at ``at`` (s), met with ``speed`` (m/s)."""
    t = np.round(at - BEFORE + np.arange(int((BEFORE + AFTER) * BURST_HZ) + 1) / BURST_HZ, 3)
    apart = (track.t < t[0]) | (track.t > t[-1])
    calm = track.t <= at
    known = track.rows(calm)
    into = np.clip(t - at, 0, PULSE)
    burst = Track(t, *(np.interp(t, known.t, column) for column in known[1:]))
    burst = burst._replace(
        speed=np.where(t < at, burst.speed, speed * (1 + np.cos(np.pi * into / PULSE)) / 2),
        accel=np.where(
            (t >= at) & (into < PULSE),
            -speed * np.pi / (2 * PULSE) * np.sin(np.pi * into / PULSE),
            burst.accel * (t < at),
        ),
    )
    both = Track(*(np.concatenate(pair) for pair in zip(track.rows(apart), burst, strict=True)))
    return both.rows(np.argsort(both.t, kind="stable"))
