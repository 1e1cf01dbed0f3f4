"""Replayed day: a device sends its whole memory once more, with the stamps it had."""

import numpy as np
import polars as pl

from simulator.faults.base import SENT, TAKEN, Fault, Per, Spell, Struck


def strike(rows: pl.DataFrame, spell: Spell, _rng: np.random.Generator) -> Struck | None:
    again = rows.filter(pl.col(TAKEN) <= spell.end).with_columns(pl.max_horizontal(SENT, pl.lit(spell.end)))
    if again.is_empty():
        return None
    return Struck(pl.concat([rows, again]), "memory sent again", float(len(again)), "samples")


FAULT = Fault("replayed_day", "the day so far comes again", Per.VEHICLE, 0.05, (3_600.0, 36_000.0), strike)
