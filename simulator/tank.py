"""Tank: what is in it through a day, and where it is filled: at the depot before setting out, or at a stop."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.airbrakes import GRIPS
from simulator.shifts import Shift
from simulator.tracks import Track
from simulator.vehicles import Renewed

Floats = npt.NDArray[np.float64]

HALF, LOW = 0.5, 0.25  # share below which it is filled in the morning, and at the next stop; ours
PUMP = 240.0  # s before setting out at which it is filled, if it stands there for as long; ours
STAND = 600.0  # s, the least of a stop, with the engine off, at which there is time for it; ours


class Fill(NamedTuple):
    """A tank filled up ``at`` s after the window begins, by a ``share`` of it."""

    at: float
    share: float
    where: str


class Tank(NamedTuple):
    """What is in a tank of ``size`` l: a share of it ``first``, when the window begins, and what is put in."""

    size: float
    first: float
    fills: tuple[Fill, ...] = ()

    def level(self, t: Floats, burnt: Floats) -> Floats:
        """Share of it that is full at ``t`` s, when so many l were burnt since the window began."""
        put = sum((fill.share * (t >= fill.at) for fill in self.fills), np.zeros(len(t)))
        return np.asarray(self.first + put - burnt / self.size)


def tank(shift: Shift, reached: Floats, whole: Track) -> Tank:
    """A vehicle's on its day; ``reached`` are s at which the end of each piece was."""
    found = Tank(shift.vehicle.kind.tank, shift.vehicle.filled)
    for at, least, where in _chances(shift, reached):
        now = found.level(np.array([at]), np.interp([at], whole.t, whole.fuel, left=0.0))[0]
        if at <= whole.t[-1] and now < least:
            found = found._replace(fills=(*found.fills, Fill(at, float(1.0 - now), where)))
    return found


def _chances(shift: Shift, reached: Floats) -> Iterator[tuple[float, float, str]]:
    """When it may be filled, below which share it is, and where."""
    yield max(shift.start - PUMP, shift.start / 2), HALF, "at the depot"
    waits, stops = shift.legs["wait"], np.array(shift.stops) - 1  # a wheel is changed where nothing is sold
    for piece in stops[(waits[stops] >= STAND) & (shift.legs["off"][stops] == 1) & ~np.isnan(reached[stops])]:
        yield float(reached[piece] + waits[piece] / 2), LOW, "at a stop"


class Evening(NamedTuple):
    """How a vehicle stands at its depot in the night: m on its odometer, the share of its tank that is full.

    And its trouble codes, and all tyres that were changed so far.
    """

    odometer: float
    filled: float
    codes: frozenset[str] = frozenset()
    renewed: tuple[Renewed, ...] = ()


def evening(shift: Shift, reached: Floats, whole: Track, crashed: bool, own: Tank) -> Evening:
    """Whoever is not home when the window ends drives the rest of the way unseen; who crashed is towed and mended.

    Towed is also who has no air, and is held by springs.
    """
    driven, burnt = float(whole.distance[-1]), float(whole.fuel[-1])
    home = crashed or bool(whole.air[-1] <= GRIPS) or not np.isnan(reached[-1])
    rest = 0.0 if home else float(shift.legs["length"].sum()) - driven
    more = rest * burnt / driven if driven else 0.0
    filled = float(own.level(whole.t[-1:], whole.fuel[-1:] + more)[0])
    return Evening(shift.vehicle.odometer + driven + rest, filled if filled > 0 else 1.0)
