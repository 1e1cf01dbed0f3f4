"""Duplicates: a stretch of samples comes a second time, a little later."""

import numpy as np
import polars as pl

from simulator.faults.base import SENT, Fault, Per, Spell, Struck

LATER = (0.0, 90.0)  # s


def strike(rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Struck | None:
    again = rows.filter(spell.within()).with_columns(pl.max_horizontal(SENT, pl.lit(spell.end)) + rng.uniform(*LATER))
    if again.is_empty():
        return None
    return Struck(pl.concat([rows, again]), "sent twice", float(len(again)), "samples")


FAULT = Fault("duplicates", "samples come twice", Per.HOUR, 6.0, (5.0, 120.0), strike)
