"""Terrain: how high the ground lies, as seeded waves over the map: whoever comes back is as high as before."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LENGTHS = (2_500.0, 4_000.0, 7_000.0, 13_000.0, 30_000.0)  # m from crest to crest; ours: hills, valleys, a plateau
EACH = 2  # waves of a length, each its own way


class Terrain(NamedTuple):
    """Waves (n,): rad a metre east and north, where they begin (rad), and how high they are (m)."""

    altitude: float  # m above the sea, on the average
    east: Floats
    north: Floats
    phase: Floats
    height: Floats

    def elevation(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
        """m above the sea at places ``x`` east and ``y`` north of the city."""
        turned = np.multiply.outer(x, self.east) + np.multiply.outer(y, self.north) + self.phase
        return np.asarray(self.altitude + np.sin(turned) @ self.height)


def terrain(altitude: float, steepest: float, rng: np.random.Generator) -> Terrain:
    """Ground of which no stretch is steeper than ``steepest`` (m a metre): the waves share it among them."""
    wave = 2 * np.pi / np.repeat(LENGTHS, EACH)
    toward = rng.uniform(0, 2 * np.pi, wave.size)
    shares = rng.dirichlet(np.full(wave.size, 3.0))
    phase = rng.uniform(0, 2 * np.pi, wave.size)
    return Terrain(altitude, wave * np.cos(toward), wave * np.sin(toward), phase, shares * steepest / wave)
