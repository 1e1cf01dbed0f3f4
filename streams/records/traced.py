"""Traced: what a vehicle said in a stretch of time, read again from the payloads or the evidence that hold it."""

import polars as pl
from sqlalchemy import Connection, select

from streams.intake.intake import Intake
from streams.records.evidence import Window, cut, frame_of
from streams.store import schema, upkeep
from streams.store.store import rows_of


def trace(connection: Connection, intake: Intake, who: tuple[str, str], first: float, last: float) -> pl.DataFrame:
    """A recording of a vehicle (fleet, id) from ``first`` to ``last`` (UTC epoch s), each instant once.

    Empty where its payloads have been let go, or there were none.
    """
    vehicles, payloads = upkeep.vehicles, schema.payloads
    whose = (vehicles.c.fleet_id == who[0], vehicles.c.vehicle_id == who[1])
    slot = connection.execute(select(vehicles.c.slot).where(*whose)).scalar()
    touching = (payloads.c.slot == slot, payloads.c.last >= first, payloads.c.first <= last)
    rows = connection.execute(select(payloads).where(*touching).order_by(payloads.c.position)).all()
    return cut(intake.stored(rows, lambda _slot: who), Window("", *who, "", first, last))


def evidence(connection: Connection, event_id: str) -> pl.DataFrame | None:
    """The samples kept around an event; None: none are."""
    table = schema.evidence
    rows = rows_of(connection, select(table).where(table.c.event_id == event_id))
    return frame_of(rows[0]) if rows else None
