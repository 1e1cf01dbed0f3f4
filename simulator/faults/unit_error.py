"""Unit error: a device says its speed in another unit than agreed, from a wrong setting on."""

import numpy as np
import polars as pl

from simulator.faults.base import LASTING, TAKEN, Fault, Per, Spell, Struck

FACTORS = {"m/s": 1 / 3.6, "knots": 1 / 1.852, "mph": 1 / 1.609344, "converted twice": 1.852}  # what km/h become


def strike(rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Struck | None:
    """Of the time in which it was set wrongly, from the first to the last speed that was said wrongly."""
    unit = list(FACTORS)[int(rng.integers(len(FACTORS)))]
    wrong = (pl.col("speed_kmh") * FACTORS[unit]).round(1)
    said = pl.when(spell.within()).then(wrong).otherwise(pl.col("speed_kmh")).alias("speed_kmh")
    lied = rows.filter(spell.within() & (wrong != pl.col("speed_kmh")))[TAKEN]
    if lied.is_empty():
        return None
    return Struck(rows.with_columns(said), unit, FACTORS[unit], "times", Spell(float(lied[0]), float(lied[-1])))


FAULT = Fault(
    "unit_error",
    "speed in m/s, knots or mph, or converted twice",
    Per.VEHICLE,
    0.05,
    (LASTING, LASTING),
    strike,
    needs=("speed_kmh",),
)
