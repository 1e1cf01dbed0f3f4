"""At the wheel: who drove a vehicle when its device raised something, by the stretches its exposure is made of."""

from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from streams.fleets.fleet import Fleet
from streams.journeys import exposure
from streams.journeys.exposure import DAY_S
from streams.kernels.params import Records
from streams.records.rows import Revised, segments
from streams.store import schema
from streams.store.store import Commit, rows_of

Row = dict[str, Any]
Vehicle = tuple[str, str]


class AtWheel:
    """Drivers as they will be on record after ``commit``, of vehicles whose kernels are in ``state``."""

    def __init__(self, connection: Connection, commit: Commit, state: Records, fleet: Fleet) -> None:
        self.connection, self.commit, self.state, self.fleet = connection, commit, state, fleet

    def driver(self, vehicle: Vehicle, t: float) -> str | None:
        """Who drove at the first sample at or after ``t``, else at the newest; None: nobody knows."""
        found = {(row["day"], row["start"]): row for row in self._stored(vehicle, t)}
        for row in self.commit.deletes.get(schema.segments, ()):
            if (row["fleet_id"], row["vehicle_id"]) == vehicle:
                found.pop((row["day"], row["start"]), None)
        fresh = [*self.commit.upserts.get(schema.segments, ()), *self._lasting(vehicle)]
        mine = [row for row in fresh if (row["fleet_id"], row["vehicle_id"]) == vehicle]
        found |= {(row["day"], row["start"]): row for row in mine}
        stretches = sorted(found.values(), key=lambda row: (row["start"], row["end"]))
        then = next((row for row in stretches if row["end"] >= t), stretches[-1] if stretches else {"driver_id": None})
        driver: str | None = then["driver_id"]
        return driver

    def again(self, vehicle: Vehicle, since: float) -> Revised:
        """What the vehicle's device has raised from an instant on, with another driver than is on record."""
        events = schema.events
        query = select(events).where(events.c.fleet_id == vehicle[0], events.c.vehicle_id == vehicle[1])
        stored = rows_of(self.connection, query.where(events.c.source == "device", events.c.start >= since))
        rows = {row["event_id"]: row for row in stored}
        for gone in self.commit.deletes.get(events, ()):
            rows.pop(gone["event_id"], None)
        rows |= {row["event_id"]: row for row in self.commit.upserts.get(events, ()) if row["event_id"] in rows}
        right = {name: row | {"driver_id": self.driver(vehicle, row["start"])} for name, row in rows.items()}
        return Revised([row for name, row in right.items() if row != rows[name]], [])

    def _stored(self, vehicle: Vehicle, t: float) -> list[Row]:
        """Stretches on record that end at or after ``t``: as many as the commit may take away, and one."""
        table = schema.segments
        query = select(table).where(
            table.c.fleet_id == vehicle[0], table.c.vehicle_id == vehicle[1], table.c.day >= t // DAY_S - 1
        )
        spare = 2 + len(self.commit.deletes.get(table, ()))
        return rows_of(self.connection, query.where(table.c.end >= t).order_by(table.c.start).limit(spare))

    def _lasting(self, vehicle: Vehicle) -> list[Row]:
        """The stretch under way."""
        slot = self.fleet.slot(vehicle)
        return segments(exposure.open_rows(self.state["exposure"], np.array([slot])), self.fleet)
