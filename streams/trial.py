"""Trial: what other thresholds would have found of a kind in the past days, by the same kernels over its payloads."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from devices.samples import Samples
from streams.alert_rules import AlertRule
from streams.detectors import DETECTORS
from streams.fleets.fleet import Fleet, Source
from streams.intake.intake import Intake
from streams.pipeline.pipeline import DAY_S, Pipeline, only
from streams.pipeline.rule_set import InForce, RuleSet
from streams.records import rows
from streams.records.alerts import Alerts
from streams.river.recovery import followed
from streams.settling.settle import start_at
from streams.store import schema, upkeep
from streams.store.store import Row, rows_of

DAYS = 7  # with today, as far as it has come: as far back as states are kept
MOST = 100  # vehicles of a fleet, taken as their names fall

Home = Callable[[str, str], AbstractContextManager[Connection]]  # (fleet, vehicle) -> a connection to its payloads


@dataclass(frozen=True)
class Asked:
    """What is to be tried: ``rules`` as if they had held throughout, in a fleet, about one kind."""

    fleet_id: str
    kind: str
    rules: RuleSet
    alerts: dict[str, AlertRule]
    source: Source
    intake: Intake
    now: float  # UTC epoch s

    @property
    def since(self) -> float:
        """The midnight it begins at."""
        return (self.now // DAY_S - DAYS + 1) * DAY_S


@dataclass
class Count:
    """Events and alerts of a kind, and the events by level."""

    events: int = 0
    alerts: int = 0
    levels: Counter[int] = field(default_factory=Counter)

    def add(self, events: Iterable[Row], rules: dict[str, AlertRule]) -> None:
        """One vehicle's, all of them; nobody has put an alert away meanwhile."""
        folded, names = Alerts(rules), set[str]()
        for event in sorted(events, key=lambda row: (row["start"], row["event_id"])):
            self.events += 1
            self.levels[event["level"]] += 1
            names |= {row["alert_id"] for row in folded.fold(event, lambda _alert: None)}
        self.alerts += len(names)


@dataclass
class Found:
    """What was found so far: of the vehicles looked at, as it is on record, and as it would have been."""

    of: int  # vehicles
    vehicles: int = 0  # looked at
    before: Count = field(default_factory=Count)
    after: Count = field(default_factory=Count)


def vehicles_of(connection: Connection, fleet_id: str) -> list[str]:
    """The vehicles of a fleet that were heard of, or as many as are looked at: which hangs on their names alone."""
    vehicles = upkeep.vehicles
    names = connection.execute(select(vehicles.c.vehicle_id).where(vehicles.c.fleet_id == fleet_id)).scalars()
    return sorted(names, key=lambda name: (zlib.crc32(name.encode()), name))[:MOST]


def tried(asked: Asked, vehicles: Sequence[str], home: Home, stopping: Callable[[], bool]) -> Iterator[Found]:
    """What is found, anew after each vehicle, until all are looked at or it is ``stopping``."""
    found = Found(len(vehicles))
    for vehicle_id in vehicles:
        with home(asked.fleet_id, vehicle_id) as connection:
            again = _again(asked, connection, vehicle_id, stopping)
            if stopping():
                return
            found.before.add(_on_record(asked, connection, vehicle_id), asked.alerts)
        found.after.add(again, asked.alerts)
        found.vehicles += 1
        yield found


def _on_record(asked: Asked, connection: Connection, vehicle_id: str) -> list[Row]:
    events = schema.events
    mine = (events.c.fleet_id == asked.fleet_id, events.c.vehicle_id == vehicle_id, events.c.kind == asked.kind)
    between = (events.c.start >= asked.since, events.c.start < asked.now, events.c.source == "derived")
    return rows_of(connection, select(events).where(*mine, *between))


def _again(asked: Asked, connection: Connection, vehicle_id: str, stopping: Callable[[], bool]) -> list[Row]:
    """The events of a vehicle, run again from the last midnight before."""
    fleet = followed(asked.source, connection)
    slot = fleet.vehicles.index((asked.fleet_id, vehicle_id)) if (asked.fleet_id, vehicle_id) in fleet.vehicles else -1
    if slot < 0:
        return []
    start = start_at(connection, slot, asked.since)
    pipeline = Pipeline(fleet, InForce([asked.rules])).scratch(slot, start.state)
    number = [one.kind for one in DETECTORS].index(asked.kind)
    events: dict[str, Row] = {}
    for samples in _days(asked, connection, slot, fleet, start.t):
        for stretch in pipeline.stretches(samples):
            if stopping():
                return []
            found = pipeline.run(stretch)
            changes = found.changes[found.changes["kind"] == number]
            events |= {row["event_id"]: row for row in rows.events(changes, fleet, found.version)}
    return [row for row in events.values() if asked.since <= row["start"] < asked.now]


def _days(asked: Asked, connection: Connection, slot: int, fleet: Fleet, since: float) -> Iterator[Samples]:
    """The stored samples of a vehicle from ``since`` on, a UTC day at a time: a week at once would be heavy."""
    payloads = schema.payloads
    mine = (payloads.c.slot == slot, payloads.c.last >= since)
    bounds = select(func.min(payloads.c.first), func.max(payloads.c.last)).where(*mine)
    first, last = connection.execute(bounds).one()
    if first is None:
        return
    for day in range(int(max(first, since) // DAY_S), int(min(last, asked.now) // DAY_S) + 1):
        start, end = max(day * DAY_S, since), (day + 1) * DAY_S
        query = select(payloads).where(*mine, payloads.c.last >= start, payloads.c.first < end)
        said = asked.intake.stored(connection.execute(query.order_by(payloads.c.position)), fleet.vehicles.__getitem__)
        wanted = only(said, _within(said.t, start, end), _within(said.tyres.t, start, end))
        if wanted.t.size:
            yield wanted


def _within(t: Any, start: float, end: float) -> Any:
    return np.asarray((t >= start) & (t < end))
