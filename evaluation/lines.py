"""Lines: connections that are cut and payloads no broker takes, between devices, a real broker and a real service."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import polars as pl

from bench.running import Running
from evaluation.measure import Fact
from simulator.accounts import from_templates
from simulator.convoy import Progress
from simulator.device import WINDOW
from simulator.payloads import Cut
from simulator.publish import Load, broken, loads, publish
from simulator.traffic import Report, combined

FAULTS = {"reconnects": 20.0, "oversized": 4.0}  # an hour
VEHICLES, SECONDS, SEED = 6, 2 * 3_600.0, 5
RECORD = (
    "SELECT 'event', vehicle_id, kind, level, start FROM events",
    """SELECT 'trip', vehicle_id, start, "end" FROM trips""",
)
FEED = ("--clock", "feed")


class Arrived(NamedTuple):
    """What came of a morning."""

    sent: Progress
    payloads: int  # on record
    rows: set[tuple[object, ...]]  # of events and trips


def facts(reports: Sequence[Report]) -> Iterator[Fact]:
    """Payloads that were lost, and rows of the record that are others than over an undisturbed line."""
    whole, _ = combined([report for report in reports if len(report.recording)][:VEHICLES])
    begins = whole["t"].to_numpy()[len(whole) // 4]
    morning = whole.filter(pl.col("t").is_between(begins, begins + SECONDS))
    plain = _arrived(loads(morning, Cut(), in_time=True))
    for fault, rate in FAULTS.items():
        cargo = broken(morning, Cut(), {fault: rate}, SEED)
        found, data = _arrived(cargo), f"fleet, {fault}"
        note = f"of {found.sent.payloads}; {found.sent.disturbances} disturbances, {found.sent.resent} sent again"
        yield Fact(data, "payloads lost", found.sent.payloads - found.payloads, "payloads", note)
        others = len(found.rows ^ plain.rows)
        yield Fact(data, "events and trips that are others", others, "rows", f"of {len(plain.rows)}")


def _arrived(cargo: list[Load]) -> Arrived:
    """Sent as fast as acknowledgements come, until all of it is acknowledged."""
    sent = Progress()
    with Running(words=FEED) as service:
        publish(cargo, from_templates(None, None, "127.0.0.1", service.port), None, WINDOW, sent, lambda _: None)
        return Arrived(sent, service.committed(), set(_rows(service)))


def _rows(service: Running) -> Iterator[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{service.folder / 'tripmeter.db'}?mode=ro", uri=True)) as database:
        for query in RECORD:
            yield from database.execute(query)
