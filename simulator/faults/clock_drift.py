"""Clock drift: a device's clock is off by minutes and runs on wrongly until it is set again."""

import numpy as np
import polars as pl

from simulator.faults.base import TAKEN, Fault, Per, Spell, Struck

OFF = (20.0, 1_200.0)  # s, when it begins
DRIFT = 5e-3  # s a second at most; a clock without a crystal


def strike(rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Struck | None:
    if rows.filter(spell.within()).is_empty():
        return None
    off = float(np.exp(rng.uniform(*np.log(OFF)))) * float(rng.choice((-1, 1)))
    drift = float(rng.uniform(-DRIFT, DRIFT))
    error = off + drift * (pl.col(TAKEN) - spell.start)
    told = pl.when(spell.within()).then((pl.col("t") + error).round(3)).otherwise(pl.col("t"))
    worst = max(abs(off), abs(off + drift * (spell.end - spell.start)))
    return Struck(rows.with_columns(told.alias("t")), f"clock {'ahead' if off > 0 else 'behind'}", worst, "s")


FAULT = Fault(
    "clock_drift", "stamps wrong by minutes, until the clock is set", Per.VEHICLE, 0.05, (600.0, 7_200.0), strike
)
