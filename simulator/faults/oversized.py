"""Oversized: a payload larger than any broker takes; it ends the connection of the device that sends it."""

from functools import partial

import numpy as np
import polars as pl

from simulator.device import Device, Disturbance
from simulator.faults.base import Fault, Per, Said, Spell

LARGEST = 1 << 20  # bytes the embedded broker takes
MORE = (1, 1 << 20)  # bytes beyond


def disturb(_rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Said | None:
    body = b'{"v":1,"boot":"big","seq":1,"t":[1.0],"note":"'.ljust(LARGEST + int(rng.integers(*MORE)), b"x") + b'"}'
    return Said([Disturbance(spell.start, partial(Device.shout, body=body))], "too large", float(len(body)), "bytes")


FAULT = Fault("oversized", "a payload of more than 1 MiB", Per.HOUR, 0.1, (0.0, 0.0), disturb=disturb)
