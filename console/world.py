"""World: what the console looks at - store, registry, rules, live positions - and what time it is there."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from console.gate.pace import Pace
from console.gate.throttle import Throttle
from streams.config import Config
from streams.intake.intake import Intake
from streams.kernels.params import CLASSES
from streams.pipeline.fixes import Fixes, nowhere
from streams.registry import Roster, stored
from streams.registry.book import Registry
from streams.registry.rows import Driver
from streams.rules import Rules
from streams.store import marks, schema
from streams.store.store import Store
from streams.web.tokens import Holder

HOUR_S, MOST_SITES = 3_600.0, 100_000
LOOK_S = 1.0  # between two looks at whether the registry has changed

NEWEST = "tripmeter_event_time_seconds"  # of the vitals
LIVE, REPLAY, SIMULATED = ("live", "replay", "simulated")


class Known:
    """The registry of a store, looked at again once a second whenever it is asked."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.RLock()
        self._looked_at, self._stamp = float("-inf"), (-1, 0.0)
        self._registry, self._roster, self._version = Registry(), Roster(Registry()), 0
        self._sites: dict[tuple[str, str, float], str] = {}  # of this hour

    @property
    def registry(self) -> Registry:
        """All rows."""
        self._look(LOOK_S)
        return self._registry

    @property
    def roster(self) -> Roster:
        """The rows arranged for questions."""
        self._look(LOOK_S)
        return self._roster

    @property
    def version(self) -> int:
        """Differs after every change."""
        self._look(LOOK_S)
        return self._version

    def again(self) -> None:
        """Look now: something has just been written."""
        self._look(0.0)

    def site(self, fleet_id: str, vehicle_id: str) -> str:
        """The site a vehicle works from today."""
        roster, hour = self.roster, time.time() // HOUR_S
        key = (fleet_id, vehicle_id, hour)
        if len(self._sites) > MOST_SITES:
            self._sites = {}
        if key not in self._sites:
            self._sites[key] = roster.site(fleet_id, vehicle_id, time.time())
        return self._sites[key]

    def at_site(self, site: str) -> dict[str, list[str]]:
        """By fleet, the vehicles that work from a site of this name today."""
        found: dict[str, list[str]] = {}
        for fleet, vehicle in self.roster.vehicles():
            if self.site(fleet, vehicle) == site:
                found.setdefault(fleet, []).append(vehicle)
        return found

    def fleets(self, kind: str, name: str) -> list[str]:
        """Fleets that have a vehicle or driver of this id."""
        if kind == "driver":
            row = self.registry.rows["drivers"].get(name)
            return [row.fleet_id] if isinstance(row, Driver) else sorted(self.registry.rows["fleets"])
        return [fleet for fleet, vehicle in self.roster.vehicles() if vehicle == name]

    def klass(self, fleet_id: str, vehicle_id: str) -> str:
        """The class of a vehicle; of one that is not registered, a car."""
        return CLASSES[self.roster.known(fleet_id, vehicle_id).klass]

    def driver(self, fleet_id: str, vehicle_id: str, now: float) -> str | None:
        """Whom the registry has at its wheel."""
        spans = self.roster.known(fleet_id, vehicle_id).assignments
        return next((driver for first, last, driver in reversed(spans) if first <= now < last), None)

    def named(self, fleet_id: str, driver_id: str | None) -> str:
        """What a driver is called; empty: nobody has said."""
        row = self.registry.rows["drivers"].get(driver_id or "")
        return row.name if isinstance(row, Driver) and row.fleet_id == fleet_id else ""

    def _look(self, every_s: float) -> None:
        rows = schema.registry
        stamp = select(func.count(), func.coalesce(func.max(rows.c.recorded_at), 0.0)).select_from(rows)
        with self._lock:
            if time.monotonic() - self._looked_at < every_s:
                return
            with self._store.reading() as connection:
                count, latest = connection.execute(stamp).one()
                if (count, latest) != self._stamp:
                    self._registry = stored.read(connection)
                    self._roster, self._sites, self._stamp = Roster(self._registry), {}, (count, latest)
                    self._version += 1
            self._looked_at = time.monotonic()


@dataclass
class World:
    """All that endpoints need; ``fixes`` says where vehicles are, ``mode`` what kind of data it is."""

    store: Store
    config: Config
    rules: Rules
    fixes: Callable[[], Fixes] = nowhere
    mode: str = LIVE
    vitals: Callable[[], dict[str, float]] = dict  # how far the river is, as streams.metrics shows it
    told: bool = True  # of each change of an alert, by a sink; else one has to look for them
    holders: tuple[Holder, ...] = ()  # of tokens that the configuration has
    clock: Callable[[], float] = time.time
    throttle: Throttle = field(default_factory=Throttle)
    pace: Pace = field(default_factory=Pace)
    known: Known = field(init=False)
    shelf: dict[str, Any] = field(default_factory=dict)  # what endpoints keep between two requests

    def __post_init__(self) -> None:
        self.known = Known(self.store)

    @contextmanager
    def at_home(self, fleet_id: str, vehicle_id: str) -> Iterator[Connection]:
        """A connection that reads where a vehicle's payloads are: numbers of vehicles are each partition's own."""
        with self.store.reading() as connection:
            self.store.home(connection, fleet_id, vehicle_id)
            yield connection

    @property
    def intake(self) -> Intake:
        """Reads payloads again, at the times they were believed."""
        fed = self.mode != LIVE
        return Intake(lambda *_: True, None if fed else self.config.gateway.future_s, None)

    def now(self, connection: Connection) -> float:
        """What time it is in the store (UTC epoch s); with a feed that of its newest sample, as its river knows it."""
        newest = None if self.mode == LIVE else self.vitals().get(NEWEST)
        return marks.clock(connection, self.clock()) if newest is None else newest
