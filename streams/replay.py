"""Replay: recordings through the same pipeline at full speed, into a store that lives as long as the run."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import select

from devices.plausible import clean
from devices.samples import Samples
from streams import tables
from streams.fleets.fleet import Fleet, Known, Source
from streams.kernels.params import CLASSES
from streams.pipeline.pipeline import Pipeline
from streams.recordings import recording
from streams.recordings.mapping import Mapping
from streams.records import evidence
from streams.records.alerts import Alerts
from streams.records.at_wheel import AtWheel
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.records.record import Record
from streams.rules import Rules
from streams.store import schema
from streams.store.store import Commit, Store, memory_store, rows_of
from streams.tables import Tables

Progress = Callable[[int, int], None]  # rows done, rows in all


@dataclass
class Replayed:
    """The tables of a replay, and what did not get in."""

    tables: Tables
    read: recording.Report
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)  # values, by (reason, signal)
    conflicts: int = 0  # fields told twice with different values
    samples: int = 0  # instants run, after merging
    evidence: list[dict[str, Any]] = field(default_factory=list)  # rows of the table
    late: int = 0  # rows that came after later ones of their vehicle had run


@dataclass(frozen=True)
class Assumed:
    """Stands in for a registry: every vehicle of a recording is of one class, in one time zone."""

    klass: str = "car"
    zone: str = "UTC"

    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        return Known(CLASSES.index(self.klass), zone=self.zone)


def replay(
    paths: Sequence[Path],
    rules: Rules,
    source: Source,
    *,
    mapping: Mapping | None = None,
    fleet: str = "default",
    risks: pl.DataFrame | None = None,
    klass: str = "car",
    progress: Progress = lambda _done, _total: None,
) -> Replayed:
    """Run ``paths`` and give the six tables; ``risks`` None: every vehicle is assumed to be insured as ``klass``."""
    report = recording.Report()
    pieces = recording.read(paths, mapping, fleet=fleet, report=report)
    run = Run(rules, source)
    for samples in pieces:
        run.take(samples)
        progress(report.rows, report.total)
    six = run.finish(risks, klass)
    progress(report.total, report.total)
    return Replayed(six, report, run.refused, run.pipeline.conflicts, run.samples, run.evidence(), run.late)


class Run:
    """One replay: a fresh pipeline and a store in memory."""

    def __init__(self, rules: Rules, source: Source) -> None:
        self.rules = rules
        self.store: Store = memory_store()
        self.pipeline = Pipeline(Fleet(source), rules.in_force)
        fleet = self.pipeline.fleet
        hours, leaks = HoursBook(rules.in_force, fleet, np.inf), LeakBook(rules.in_force, fleet, np.inf)
        self.record = Record(fleet, hours, leaks, Alerts(rules.alerts))
        self.newest = float("-inf")
        self.refused: Counter[tuple[str, str]] = Counter()
        self.samples = self.late = 0

    def take(self, samples: Samples) -> None:
        """Run one piece, in which all rows of its vehicles are."""
        samples, refused = clean(samples)
        self.refused += refused
        ahead = self.pipeline.ahead(samples)
        self.late += int(np.count_nonzero(~ahead))
        if not samples.t.size or self.late:
            return
        commit = Commit()
        for part in self.pipeline.stretches(samples, by_day=False):
            found = self.pipeline.run(part)
            self.record.take(found, self.pipeline.state, self.pipeline.moved(part), commit)
            self.samples += found.samples
        with self.store.reading() as connection:
            at_wheel = AtWheel(connection, commit, self.pipeline.state, self.pipeline.fleet)
            self.record.report(samples, at_wheel, commit)
            self.record.faults(samples, connection, commit)
        for window in evidence.windows(commit.upserts[schema.events]):
            commit.upsert(schema.evidence, [evidence.row_of(window, evidence.cut(samples, window))])
        self._write(commit)
        self.newest = max(self.newest, float(samples.t.max()))

    def evidence(self) -> list[dict[str, Any]]:
        """The samples around crashes, as rows of the evidence table."""
        with self.store.reading() as connection:
            return rows_of(connection, select(schema.evidence))

    def finish(self, risks: pl.DataFrame | None = None, klass: str = "car") -> Tables:
        """The six tables; ``risks`` and ``klass`` as ``replay`` has them."""
        commit = Commit()
        slots = np.arange(len(self.pipeline.fleet.vehicles))
        self.record.flush(self.pipeline.state, slots, commit)
        self._write(commit)
        with self.store.reading() as connection:
            clock = tables.moment(self.newest if np.isfinite(self.newest) else 0.0)
            return tables.read(connection, self.rules.tariff, risks, clock, klass)

    def _write(self, commit: Commit) -> None:
        with self.store.reading() as connection:
            self.record.mend(connection, commit, recent=self.newest)
        self.store.commit(commit)
