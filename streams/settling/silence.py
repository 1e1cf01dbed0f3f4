"""Silence: tells by the clock of devices that are silent now; once they speak, what the samples say takes its place."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from devices.samples import Ints
from streams.detectors import DETECTORS, device_silent
from streams.detectors.base import CHANGE
from streams.detectors.device_silent import AWAKE, HOUR
from streams.kernels.params import OPEN, Records
from streams.pipeline import chain
from streams.pipeline.chain import Findings
from streams.pipeline.pipeline import Pipeline
from streams.records import rows
from streams.records.record import Record
from streams.records.rows import Revised
from streams.store.store import Commit

Row = dict[str, Any]

DETECTOR = device_silent.DETECTOR
KIND = DETECTORS.index(DETECTOR)
LINK = list(chain.PARAMS).index(DETECTOR.kind)


class Silence:
    """The silences that last, by slot; each has the id that the detector gives it when it is over."""

    def __init__(self, pipeline: Pipeline, record: Record) -> None:
        self.pipeline, self.record = pipeline, record
        self._told: dict[int, Row] = {}

    def load(self, events: Iterable[Row]) -> None:
        """Go on with those on record: events of this kind without an end."""
        self._told = {self.pipeline.fleet.slot((row["fleet_id"], row["vehicle_id"])): row for row in events}

    def tick(self, now: float, into: Commit) -> None:
        """Add the silences that by ``now`` (UTC epoch s) have come to a level, dated by when they did."""
        slots, levels, limits = self._due(now)
        told = {slot: row["level"] for slot, row in self._told.items()}
        news = np.array([level > told.get(slot, 0) for slot, level in zip(slots, levels, strict=True)], bool)
        if not news.any():
            return
        version = self.pipeline.in_force.at(now).of
        found = rows.events(self._changes(slots[news], levels[news], limits[news]), self.pipeline.fleet, version)
        self._told.update(zip(slots[news].tolist(), found, strict=True))
        self.record.revise(Revised(found, []), into)

    def heard(self, slots: Ints, found: Findings, into: Commit) -> None:
        """These have spoken: a silence that the samples do not show was only one of the line, and is taken back."""
        ended = {(int(c["slot"]), float(c["start"])) for c in found.changes[found.changes["kind"] == KIND]}
        for slot in sorted(self._told.keys() & set(slots.tolist())):
            row = self._told[slot]
            if self.pipeline.watermark(slot) > row["start"]:
                del self._told[slot]
                if (slot, row["start"]) not in ended:
                    self.record.revise(Revised([], [row]), into)

    def _due(self, now: float) -> tuple[Ints, Ints, Any]:
        """Slots that are silent, the level of each silence, and the length at which it came to that, s."""
        state, fleet = self.pipeline.state, self.pipeline.fleet
        slots = np.flatnonzero(state["seen"][: len(fleet.vehicles)])
        klass = fleet.columns_at(slots, np.full(slots.size, now)).klass[slots]
        silence = now - state["watermark"][slots]
        awake = state[DETECTOR.kind]["episode"]["source"][slots] == AWAKE
        rules = self.pipeline.in_force.at(now)
        p = rules.thresholds[LINK][self.pipeline.rows(rules, slots, klass)]
        limits = np.where(awake, p["level2_awake_h"], p["level1_parked_h"])
        levels = np.where(silence >= limits, np.where(awake, 2, 1), 0)
        long = awake & (silence >= p["level3_awake_h"])
        levels, limits = np.where(long, 3, levels), np.where(long, p["level3_awake_h"], limits)
        return slots[levels > 0], levels[levels > 0], limits[levels > 0]

    def _changes(self, slots: Ints, levels: Ints, limits: Any) -> Records:
        """What the detector would tell, as far as it is known."""
        episode = self.pipeline.state[DETECTOR.kind]["episode"][slots]
        changes: Records = np.zeros(slots.size, CHANGE)
        for name in ("driver", "source", "quality", "start", "speed", "lat", "lon"):
            changes[name] = episode[name]
        changes["op"], changes["kind"], changes["slot"], changes["subject"] = OPEN, KIND, slots, -1
        changes["level"], changes["end"] = levels, np.nan
        changes["peak"] = changes["threshold"] = limits / HOUR
        return changes


def lasts(row: Row, watermark: float) -> bool:
    """Whether an event is a silence that goes on: no sample will show it before the device speaks again."""
    return bool(row["kind"] == DETECTOR.kind and row["end"] is None and row["start"] == watermark)
