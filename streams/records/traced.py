"""Traced: what a vehicle said in a stretch of time, read again from the payloads or the evidence that hold it."""

import numpy as np
import polars as pl
from sqlalchemy import Connection, select

from devices.samples import Samples
from streams.conditioning.tyres import cold
from streams.intake.intake import Intake
from streams.records.evidence import Window, cut, frame_of
from streams.store import schema, upkeep
from streams.store.store import rows_of


def trace(connection: Connection, intake: Intake, who: tuple[str, str], first: float, last: float) -> pl.DataFrame:
    """A recording of a vehicle (fleet, id) from ``first`` to ``last`` (UTC epoch s), each instant once.

    Empty where its payloads have been let go, or there were none.
    """
    return cut(_stored(connection, intake, who, first, last), Window("", *who, "", first, last))


def wheel(
    connection: Connection, intake: Intake, who: tuple[str, str], number: int, between: tuple[float, float]
) -> list[tuple[float, float]]:
    """The readings of a vehicle's wheel in a stretch of time in order, each (UTC epoch s, kPa): brought to 20 °C where
    the sensor says how warm it is."""
    first, last = between
    said = _stored(connection, intake, who, first, last).tyres
    rows = (said.wheel == number) & (said.t >= first) & (said.t <= last) & np.isfinite(said.pressure)
    columns = (column[rows].tolist() for column in (said.t, said.pressure, said.temp))
    return sorted({at: float(cold(pressure, temp)) for at, pressure, temp in zip(*columns, strict=True)}.items())


def _stored(connection: Connection, intake: Intake, who: tuple[str, str], first: float, last: float) -> Samples:
    """The samples of a vehicle's payloads that touch a stretch of time."""
    vehicles, payloads = upkeep.vehicles, schema.payloads
    whose = (vehicles.c.fleet_id == who[0], vehicles.c.vehicle_id == who[1])
    slot = connection.execute(select(vehicles.c.slot).where(*whose)).scalar()
    touching = (payloads.c.slot == slot, payloads.c.last >= first, payloads.c.first <= last)
    rows = connection.execute(select(payloads).where(*touching).order_by(payloads.c.position)).all()
    return intake.stored(rows, lambda _slot: who)


def evidence(connection: Connection, event_id: str) -> pl.DataFrame | None:
    """The samples kept around an event; None: none are."""
    table = schema.evidence
    rows = rows_of(connection, select(table).where(table.c.event_id == event_id))
    return frame_of(rows[0]) if rows else None
