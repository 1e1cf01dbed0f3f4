"""Drives for the pitfalls: a few lines make a vehicle's samples, a river takes them, tables come out."""

from types import SimpleNamespace

import numpy as np
import pytest

from devices import topics
from devices.samples import Payload, Samples

KMH = 1 / 3.6
DEGREE_M = 111_195.0  # m in a degree of latitude


def drive(start, t, speed_kmh, vehicle="V", driver=None, **columns):
    """One vehicle's samples, ``t`` in s after ``start``; ``metres`` north of 48 N gives positions."""
    t = start + np.floor(np.asarray(t, float) * 1000 + 0.5) / 1000
    said = {name: np.broadcast_to(np.asarray(values, float), t.size).copy() for name, values in columns.items()}
    if "metres" in said:
        said |= {"lat": 48.0 + said.pop("metres") / DEGREE_M, "lon": np.full(t.size, 8.4)}
    if speed_kmh is not None:
        said["speed"] = np.broadcast_to(np.asarray(speed_kmh, float) * KMH, t.size).copy()
    drivers = [] if driver is None else sorted({name for name in driver if name})
    codes = None if driver is None else np.array([drivers.index(name) if name else -1 for name in driver])
    return Samples([("f", vehicle)], np.zeros(t.size, np.int64), t, said, drivers, codes)


@pytest.fixture
def pit(rivers, tmp_path):
    """Tools: ``drive``, ``river()``, ``send``, ``replayed``, ``payload``, ``events``."""
    judged = rivers.judged(*rivers.HOURS)
    count = iter(range(10_000))

    def river(*sets, **options):
        return rivers.River(tmp_path / str(next(count)), rivers.judged(*sets) if sets else judged, **options)

    def send(river, *parts, size=10):
        for part in parts:
            river.embedded.take(rivers.payloads(part, size=size, boot=str(next(count))))
        return river

    def payload(body, vehicle="V", received_at=0.0):
        return Payload(topics.telemetry("f", vehicle), body, received_at)

    def replayed(*parts, **options):
        return rivers.replayed([rivers.joined_rows(parts)], options.get("rules", judged), rivers.Everybody())

    def events(tables, kind):
        return tables["events"].filter(kind=kind).sort("start").rows(named=True)

    def drawn(*arguments, **columns):
        return drive(rivers.START, *arguments, **columns)

    return SimpleNamespace(
        start=rivers.START,
        drive=drawn,
        river=river,
        send=send,
        payload=payload,
        replayed=replayed,
        events=events,
        differences=rivers.differences,
        rivers=rivers,
    )
