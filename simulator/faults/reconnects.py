"""Reconnects: a network fails over and cuts every connection, again and again; all devices come back at once."""

import numpy as np
import polars as pl

from simulator.device import Device, Disturbance
from simulator.faults.base import TAKEN, Fault, Per, Said, Spell

EVERY = 8.0  # s between two cuts of one storm
THERE = 3_600.0  # s; a device that has a connection says something at least once an hour


def disturb(rows: pl.DataFrame, spell: Spell, _rng: np.random.Generator) -> Said | None:
    """Of a device that is pulled out, not there yet or gone no connection is cut."""
    if rows.filter(pl.col(TAKEN).is_between(spell.start - THERE, spell.end + THERE)).is_empty():
        return None
    cuts = [Disturbance(float(at), Device.cut) for at in np.arange(spell.start, spell.end + 0.1, EVERY)]
    return Said(cuts, "network failed over", float(len(cuts)), "cuts")


FAULT = Fault("reconnects", "every connection is cut, and again", Per.FLEET, 0.3, (1.0, 40.0), disturb=disturb)
