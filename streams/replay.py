"""Replay: recordings through the same pipeline at full speed, into a store that lives as long as the run."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from devices.plausible import clean
from devices.samples import Samples
from streams import recording, tables
from streams.alerts import Alerts
from streams.fleet import CLASSES, Fleet, Known, Source
from streams.hours_book import HoursBook
from streams.mapping import Mapping
from streams.pipeline import Pipeline
from streams.record import Record
from streams.rules import Rules
from streams.store.store import Commit, Store, memory_store
from streams.tables import Tables
from streams.unit_check import UnitCheck, UnitFinding

Progress = Callable[[int, int], None]  # rows done, rows in all


@dataclass
class Replayed:
    """The tables of a replay, and what did not get in."""

    tables: Tables
    read: recording.Report
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)  # values, by (reason, signal)
    conflicts: int = 0  # fields told twice with different values
    samples: int = 0  # instants run, after merging
    late: int = 0  # rows that came after later ones of their vehicle had run
    findings: list[UnitFinding] = field(default_factory=list)  # speeds in another unit than the mapping says


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
    run = _Run(rules, source, UnitCheck(stated_unit(mapping)))
    for samples in pieces:
        run.take(samples)
        progress(report.rows, report.total)
    run.finish()
    progress(report.total, report.total)
    with run.store.reading() as connection:
        clock = tables.moment(run.newest if np.isfinite(run.newest) else 0.0)
        six = tables.read(connection, rules.tariff, risks, clock, klass)
    return Replayed(six, report, run.refused, run.pipeline.conflicts, run.samples, run.late, run.units.findings())


class _Run:
    """One replay: a fresh pipeline and a store in memory."""

    def __init__(self, rules: Rules, source: Source, units: UnitCheck) -> None:
        self.store: Store = memory_store()
        self.pipeline = Pipeline(Fleet(source), rules.thresholds)
        hours = HoursBook(rules.hours, self.pipeline.fleet, window=np.inf)
        self.record = Record(self.pipeline.fleet, rules.version, hours, Alerts(rules.alerts))
        self.units = units
        self.newest = float("-inf")
        self.refused: Counter[tuple[str, str]] = Counter()
        self.samples = self.late = 0

    def take(self, samples: Samples) -> None:
        samples, refused = clean(samples)
        self.refused += refused
        self.units.add(samples)
        ahead = self.pipeline.ahead(samples)
        self.late += int(np.count_nonzero(~ahead))
        if not samples.t.size or self.late:
            return
        commit = Commit()
        found = self.pipeline.run(samples)
        slots = np.unique(self.pipeline.fleet.slots(samples.vehicles)[samples.vehicle])
        self.record.take(found, self.pipeline.state, slots, _nobody, commit)
        self.store.commit(commit)
        self.samples += found.samples
        self.newest = max(self.newest, float(samples.t.max()))

    def finish(self) -> None:
        commit = Commit()
        slots = np.arange(len(self.pipeline.fleet.vehicles))
        self.record.flush(self.pipeline.state, slots, _nobody, commit)
        self.store.commit(commit)


def _nobody(_alert_id: str) -> None:
    """In a replay nobody has put an alert away."""


def stated_unit(mapping: Mapping | None) -> str:
    """The unit a recording's speeds are said to be in."""
    column = mapping.columns.get("speed_kmh") if mapping else None
    return column.unit if column and column.unit else "km/h"
