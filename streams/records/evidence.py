"""Evidence: the samples around a crash or a call for help, as a recording, kept when their payloads are long gone."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from sqlalchemy import Connection, select

from devices.samples import Samples, TyreReadings
from streams.fleets.batch import SAID, assemble
from streams.intake.intake import Intake
from streams.pipeline.pipeline import Pipeline, only
from streams.recordings.recorded import recording
from streams.store import schema, upkeep
from streams.store.store import Commit, Store, named, rows_of

Row = dict[str, Any]

BEFORE_S, AFTER_S = 60.0, 15.0  # nmfta Open Telematics API, issue 114
FOLDER = "evidence"  # beside the tables of a replay
KINDS: Mapping[str, int] = {"crash": 1, "rollover": 1, "sos": 1, "tyre_rapid_loss": 3}  # and the level from which


class Window(NamedTuple):
    """The time around an event whose samples are kept."""

    event_id: str
    fleet_id: str
    vehicle_id: str
    kind: str
    first: float  # UTC epoch s, both ends included
    last: float


class Stored(NamedTuple):
    """A payload of the same commit, as a row of the payloads table."""

    slot: int
    received_at: float
    first: float
    last: float
    digest: bytes
    body: bytes


def windows(events: Iterable[Row]) -> list[Window]:
    """The windows of those events of which evidence is kept."""
    return [
        Window(
            row["event_id"],
            row["fleet_id"],
            row["vehicle_id"],
            row["kind"],
            row["start"] - BEFORE_S,
            row["start"] + AFTER_S,
        )
        for row in events
        if is_kept(row)
    ]


def is_kept(event: Row) -> bool:
    """Whether the samples around an event are kept, ours or the device's: it may know what we cannot see."""
    return bool(event["level"] >= KINDS.get(event["kind"], 4))


def cut(samples: Samples, window: Window) -> pl.DataFrame:
    """The vehicle's samples within the window as a recording, each instant once; a function of the set of samples."""
    who = (window.fleet_id, window.vehicle_id)
    number = samples.vehicles.index(who) if who in samples.vehicles else -1
    rows = (samples.vehicle == number) & (samples.t >= window.first) & (samples.t <= window.last)
    return recording(_merged(only(samples, rows)))


def _merged(samples: Samples) -> Samples:
    """The samples with the readings of one instant made one, as the kernels see them, and what nobody said left out."""
    batch, _ = assemble(samples, np.arange(len(samples.vehicles)), np.arange(len(samples.drivers)))
    owner = np.repeat(batch.slots, np.diff(batch.bounds))
    tyres = TyreReadings(
        np.repeat(batch.slots, np.diff(batch.tyre_bounds)),
        batch.tyre_wheel,
        batch.tyre_t,
        batch.tyre_pressure,
        batch.tyre_temp,
    )
    columns = {name: getattr(batch, name) for name in SAID if not np.isnan(getattr(batch, name)).all()}
    said = batch.said_driver
    driver = np.where(said == -1, -1, said) if (said != -1).any() else None
    return replace(samples, vehicle=owner, t=batch.t, columns=columns, driver=driver, tyres=tyres)


def row_of(window: Window, frame: pl.DataFrame) -> Row:
    """The row of the evidence table."""
    body = io.BytesIO()
    frame.write_parquet(body)
    return window._asdict() | {"samples": frame.height, "body": body.getvalue()}


def frame_of(row: Row) -> pl.DataFrame:
    """The recording in a row of the evidence table."""
    return pl.read_parquet(io.BytesIO(row["body"]))


def write(rows: Iterable[Row], folder: Path) -> None:
    """A file an event, beside the tables of a replay."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for row in rows:
        (folder / FOLDER / f"{row['event_id']}.parquet").write_bytes(row["body"])


class Evidence:
    """Writes evidence with the commit that brings an event, and again as samples of its window come in.

    In between it is written every few seconds only, a few vehicles at a time: a crash at 100 Hz would otherwise take a
    quarter of our time. What is not written at a restart is made anew from the payloads.
    """

    def __init__(self, store: Store, pipeline: Pipeline, intake: Intake) -> None:
        self.store, self.pipeline, self.intake = store, pipeline, intake
        self._open: dict[int, dict[str, Window]] = {}  # windows that live samples may still fill, by slot
        self._behind: set[int] = set()  # slots of which more has come in than is written
        self._round: list[int] = []  # those that were behind when the round of writing began, and are still to come

    def load(self) -> None:
        """Go on filling the windows on record that have not passed."""
        table = schema.evidence
        columns = [table.c[name] for name in Window._fields]
        with self.store.reading() as connection:
            for row in connection.execute(select(*columns)):
                self._follow(Window(*row))
        self._behind.update(self._open)

    def take(self, commit: Commit) -> None:
        """Add the evidence of the events of a commit, and of windows that its payloads have left behind."""
        self._forget(commit)
        fresh = self._unknown(windows(commit.upserts.get(schema.events, ())))
        for window in fresh:
            self._follow(window, always=True)
        if not self._open:
            return
        self._behind |= {payload[0] for payload in commit.payloads} & self._open.keys()
        due = {self.pipeline.fleet.slot((window.fleet_id, window.vehicle_id)) for window in fresh}
        self._save(
            due | {slot for slot in self._behind if any(map(partial(self._passed, slot), self._windows(slot)))}, commit
        )

    def _unknown(self, some: Iterable[Window]) -> list[Window]:
        """Those that are not on record: an alarm held for an hour says the same in every packet."""
        found = {window.event_id: window for window in some}
        if not found:
            return []
        rows = self.store.ask(lambda connection: named(connection, schema.evidence.c.event_id, [*found]))
        known = {row["event_id"] for row in rows}
        return [window for name, window in found.items() if name not in known]

    def _forget(self, commit: Commit) -> None:
        """What devices raised is named by its first report: with an earlier one the name is another."""
        standing = {row["event_id"] for row in commit.upserts.get(schema.events, ())}
        gone = {row["event_id"] for row in commit.deletes.get(schema.events, ())} - standing
        for some in self._open.values():
            for name in gone & some.keys():
                del some[name]
        commit.remove(schema.evidence, [{"event_id": name} for name in sorted(gone)])

    def save(self, commit: Commit) -> None:
        """Add what is behind."""
        self._save(set(self._behind), commit)

    def begin_round(self) -> None:
        """What is behind now is due: ``save_some`` goes through it."""
        self._round = sorted(self._behind, reverse=True)

    def save_some(self, commit: Commit, most: int) -> bool:
        """Add what is due of ``most`` vehicles: a hundred would hold up alerts; False: nothing was."""
        some = {self._round.pop() for _ in range(min(most, len(self._round)))} & self._behind
        self._save(some, commit)
        return bool(some)

    def _save(self, slots: set[int], commit: Commit) -> None:
        if not slots:
            return
        with self.store.reading() as connection:
            for slot in sorted(slots):
                self._write(connection, slot, self._windows(slot), commit)
                self._open[slot] = {one.event_id: one for one in self._windows(slot) if not self._passed(slot, one)}
                if not self._open[slot]:
                    del self._open[slot]
        self._behind -= slots

    def _windows(self, slot: int) -> list[Window]:
        return list(self._open.get(slot, {}).values())

    def settle(self, connection: Connection, slot: int, since: float, events: Iterable[Row], commit: Commit) -> None:
        """Make the evidence of a vehicle anew where samples from ``since`` on may change it; ``events`` stand."""
        table, events = schema.evidence, list(events)
        standing = {window.event_id: window for window in windows(events)}
        fleet_id, vehicle_id = self.pipeline.fleet.vehicles[slot]
        columns = [table.c[name] for name in Window._fields]
        query = select(*columns).where(table.c.fleet_id == fleet_id, table.c.vehicle_id == vehicle_id)
        gone = {row["event_id"] for row in commit.deletes.get(schema.events, ())} - standing.keys()
        known = {row.event_id: Window(*row) for row in connection.execute(query.where(table.c.last >= since))}
        gone |= (known.keys() & {row["event_id"] for row in events}) - standing.keys()  # they are less than they seemed
        commit.remove(table, [{"event_id": name} for name in sorted(gone)])
        self._open.pop(slot, None)
        self._behind.discard(slot)
        fresh = {name: one for name, one in (known | standing).items() if one.last >= since and name not in gone}
        self._write(connection, slot, fresh.values(), commit)
        for window in fresh.values():
            self._follow(window)

    def _follow(self, window: Window, always: bool = False) -> None:
        slot = self.pipeline.fleet.slot((window.fleet_id, window.vehicle_id))
        if always or not self._passed(slot, window):
            self._open.setdefault(slot, {})[window.event_id] = window

    def _passed(self, slot: int, window: Window) -> bool:
        return self.pipeline.watermark(slot) > window.last

    def _write(self, connection: Connection, slot: int, some: Iterable[Window], commit: Commit) -> None:
        pruned = connection.execute(select(upkeep.pruned.c.before).where(upkeep.pruned.c.slot == slot)).scalar()
        for window in some:
            frame = cut(self._samples(connection, slot, window, commit), window)
            if pruned is not None and window.first < pruned:
                frame = _joined(connection, window, frame, pruned)
            commit.upsert(schema.evidence, [row_of(window, frame)])

    def _samples(self, connection: Connection, slot: int, window: Window, commit: Commit) -> Samples:
        """The vehicle's samples in stored payloads and in those of the commit that touch the window."""
        payloads = schema.payloads
        touching = (payloads.c.slot == slot, payloads.c.last >= window.first, payloads.c.first <= window.last)
        stored = connection.execute(select(payloads).where(*touching).order_by(payloads.c.position)).all()
        fresh = [one for one in (Stored(*row) for row in commit.payloads) if one.slot == slot]
        near = [one for one in fresh if one.last >= window.first and one.first <= window.last]
        return self.intake.stored([*stored, *near], self.pipeline.fleet.vehicles.__getitem__)


def _joined(connection: Connection, window: Window, frame: pl.DataFrame, pruned: float) -> pl.DataFrame:
    """``frame`` with what is on record of the time whose payloads are gone, be it as evidence of another event.

    The same crash has another name once a late sample shows that it began earlier.
    """
    table = schema.evidence
    query = select(table).where(table.c.fleet_id == window.fleet_id, table.c.vehicle_id == window.vehicle_id)
    rows = rows_of(connection, query.where(table.c.last >= window.first, table.c.first < pruned))
    rows.sort(key=lambda row: (row["event_id"] != window.event_id, row["event_id"]))
    inside = pl.col("t").is_between(window.first, window.last) & (pl.col("t") < pruned)
    before = [frame_of(row).filter(inside) for row in rows]
    if not before:
        return frame
    kept = pl.concat(before, how="diagonal").unique("t", keep="first").sort("t")
    return pl.concat([kept, frame.filter(pl.col("t") >= pruned)], how="diagonal")
