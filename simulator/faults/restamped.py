"""Restamped: a device sends an hour of its memory again with fresh stamps, as if it were driven anew."""

import numpy as np
import polars as pl

from simulator.faults.base import SENT, TAKEN, Fault, Per, Spell, Struck


def strike(rows: pl.DataFrame, spell: Spell, _rng: np.random.Generator) -> Struck | None:
    """What it says of the time itself is lost: it is busy with its past."""
    length = spell.end - spell.start
    past = pl.col(TAKEN).is_between(spell.start - length, spell.start, closed="left")
    again = rows.filter(past).with_columns(pl.col("t", SENT, TAKEN) + length)
    rest = rows.filter(~pl.col(TAKEN).is_between(spell.start, spell.end, closed="left"))
    if again.is_empty():
        return None
    return Struck(pl.concat([rest, again]), "memory sent as new", float(len(again)), "samples")


FAULT = Fault(
    "restamped", "an hour before comes again with fresh stamps", Per.VEHICLE, 0.05, (1_800.0, 7_200.0), strike
)
