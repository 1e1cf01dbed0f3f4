"""Malformed: payloads that are none - cut short, of another format, with values that are no numbers."""

from functools import partial

import numpy as np
import polars as pl

from simulator.device import Device, Disturbance
from simulator.faults.base import Fault, Per, Said, Spell

NONSENSE = (
    b"",
    b"\x00\xff\xfe garbage",
    b'{"v":1,"boot":"bad","seq":1,"t":[1.0',
    b'{"v":1,"boot":"bad","seq":1,"t":[2.0,1.0],"speed_kmh":[1,2]}',
    b'{"v":1,"boot":"bad","seq":1,"t":[1.0],"speed_kmh":"fast"}',
    b'{"v":1,"boot":"bad","seq":1,"t":[1.0,2.0],"speed_kmh":[1]}',
    b'{"v":99,"boot":"bad","seq":1,"t":[1.0]}',
    b'{"v":1,"seq":1}',
    b'[{"v":1}]',
    b"\x85\xa1v\x01",
)


def disturb(_rows: pl.DataFrame, spell: Spell, rng: np.random.Generator) -> Said | None:
    body = NONSENSE[int(rng.integers(len(NONSENSE)))]
    return Said([Disturbance(spell.start, partial(Device.shout, body=body))], "no payload", float(len(body)), "bytes")


FAULT = Fault("malformed", "a payload that cannot be read", Per.HOUR, 1.0, (0.0, 0.0), disturb=disturb)
