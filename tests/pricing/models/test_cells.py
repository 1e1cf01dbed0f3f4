"""Cells: their sums by level."""

from fractions import Fraction

import numpy as np
import polars as pl

from pricing.models.cells import Cells
from pricing.models.sums import FINE


def test_the_sum_of_a_level_is_exact_before_it_is_rounded_once():
    """Floats added cell by cell would have lost the last bits, which ones by how threads share the cells."""
    chance = np.random.default_rng(3)
    ones, parts = chance.integers(0, 10**12, 5000), chance.integers(0, 2**36, 5000)
    level = ["X", "Y"] * 2500
    frame = pl.DataFrame({"area": level, "rows": 1, "weight_ones": ones, "weight_parts": parts})
    found = Cells(frame, ("area",), 5000, pl.DataFrame()).by_level("area", "rows", "weight", "exposure")
    for k, name in enumerate("XY"):
        exact = sum(map(int, ones[k::2])) + Fraction(sum(map(int, parts[k::2])), int(FINE))
        assert found[name] == (2500.0, float(exact), float(exact))
