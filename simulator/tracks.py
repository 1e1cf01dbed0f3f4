"""Tracks: what one vehicle truly did, instant by instant, before any sensor saw it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.manoeuvres import SWERVING
from simulator.motion import HZ, KNOT, PULSE, Motion
from simulator.routes import place
from simulator.shifts import Shift
from simulator.swerves import beside

Floats = npt.NDArray[np.float64]

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
    engine: Floats  # 1 it runs
    heat: Floats  # K of the tyres above ambient
    fuel: Floats  # l burnt since the start
    air: Floats  # kPa in the tanks of the brakes; NaN they do not work by it
    slope: Floats  # m of height a metre, + uphill
    mass: Floats  # kg, with load and trailer
    chosen: Floats  # m/s its driver would drive on this road if nothing were in the way
    built: Floats  # rank of how high and close the houses beside it are, 0 highest, 1 none

    def rows(self, chosen: npt.NDArray[np.generic]) -> "Track":
        return Track(*(column[chosen] for column in self))


def track(motion: Motion, mover: int, shift: Shift, keep: int = 1) -> Track:
    """What a mover did, so often a second as its motion was kept."""
    piece, speed = motion.piece[mover], motion.speed[mover]
    x, y, heading = place(shift.pieces, piece, motion.into[mover])
    away, aside = _beside(motion, mover)
    return Track(
        np.arange(1.0, len(speed) + 1) / keep,
        speed,
        motion.accel[mover],
        motion.lateral[mover],
        x - away * np.sin(heading),
        y + away * np.cos(heading),
        heading + aside,
        motion.distance[mover],
        shift.pieces["limit"][piece],
        motion.ignition[mover].astype(float),
        motion.engine[mover].astype(float),
        motion.heat[mover],
        motion.fuel[mover],
        motion.air[mover],
        shift.slopes[np.minimum((motion.distance[mover] / KNOT).astype(np.int64), len(shift.slopes) - 1)],
        shift.legs["mass"][piece],
        shift.legs["cap"][piece],
        shift.pieces["built"][piece],
    )


def _beside(motion: Motion, mover: int) -> tuple[Floats, Floats]:
    """m and rad to the left by which swerves and slides take a mover off its way."""
    distance, away = motion.distance[mover], motion.wide[mover].copy()
    metres = np.diff(distance, prepend=0.0)
    aside = np.arctan(np.diff(away, prepend=0.0) / np.where(metres > 0, metres, np.inf))
    for row in motion.manoeuvres:
        if row["mover"] == mover and row["kind"] == SWERVING:
            left, turned = beside(float(row["at"]), float(row["aside"]), float(row["along"]), distance)
            away, aside = away + left, aside + turned
    return away, aside


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
    """The track with a burst of 50 Hz around a crash at ``at`` (s), met with ``speed`` (m/s).

    What is hit gives way: a metre or so is still driven, and is in the distance of all instants after it.
    """
    t = np.round(at - BEFORE + np.arange(int((BEFORE + AFTER) * BURST_HZ) + 1) / BURST_HZ, 3)
    apart = (track.t < t[0]) | (track.t > t[-1])
    before = track.rows(track.t < at)
    known = Track(*(np.append(*pair) for pair in zip(before, _hit(track, before, at, speed), strict=True)))
    burst = Track(t, *(np.interp(t, known.t, column) for column in known[1:]))
    into, driving = np.clip(t - at, 0, PULSE), t < at
    turn = np.pi * into / PULSE
    crushed = speed / 2 * (into + PULSE / np.pi * np.sin(turn))
    burst = burst._replace(
        speed=np.where(driving, burst.speed, speed * (1 + np.cos(turn)) / 2),
        accel=np.where(driving, burst.accel, -speed * np.pi / (2 * PULSE) * np.sin(turn)),
        lateral=burst.lateral * driving,
        x=burst.x + crushed * np.cos(burst.heading),
        y=burst.y + crushed * np.sin(burst.heading),
        distance=burst.distance + crushed,
    )
    both = Track(*(np.concatenate(pair) for pair in zip(track.rows(apart), burst, strict=True)))
    return both.rows(np.argsort(both.t, kind="stable"))


def _hit(track: Track, before: Track, at: float, speed: float) -> Track:
    """The instant of a crash, from where the vehicle stands after it."""
    after = track.rows(np.array([np.argmax(track.t >= at)]))
    back = speed * PULSE / 2
    return after._replace(
        t=np.array([at]),
        speed=np.array([speed]),
        accel=before.accel[-1:],
        lateral=before.lateral[-1:],
        x=after.x - back * np.cos(after.heading),
        y=after.y - back * np.sin(after.heading),
        distance=after.distance - back,
        ignition=before.ignition[-1:],
    )
