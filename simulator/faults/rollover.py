"""Rollover: a GNSS receiver whose week counter of ten bits has come round stamps 1,024 weeks too early."""

import numpy as np
import polars as pl

from simulator.faults.base import LASTING, Fault, Per, Spell, Struck

WEEKS = 1024 * 7 * 86_400.0  # s; IS-GPS-200, 20.3.3.3.1.1


def strike(rows: pl.DataFrame, spell: Spell, _rng: np.random.Generator) -> Struck | None:
    if rows.filter(spell.within()).is_empty():
        return None
    told = pl.when(spell.within()).then(pl.col("t") - WEEKS).otherwise(pl.col("t"))
    return Struck(rows.with_columns(told.alias("t")), "week counter came round", WEEKS, "s")


FAULT = Fault("rollover", "stamps are 1,024 weeks too early", Per.VEHICLE, 0.02, (LASTING, LASTING), strike)
