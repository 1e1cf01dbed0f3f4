"""Midnights: a vehicle's state before its first sample of a UTC day, and the events that state may still change."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from streams.conditioning.tyres import ZERO
from streams.detectors import DETECTORS
from streams.fleets.fleet import Fleet
from streams.ids import identify
from streams.kernels.params import Records
from streams.pipeline import saved
from streams.pipeline.chain import STATE
from streams.pipeline.pipeline import Midnight
from streams.records import rows
from streams.store import schema
from streams.store.store import named

Row = dict[str, Any]
Events = dict[str, Row]  # rows of the events table by id


def begun_ids(states: Records, slots: Sequence[int], fleet: Fleet) -> list[list[str]]:
    """Ids of the latest episodes, lasting, over or not yet told, in ``states`` (V,) of the vehicles in ``slots``.

    All vehicles at once, detector by detector: at midnight the whole fleet comes by.
    """
    found: list[list[str]] = [[] for _ in slots]
    for detector in DETECTORS:
        memory, names = states[detector.kind], detector.state.names or ()
        starts = np.asarray(_starts(memory, names))
        default = -1 if starts.ndim == 1 else np.arange(starts.shape[1])
        starts = starts.reshape(len(slots), math.prod(starts.shape[1:]))
        said = memory["subject"] if "subject" in names else np.broadcast_to(default, starts.shape)
        subjects = said.reshape(starts.shape)
        for v, k in np.argwhere(starts).tolist():  # 0 never
            about = rows.subject(detector, fleet, int(subjects[v, k]))
            found[v].append(identify(*fleet.vehicles[slots[v]], detector.kind, about, float(starts[v, k])))
    return found


def _starts(memory: Any, names: tuple[str, ...]) -> Any:
    if "rungs" in names:  # as detectors.wheels keeps it
        return np.where(memory["at"] != 0, ((memory["at"].astype(np.int64) + ZERO) * 1000 + memory["ms"]) / 1000.0, 0.0)
    return memory["episode"]["start"] if "episode" in names else memory["start"]


def ids_of(midnights: Sequence[Midnight], fleet: Fleet) -> list[list[str]]:
    """Ids that the events of each midnight's state have, once they are told."""
    states = np.frombuffer(b"".join(one.state for one in midnights), STATE)
    return begun_ids(states, [one.slot for one in midnights], fleet)


def midnight_rows(midnights: Sequence[Midnight], ids: Sequence[Sequence[str]], told: Events) -> list[Row]:
    """Rows of the midnights table; ``told`` holds the events of ``ids_of`` as they stand at each midnight."""
    mark = saved.mark()
    found = []
    for one, names in zip(midnights, ids, strict=True):
        events = json.dumps([told[name] for name in names if name in told])
        body = saved.pack(one.state)
        found.append({"slot": one.slot, "day": one.day, "fingerprint": mark, "body": body, "told": events})
    return found


def on_record(connection: Connection, names: Sequence[str]) -> Events:
    """The events of these ids that have been told."""
    return {row["event_id"]: row for row in named(connection, schema.events.c.event_id, names)}
