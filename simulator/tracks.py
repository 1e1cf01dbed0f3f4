"""Tracks: what one vehicle truly did, instant by instant, before any sensor saw it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.manoeuvres import SWERVING
from simulator.motion import HZ, KNOT, Motion
from simulator.routes import place
from simulator.shifts import Shift
from simulator.swerves import bend, beside

Floats = npt.NDArray[np.float64]

PULSE = 0.14  # s, length of a crash's half-sine deceleration pulse
BURST_HZ = 50
BEFORE, AFTER = 2.0, 3.0  # s of burst around a crash


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
    fuel: Floats  # l burnt since the start
    slope: Floats  # m of height a metre, + uphill
    mass: Floats  # kg, with load and trailer
    chosen: Floats  # m/s its driver would drive on this road if nothing were in the way

    def rows(self, chosen: npt.NDArray[np.generic]) -> "Track":
        return Track(*(column[chosen] for column in self))


def track(motion: Motion, mover: int, shift: Shift, keep: int = 1) -> Track:
    """What a mover did, so often a second as its motion was kept."""
    piece, speed = motion.piece[mover], motion.speed[mover]
    x, y, heading = place(shift.pieces, piece, motion.into[mover])
    bent, away, aside = _swerved(motion, mover)
    return Track(
        np.arange(1.0, len(speed) + 1) / keep,
        speed,
        motion.accel[mover],
        speed**2 * (shift.pieces["curvature"][piece] + bent),
        x - away * np.sin(heading),
        y + away * np.cos(heading),
        heading + aside,
        motion.distance[mover],
        shift.pieces["limit"][piece],
        motion.ignition[mover].astype(float),
        motion.heat[mover],
        motion.fuel[mover],
        shift.slopes[np.minimum((motion.distance[mover] / KNOT).astype(np.int64), len(shift.slopes) - 1)],
        shift.legs["mass"][piece],
        shift.legs["cap"][piece],
    )


def _swerved(motion: Motion, mover: int) -> tuple[Floats, Floats, Floats]:
    """1/m, m and rad to the left by which swerves take a mover off its way."""
    distance = motion.distance[mover]
    bent, away, aside = np.zeros((3, len(distance)))
    for row in motion.manoeuvres:
        if row["mover"] == mover and row["kind"] == SWERVING:
            wave = float(row["at"]), float(row["aside"]), float(row["along"])
            left, turned = beside(*wave, distance)
            bent += bend(*wave, distance)
            away, aside = away + left, aside + turned
    return bent, away, aside


def seconds(fine: Track, keep: int) -> Track:
    """The track once a second."""
    return fine.rows(np.arange(len(fine.t)) % keep == keep - 1)


def reported(fine: Track, hz: float, heartbeat: float, phase: float) -> Track:
    """The instants a device reports: with the ignition on ``hz`` times a second, else a heartbeat, and each switch.

    A slow device reports ``phase`` of its interval after the whole ones; without heartbeats it is silent when parked.
    """
    if hz > HZ:
        fine = _between(fine, hz)
    every = 1.0 / min(hz, hz_of(fine))
    on = fine.ignition > 0
    slot = np.floor(fine.t / every + 1e-6 + (phase if every > 1.0 else 0.0))
    due = np.append(True, slot[1:] != slot[:-1])
    switched = np.append(True, on[1:] != on[:-1])
    if np.isinf(heartbeat):
        return fine.rows(on & due)
    return fine.rows(
        (on & due) | switched | (np.abs(fine.t / heartbeat - np.round(fine.t / heartbeat)) * heartbeat < 1e-6)
    )


def hz_of(fine: Track) -> float:
    """Instants a second of a track."""
    return float(round(1.0 / (fine.t[1] - fine.t[0])))


def _between(fine: Track, hz: float) -> Track:
    """A track with instants in between: but for a crash, which has its own burst, nothing changes faster than 0.1 s."""
    t = np.round(np.arange(1, int(fine.t[-1] * hz) + 1) / hz, 3)
    nearest = np.minimum(np.searchsorted(fine.t, t - 1e-9), len(fine.t) - 1)
    turned = np.interp(t, fine.t, np.unwrap(fine.heading))
    smooth = {"speed", "accel", "lateral", "x", "y", "distance", "heat", "fuel"}
    columns = {
        name: np.interp(t, fine.t, column) if name in smooth else column[nearest]
        for name, column in fine._asdict().items()
    }
    return Track(**columns | {"t": t, "heading": turned})


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
