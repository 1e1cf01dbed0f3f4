"""Midnights: a vehicle's state before its first sample of a UTC day, and the events that state may still change."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from streams import chain, rows
from streams.chain import STATE
from streams.detectors import DETECTORS
from streams.fleet import Fleet
from streams.ids import identify
from streams.pipeline import Midnight
from streams.store import schema
from streams.store.store import named
from streams.tyres import ZERO

Row = dict[str, Any]
Events = dict[str, Row]  # rows of the events table by id


def begun(state: Any, fleet: Fleet) -> Iterator[tuple[str, str, float]]:
    """(kind, subject, start) of the latest episodes of each detector in a STATE row: lasting, over, or not yet told."""
    for detector in DETECTORS:
        memory, names = state[detector.kind], detector.state.names or ()
        starts = np.asarray(_starts(memory, names))
        default = np.arange(starts.size) if starts.shape else -1
        subjects = np.asarray(memory["subject"] if "subject" in names else default).ravel()
        for k in np.flatnonzero(starts):  # 0 never
            yield detector.kind, rows.subject(detector, fleet, int(subjects[k])), float(starts.flat[k])


def _starts(memory: Any, names: tuple[str, ...]) -> Any:
    if "rungs" in names:  # as detectors.wheels keeps it
        return np.where(memory["at"] != 0, ((memory["at"].astype(np.int64) + ZERO) * 1000 + memory["ms"]) / 1000.0, 0.0)
    return memory["episode"]["start"] if "episode" in names else memory["start"]


def begun_ids(state: Any, slot: int, fleet: Fleet) -> list[str]:
    """Ids that the events of ``begun`` have, once they are told; the state is that of the vehicle in ``slot``."""
    return [identify(*fleet.vehicles[slot], kind, about, start) for kind, about, start in begun(state, fleet)]


def midnight_rows(midnights: Sequence[Midnight], fleet: Fleet, told: Events) -> list[Row]:
    """Rows of the midnights table; ``told`` holds the events of ``begun`` as they stand at each midnight."""
    mark = chain.fingerprint()
    found = []
    for one in midnights:
        ids = begun_ids(np.frombuffer(one.state, STATE)[0], one.slot, fleet)
        events = json.dumps([told[name] for name in ids if name in told])
        found.append({"slot": one.slot, "day": one.day, "fingerprint": mark, "body": one.state, "told": events})
    return found


def on_record(connection: Connection, names: Sequence[str]) -> Events:
    """The events of these ids that have been told."""
    return {row["event_id"]: row for row in named(connection, schema.events.c.event_id, names)}
