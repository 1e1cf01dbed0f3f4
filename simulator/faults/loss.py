"""Loss: a dead zone through which a device without a memory keeps nothing."""

import numpy as np
import polars as pl

from simulator.faults.base import Fault, Per, Spell, Struck


def strike(rows: pl.DataFrame, spell: Spell, _rng: np.random.Generator) -> Struck | None:
    kept = rows.filter(~spell.within())
    if len(kept) == len(rows):
        return None
    return Struck(kept, "no network, nothing kept", float(len(rows) - len(kept)), "samples")


FAULT = Fault("loss", "a dead zone; what was measured there is gone", Per.HOUR, 0.5, (30.0, 2_400.0), strike)
