"""Delivered: a fleet's payloads in the order in which they arrive, through all the service has behind its door."""

import heapq
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from pathlib import Path

import polars as pl
from sqlalchemy import Table, select

from devices import topics
from devices.samples import Payload
from evaluation.called import river
from simulator.device import Disturbance
from simulator.payloads import Cut, Outgoing, payloads
from simulator.reports import Report
from streams.fleets.fleet import Source
from streams.intake.intake import Intake
from streams.rules import Rules
from streams.store import schema
from streams.store.store import Store, open_store, rows_of

HANDFUL = 500  # payloads a commit


def delivered(reports: Sequence[Report], judged: Rules, source: Source) -> Mapping[str, pl.DataFrame]:
    """Events and trips on record once all has come and late data is settled; what is wrong with a clock shows here."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        try:
            return _delivered(store, reports, judged, source)
        finally:
            store.close()


def _delivered(store: Store, reports: Sequence[Report], judged: Rules, source: Source) -> Mapping[str, pl.DataFrame]:
    now = [0.0]
    behind = river(store, judged, source, Intake(lambda _fleet, _vehicle: True), lambda: now[0])
    arriving = _arriving(reports)
    while some := list(islice(arriving, HANDFUL)):
        now[0] = some[-1].received_at
        behind.take(some)
    while behind.settle_due(at_once=True):
        pass
    behind.snapshot()
    return {table.name: _frame(store, table) for table in (schema.events, schema.trips)}


def _arriving(reports: Sequence[Report]) -> Iterator[Payload]:
    """The payloads of all vehicles as their devices send them, and what else is said in their names, as it is sent."""
    sent: list[Iterable[Outgoing | Disturbance]] = []
    for k, report in enumerate(reports):
        sent.append(payloads(report.recording, k, "b", Cut()))
        sent.append([one._replace(device=k) for one in report.disturbances])
    names = [topics.telemetry(report.fleet_id, report.vehicle_id) for report in reports]
    for one in heapq.merge(*sent, key=attrgetter("at")):
        if one.body is not None:
            yield Payload(names[one.device], one.body, one.at)


def _frame(store: Store, table: Table) -> pl.DataFrame:
    """A table as replay would write it, as far as it is asked for here."""
    names = [name for name in ("vehicle_id", "kind", "level", "start", "end") if name in table.c]
    with store.reading() as connection:
        frame = pl.DataFrame(rows_of(connection, select(*(table.c[name] for name in names))), infer_schema_length=None)
    instant = (pl.col("start", "end") * 1000).round().cast(pl.Int64).cast(pl.Datetime("ms", "UTC"))
    return frame.with_columns(instant)
