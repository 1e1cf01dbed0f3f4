"""Backlog: a dead zone, after which a device sends what it kept: in order, newest first, or mixed with what is new."""

import numpy as np
import polars as pl

from simulator.faults.base import SENT, Fault, Per, Spell, Struck

BLOCK = 10  # rows that stay together, as they were stored
CATCHING_UP = 0.1  # of the time away it takes to send the backlog beside what is new, when mixed
ORDERS = ("in order", "newest first", "mixed")


def strike(rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Struck | None:
    order = ORDERS[int(rng.integers(len(ORDERS)))]
    kept, rest = rows.filter(spell.within()), rows.filter(~spell.within())
    blocks = np.arange(len(kept)) // BLOCK
    sent = np.full(len(kept), spell.end)
    if order == "newest first":
        kept = kept[np.argsort(-blocks, kind="stable")]
    elif order == "mixed":
        within = max(CATCHING_UP * (spell.end - spell.start), 60.0)
        sent += rng.uniform(0, within, blocks.max(initial=0) + 1)[blocks]
    late = kept.with_columns(pl.max_horizontal(SENT, pl.lit(pl.Series(sent))).alias(SENT))
    if late[SENT].equals(kept[SENT]):
        return None
    return Struck(pl.concat([rest, late]), f"no network, then {order}", float(len(late)), "samples")


FAULT = Fault(
    "backlog",
    "a dead zone; what was kept comes late: in order, newest first or mixed with what is new",
    Per.HOUR,
    0.5,
    (30.0, 2_400.0),
    strike,
)
