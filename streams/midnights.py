"""Midnights: a vehicle's state before its first sample of a UTC day, and the events that state may still change."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from streams import chain, rows
from streams.chain import STATE
from streams.detectors import DETECTORS
from streams.ids import identify
from streams.pipeline import Midnight
from streams.store import schema
from streams.store.store import named

Row = dict[str, Any]
Events = dict[str, Row]  # rows of the events table by id


def begun(state: Any) -> Iterator[tuple[str, str, float]]:
    """(kind, subject, start) of the latest episode of each detector in a STATE row: lasting, over, or not yet told."""
    for detector in DETECTORS:
        memory = state[detector.kind]
        starts = memory["episode"]["start"] if "episode" in (detector.state.names or ()) else memory["start"]
        if np.ndim(starts) == 0:  # else an episode a wheel
            if starts:  # 0 never
                yield detector.kind, "", float(starts)
            continue
        for wheel in np.flatnonzero(starts).tolist():
            yield detector.kind, rows.subject(wheel), float(starts[wheel])


def begun_ids(state: Any, vehicle: tuple[str, str]) -> list[str]:
    """Ids that the events of ``begun`` have, once they are told."""
    return [identify(*vehicle, kind, about, start) for kind, about, start in begun(state)]


def midnight_rows(midnights: Sequence[Midnight], vehicles: Sequence[tuple[str, str]], told: Events) -> list[Row]:
    """Rows of the midnights table; ``told`` holds the events of ``begun`` as they stand at each midnight."""
    mark = chain.fingerprint()
    found = []
    for one in midnights:
        ids = begun_ids(np.frombuffer(one.state, STATE)[0], vehicles[one.slot])
        events = json.dumps([told[name] for name in ids if name in told])
        found.append({"slot": one.slot, "day": one.day, "fingerprint": mark, "body": one.state, "told": events})
    return found


def on_record(connection: Connection, names: Sequence[str]) -> Events:
    """The events of these ids that have been told."""
    return {row["event_id"]: row for row in named(connection, schema.events.c.event_id, names)}
