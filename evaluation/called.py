"""Called: samples minute by minute through all that the service has behind its door, and whom that would call."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import func, select

from devices.columns import Received
from devices.plausible import clean
from devices.samples import Floats, Ints, Rejected, Samples
from streams.desk.actions import put_away
from streams.desk.desk import laid_out
from streams.desk.pager import Pager, Surroundings
from streams.desk.paging import PAGED
from streams.fleets.fleet import Fleet, Source
from streams.intake.intake import Intake
from streams.pipeline.pipeline import Pipeline
from streams.records.alerts import Alerts
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.records.record import Record
from streams.river.embedded import Embedded, Pace
from streams.river.ticks import TICK_S
from streams.rules import Rules
from streams.store import deeds, schema
from streams.store.store import Store, open_store, rows_of

Row = dict[str, Any]
Arrival = Callable[[Ints, Floats], Floats]  # (n,) vehicle and t -> when it comes in, never before the one before it

SEEN = 20  # minutes after which what has been heard is late: after that no tick calls anybody


class Page(NamedTuple):
    """Somebody is called."""

    kind: str
    priority: str
    at: float


@dataclass(frozen=True)
class Called:
    """Whom some samples call, and the alerts that stand at the end, as the desk lays them out."""

    pages: list[Page]
    standing: list[Row]
    hours: float  # at the wheel


class Heard(Intake):
    """Stands in for the wire: what has come in is samples already."""

    def __init__(self, nothing: Samples) -> None:
        super().__init__(lambda _fleet, _vehicle: True, ahead=None, earliest=None)
        self.nothing = self.waiting = nothing

    def samples(self, _received: Sequence[Received]) -> tuple[Samples, list[Rejected]]:
        """What is waiting, once."""
        found, self.waiting = self.waiting, self.nothing
        return found, []


def at_once(_vehicle: Ints, t: Floats) -> Floats:
    """A line that is never away."""
    return t


def called(samples: Samples, judged: Rules, source: Source, arrival: Arrival = at_once) -> Called:
    """Whom ``samples`` call, each heard of at its ``arrival``, by ``judged``; every page is acknowledged at once."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        try:
            return _called(store, clean(samples)[0], judged, source, arrival)
        finally:
            store.close()


def _called(store: Store, samples: Samples, judged: Rules, source: Source, arrival: Arrival) -> Called:
    intake = Heard(_cut(samples, np.empty(0, np.int64), np.empty(0, np.int64)))
    clock, ticked = [float("-inf")], float("-inf")
    behind = river(store, judged, source, intake, lambda: clock[0])
    for minute, part in _minutes(samples, arrival):
        for now in np.arange(max(ticked + TICK_S, minute - SEEN * TICK_S), minute + 1.0, TICK_S):
            behind.tick(float(now))
        clock[0], ticked, intake.waiting = minute + TICK_S, minute, part
        behind.take([])
    for k in range(1, SEEN):
        behind.tick(ticked + k * TICK_S)
    behind.snapshot()
    with behind.store.reading() as connection:
        notices = deeds.notices
        rows = rows_of(connection, select(notices).where(notices.c.outcome == PAGED).order_by(notices.c.at))
        pages = [Page(row["kind"], row["priority"], row["at"]) for row in rows]
        driven = connection.execute(select(func.sum(schema.trips.c.driving_s))).scalar() or 0.0
        return Called(pages, laid_out(connection, clock[0], standing=True), driven / 3_600.0)


def river(store: Store, judged: Rules, source: Source, intake: Intake, clock: Callable[[], float]) -> Embedded:
    """What a partition has, without a wire; nothing goes up."""
    fleet = Fleet(source)
    pipeline = Pipeline(fleet, judged.in_force)
    around = Surroundings(
        clock,
        lambda *vehicle: pipeline.watermark(fleet.slot(vehicle)),
        lambda *vehicle: source.known(*vehicle).zone,
    )
    pager = Pager(store, judged.alerts, replace(judged.paging, escalation={}), around, ["nobody"])
    hours, leaks = HoursBook(judged.in_force, fleet, np.inf), LeakBook(judged.in_force, fleet, np.inf)
    alerts = Alerts(judged.alerts)
    record = Record(fleet, hours, leaks, alerts, (), lambda alert: put_away(store, alert), pager.notify)
    pace = Pace(snapshot_s=np.inf, snapshot_samples=2**62)
    return Embedded(store, pipeline, record, intake, pace, tickers=(pager.tick,))


def _minutes(samples: Samples, arrival: Arrival) -> Iterator[tuple[float, Samples]]:
    """The minutes in which something comes in, ascending, each with what does."""
    tyres = samples.tyres
    minutes = [
        np.floor(arrival(vehicle, t) / TICK_S)
        for vehicle, t in ((samples.vehicle, samples.t), (tyres.vehicle.astype(np.int64), tyres.t))
    ]
    orders = [np.argsort(minute, kind="stable") for minute in minutes]
    events, faults = sorted(samples.events, key=lambda one: one.t), samples.faults
    for minute in np.unique(np.concatenate(minutes)).tolist():
        rows, heard = (
            order[slice(*np.searchsorted(found[order], [minute, minute + 1]))]
            for order, found in zip(orders, minutes, strict=True)
        )
        part = _cut(samples, rows, heard)
        said = {(int(v), float(t)) for v, t in zip(part.vehicle, part.t, strict=True)} if faults else set()
        yield (
            minute * TICK_S,
            replace(
                part,
                events=[one for one in events if one.t // TICK_S == minute],
                faults=[one for one in faults if (one.vehicle, one.t) in said],
            ),
        )


def _cut(samples: Samples, rows: Ints, tyre_rows: Ints) -> Samples:
    """These rows of the samples, and these of their tyres, without what devices raised."""
    tyres = samples.tyres
    columns = {name: column[rows] for name, column in samples.columns.items()}
    names = [column.name for column in fields(tyres)]
    kept = replace(tyres, **{name: getattr(tyres, name)[tyre_rows] for name in names})
    driver = None if samples.driver is None else samples.driver[rows]
    return Samples(samples.vehicles, samples.vehicle[rows], samples.t[rows], columns, samples.drivers, driver, kept)
