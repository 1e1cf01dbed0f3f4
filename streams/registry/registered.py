"""Registered: the stored registry as the running service sees it, read again when somebody has changed it."""

import time

from sqlalchemy import func, select

from streams.fleets.contacts import Contact
from streams.fleets.fleet import Known
from streams.registry import Roster, stored
from streams.store import schema
from streams.store.store import Store

LOOK_S = 1.0  # between two looks at the store


class Registered:
    """Who may come in and what is known of them."""

    def __init__(self, store: Store, accept_unregistered: bool) -> None:
        self.store, self.accept_unregistered = store, accept_unregistered
        self._looked_at = time.monotonic()
        self._mark = self._stamp()
        self._roster = self._read()

    def may_enter(self, fleet_id: str, vehicle_id: str) -> bool:
        """Whether this vehicle's data is taken."""
        return self.accept_unregistered or self._roster.is_registered(fleet_id, vehicle_id)

    def known(self, fleet_id: str, vehicle_id: str) -> Known:
        """What the registry says of a vehicle."""
        return self._roster.known(fleet_id, vehicle_id)

    def site(self, fleet_id: str, vehicle_id: str, t: float) -> str:
        """The site a vehicle works from at ``t``."""
        return self._roster.site(fleet_id, vehicle_id, t)

    def contact(self, fleet_id: str) -> Contact:
        """Where a fleet is reached."""
        return self._roster.contact(fleet_id)

    def contacts(self) -> list[Contact]:
        """Of all fleets."""
        return self._roster.contacts()

    def credentials(self) -> dict[str, str]:
        """Passwords of the devices by user name."""
        return self._roster.credentials()

    def changed(self) -> bool:
        """Whether the registry has changed since the last look; at most one look a second."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        stamp = self._stamp()
        if stamp == self._mark:
            return False
        self._mark, self._roster = stamp, self._read()
        return True

    def _stamp(self) -> tuple[int, float]:
        """Differs after every change: how many rows there are, and when the newest was recorded."""
        registry = schema.registry
        stamp = select(func.count(), func.coalesce(func.max(registry.c.recorded_at), 0.0)).select_from(registry)
        count, latest = self.store.ask(lambda connection: connection.execute(stamp).one())
        return count, latest

    def _read(self) -> Roster:
        with self.store.reading() as connection:
            return Roster(stored.read(connection))
