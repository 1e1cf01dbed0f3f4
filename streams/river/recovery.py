"""Recovery: after a restart, the last snapshot and the payloads after it make the state that was lost."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from streams.fleets.fleet import Fleet, Source
from streams.hours import KINDS
from streams.pipeline import saved
from streams.pipeline.pipeline import Pipeline
from streams.records.alerts import Alerts
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.records.rows import SLOW_LEAK
from streams.river.embedded import Embedded
from streams.store import schema, upkeep
from streams.store.store import Store, rows_of

logger = logging.getLogger(__name__)

AT_ONCE = 1_000  # payloads


def followed(source: Source, connection: Connection) -> Fleet:
    """The fleet on record, by the numbers it has there."""
    fleet = Fleet(source)
    load_fleet(connection, fleet)
    return fleet


def load_fleet(connection: Connection, fleet: Fleet) -> None:
    """Give vehicles, drivers and zones the slots and numbers they have on record."""
    for row in connection.execute(select(upkeep.vehicles).order_by(upkeep.vehicles.c.slot)):
        fleet.slot((row.fleet_id, row.vehicle_id))
    for row in connection.execute(select(upkeep.drivers).order_by(upkeep.drivers.c.number)):
        fleet.number(row.driver_id)
    for row in connection.execute(select(upkeep.zones).order_by(upkeep.zones.c.number)):
        fleet.zone_number((row.fleet_id, row.zone_id))


def load_alerts(connection: Connection, alerts: Alerts) -> None:
    """Go on with the alerts on record."""
    alerts.load(rows_of(connection, select(schema.alerts).order_by(schema.alerts.c.alert_id)))


def load_hours(connection: Connection, book: HoursBook) -> None:
    """Put the closed driving and standing on record, and what was told of it, into the book."""
    intervals, events = schema.intervals, schema.events
    driven = select(intervals).where(intervals.c.status == "closed")
    told = select(events).where(events.c.kind.in_(KINDS), events.c.source == "derived").order_by(events.c.event_id)
    book.load(rows_of(connection, driven.order_by(*intervals.primary_key)), rows_of(connection, told))


def load_leaks(connection: Connection, book: LeakBook) -> None:
    """Put the history of all tyres, and what was told of it, into the book."""
    events = schema.events
    points = rows_of(connection, select(schema.tyre_points).order_by(*schema.tyre_points.primary_key))
    book.load(points, rows_of(connection, select(events).where(events.c.kind == SLOW_LEAK)))


def restore(store: Store, pipeline: Pipeline, river: Embedded) -> int:
    """Bring the state to the last accepted payload; how many payloads were run again."""
    with store.reading() as connection:
        position, seen = _load_states(connection, pipeline)
        dirty = rows_of(connection, select(upkeep.dirty).order_by(upkeep.dirty.c.slot))
    river.resume()
    if position is None:
        with store.reading() as connection:
            river.live.newest = _newest(connection, river.intake.ahead)
        for slot in range(len(pipeline.fleet.vehicles)):
            river.dirty(slot, float("-inf"))
        while river.settle_due(at_once=True):
            pass
        return store.position
    for row in dirty:  # before the rerun, which writes these marks anew
        river.dirty(row["slot"], row["since"])
    count = 0
    with store.reading() as connection:
        for rows in _after(connection, position):
            unseen = [row for row in rows if row.position > seen.get(row.slot, 0)]
            river.rerun(river.intake.stored(unseen, pipeline.fleet.vehicles.__getitem__), position)
            count += len(unseen)
    logger.info("restored %d vehicles, ran %d payloads again", len(pipeline.fleet.vehicles), count)
    return count


def _newest(connection: Connection, ahead: float | None) -> float:
    """Newest time a payload on record ends with, of those whose clock was believed."""
    payloads = schema.payloads
    query = select(func.max(payloads.c.last))
    if ahead is not None:
        query = query.where(payloads.c.last <= payloads.c.received_at + ahead)
    return float(connection.execute(query).scalar() or "-inf")


def _load_states(connection: Connection, pipeline: Pipeline) -> tuple[int | None, dict[int, int]]:
    """Take over the saved states; the position up to which all have seen their payloads, and by slot how far each has.

    None: they are of another version.
    """
    snapshot = connection.execute(select(upkeep.snapshots)).first()
    if snapshot is None:
        return 0, {}
    if snapshot.fingerprint != saved.mark():
        logger.warning("the snapshot is of another version: running all stored payloads again")
        return None, {}
    seen = {}
    for row in connection.execute(select(upkeep.states)):
        pipeline.restore(row.slot, saved.unpack(row.body))
        seen[row.slot] = row.position
    return int(snapshot.position), seen


def _after(connection: Connection, position: int) -> Iterator[Sequence[Any]]:
    """The payloads stored after ``position``, a handful at a time."""
    payloads = schema.payloads
    while True:
        query = select(payloads).where(payloads.c.position > position).order_by(payloads.c.position).limit(AT_ONCE)
        rows = connection.execute(query).all()
        if not rows:
            return
        position = rows[-1].position
        yield rows
