"""Aftermath: crashes after which nothing more is heard, closed by the clock; by samples once the device speaks."""

from typing import Any

import numpy as np
from sqlalchemy import Connection

from devices.samples import Ints
from streams.detectors import DETECTORS, crash
from streams.detectors.base import CHANGE
from streams.detectors.crash import CONFIRMED, FELT, SEEN, UNCONFIRMED
from streams.ids import identify
from streams.kernels.params import CLOSE, Records
from streams.pipeline import chain
from streams.pipeline.chain import Findings
from streams.pipeline.pipeline import Pipeline
from streams.records import rows
from streams.records.record import Record
from streams.records.rows import Revised
from streams.settling.midnights import on_record
from streams.store import schema
from streams.store.store import Commit

Row = dict[str, Any]

KIND = DETECTORS.index(crash.DETECTOR)
LINK = list(chain.PARAMS).index(crash.DETECTOR.kind)


class Aftermath:
    """What the clock makes of crashes that last: no memory but the states and the events on record."""

    def __init__(self, pipeline: Pipeline, record: Record) -> None:
        self.pipeline, self.record = pipeline, record

    def tick(self, now: float, connection: Connection, into: Commit) -> None:
        """Close the crashes of vehicles not heard of any more by ``now`` (UTC epoch s)."""
        state = self.pipeline.state
        lasting = self._lasting(np.arange(len(self.pipeline.fleet.vehicles)))
        silent = [k for k in lasting if now - state["watermark"][k] > _silence(_thresholds(self.pipeline, k, state[k]))]
        said = on_record(connection, [_id(self.pipeline, k, state[k]) for k in silent])
        closed = [closed_row(self.pipeline, k, state[k]) for k in silent]
        news = [row for row in closed if row["event_id"] in said and said[row["event_id"]]["end"] is None]
        if news:
            self.record.revise(Revised(news, []), into)

    def heard(self, connection: Connection, slots: Ints, found: Findings, into: Commit) -> list[tuple[int, float]]:
        """These have spoken: (slot, start) of what the clock closed and that lasts, for settling to put right."""
        state = self.pipeline.state
        lasting = {_id(self.pipeline, k, state[k]): k for k in self._lasting(slots)}
        told = rows.events(found.changes[found.changes["kind"] == KIND], self.pipeline.fleet, found.version)
        said = on_record(connection, sorted(lasting.keys() | {row["event_id"] for row in told}))
        closed = [row for row in said.values() if row["end"] is not None]
        self.record.out_of_order.update((row["fleet_id"], row["vehicle_id"]) for row in closed)
        again = [row for row in closed if row["event_id"] in lasting]
        into.upsert(schema.events, [row | {"end": None} for row in again])
        return [(lasting[row["event_id"]], row["start"]) for row in again]

    def rerun(self, connection: Connection, slots: Ints, into: Commit) -> None:
        """These were run again after a restart: what the clock had closed stays so."""
        state = self.pipeline.state
        said = on_record(connection, [_id(self.pipeline, k, state[k]) for k in self._lasting(slots)])
        closed = [row for row in said.values() if row["end"] is not None]
        self.record.revise(Revised(closed, []), into, tell=False)

    def concerns(self, slots: Ints, found: Findings) -> bool:
        """Whether any of these has a crash that lasts, or is told of now."""
        return bool(self._lasting(slots) or (found.changes["kind"] == KIND).any())

    def _lasting(self, slots: Ints) -> list[int]:
        levels = self.pipeline.state[crash.DETECTOR.kind]["episode"]["level"]
        return [int(slot) for slot in slots[levels[slots] > 0]]


def settled(pipeline: Pipeline, slot: int, after: Any, connection: Connection) -> list[Row]:
    """The crash that lasts in a settled state ``after`` (a STATE row), if the clock has closed it."""
    episode = after[crash.DETECTOR.kind]["episode"]
    if episode["level"] == 0:
        return []
    said = on_record(connection, [_id(pipeline, slot, after)])
    return [closed_row(pipeline, slot, after) for row in said.values() if row["end"] == float(episode["end"])]


def unheard(pipeline: Pipeline, slot: int, state: Any, now: float) -> Row | None:
    """The crash that lasts in ``state``, as the clock closes it by ``now``; None: there is none, or it is too early."""
    if state[crash.DETECTOR.kind]["episode"]["level"] == 0:
        return None
    silent = now - state["watermark"] > _silence(_thresholds(pipeline, slot, state))
    return closed_row(pipeline, slot, state) if silent else None


def closed_row(pipeline: Pipeline, slot: int, state: Any) -> Row:
    """The event of a crash that lasts in ``state``, as a sample would close it that says nothing after the silence."""
    memory, p = state[crash.DETECTOR.kind], _thresholds(pipeline, slot, state)
    episode = memory["episode"]
    level, source = int(episode["level"]), int(episode["source"])
    if source == FELT and round(state["watermark"] - episode["end"], 3) <= p["stop_s"]:
        source = CONFIRMED
    elif source == FELT and memory["heard"] == 1 and memory["v"] >= p["standing_kmh"]:
        source = UNCONFIRMED
    if (source == CONFIRMED or memory["heard"] == 0) and episode["peak"] >= p["level3_kmh"] * 3.6:
        level = 3
    change: Records = np.zeros(1, CHANGE)
    for name in ("driver", "quality", "start", "end", "peak", "speed", "lat", "lon"):
        change[name] = episode[name]
    change["op"], change["kind"], change["slot"], change["subject"] = CLOSE, KIND, slot, -1
    change["level"], change["source"] = level, source
    edge = p["fall_kmh"] if source == SEEN else p["level3_kmh"] if level == 3 else p["level2_kmh"]
    change["threshold"] = edge * 3.6
    (row,) = rows.events(change, pipeline.fleet, pipeline.in_force.at(float(state["watermark"])).of)
    return row


def _silence(p: Any) -> float:
    """Seconds after which a device that has said nothing since a crash can no longer say what followed."""
    return float(max(p["stop_s"], p["reset_s"]))


def _thresholds(pipeline: Pipeline, slot: int, state: Any) -> Any:
    """Parameters in force at the newest sample of a state."""
    t = float(state["watermark"])
    klass, rules = pipeline.fleet.columns_at(np.array([slot]), np.array([t])).klass[slot], pipeline.in_force.at(t)
    return rules.thresholds[LINK][rules.row(pipeline.fleet.vehicles[slot][0], int(klass))]


def _id(pipeline: Pipeline, slot: int, state: Any) -> str:
    start = float(state[crash.DETECTOR.kind]["episode"]["start"])
    return identify(*pipeline.fleet.vehicles[slot], crash.DETECTOR.kind, "", start)
