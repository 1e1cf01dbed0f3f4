"""Rivers to play with: the embedded river over a real store, without a broker, that may be cut off at any moment."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

from devices import topics
from devices.codecs import JSON_V1
from devices.readings import readings
from devices.samples import Payload, Samples, TyreReadings
from devices.signals import WHEELS
from streams import config, rules, tables
from streams.alert_rules import RULES
from streams.desk.actions import put_away
from streams.desk.pager import Pager, Surroundings
from streams.fleets.fleet import Described, Fleet, Known
from streams.fleets.zones import Route, Zone
from streams.intake.intake import Intake
from streams.intake.veil import Veil
from streams.pipeline.chain import PARAMS
from streams.pipeline.pipeline import DAY_S, Pipeline
from streams.records.alerts import Alerts
from streams.records.hours_book import HoursBook
from streams.records.leak_book import LeakBook
from streams.records.record import Record, quietly
from streams.replay import Run
from streams.river import recovery
from streams.river.embedded import Embedded, Pace
from streams.store import schema
from streams.store.layout import open_readers
from streams.store.store import Store, open_store

opened: Callable[[Path], Store] = open_store  # the fixture puts another database here
COMPILED: dict[Any, Any] = {}  # SQL, for all stores: to compile it takes longer than to run it
HOURS = ("hours.rule=custom", "hours.drive_h=0.6", "hours.break_min=10", "hours.split_min=4")
START = 20_000 * DAY_S  # 2024-10-04 00:00 UTC


def judged(*sets: str) -> rules.Rules:
    """The rules of the shipped configuration, with settings changed."""
    return rules.gather(config.load(None, {}, sets, PARAMS, RULES))


@dataclass(frozen=True)
class Everybody:
    """Stands in for a registry."""

    assignments: Sequence[tuple[float, float, str]] = ()
    klass: int = 0
    zones: tuple[Zone, ...] = ()
    routes: tuple[Route, ...] = ()
    since: float = float("-inf")  # from when on vehicles are of ``klass``
    earlier: tuple[Described, ...] = ()

    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        placard = np.full(WHEELS, 800.0)
        return Known(
            self.klass,
            placard,
            "Europe/Berlin",
            self.assignments,
            self.zones,
            self.routes,
            since=self.since,
            earlier=self.earlier,
        )


@dataclass
class River:
    """What ``tripmeter run`` has between gateway and store; ``crash`` loses everything but the store."""

    folder: Path
    rules: rules.Rules
    source: Any = field(default_factory=Everybody)
    sinks: tuple[str, ...] = ("mqtt",)
    pace: Pace = field(default_factory=lambda: Pace(snapshot_s=1e9, settle_after_s=1e9, settle_within_s=1e9))
    stopping: Callable[[], bool] = lambda: False
    channels: tuple[str, ...] = ()  # without one nobody is paged
    ahead: float | None = None  # what clocks are believed, as Intake has it
    earliest: float | None = None

    def __post_init__(self) -> None:
        self.store: Store = opened(self.folder)
        self.engine = self.store.engine  # to listen to
        self.store.engine = self.engine.execution_options(compiled_cache=COMPILED)
        self._begin()

    def _begin(self) -> None:
        fleet = Fleet(self.source)
        self.pipeline = Pipeline(fleet, self.rules.in_force)
        book, alerts = HoursBook(self.rules.in_force, fleet, self.pace.horizon_s), Alerts(self.rules.alerts)
        leaks = LeakBook(self.rules.in_force, fleet, self.pace.horizon_s)
        around = Surroundings(
            lambda: self.embedded.newest,
            lambda *vehicle: self.pipeline.watermark(fleet.slot(vehicle)),
            lambda *vehicle: self.source.known(*vehicle).zone,
        )
        self.pager = Pager(self.store, self.rules.alerts, self.rules.paging, around, self.channels, self.sinks)
        notify = self.pager.notify if self.channels else quietly
        self.record = Record(fleet, book, leaks, alerts, self.sinks, lambda alert: put_away(self.store, alert), notify)
        with self.store.reading() as connection:
            intake = Intake(lambda _fleet, _vehicle: True, self.ahead, self.earliest, Veil.load(connection))
            recovery.load_fleet(connection, fleet)
            recovery.load_alerts(connection, alerts)
            recovery.load_hours(connection, book)
            recovery.load_leaks(connection, leaks)
        self.embedded = Embedded(
            self.store,
            self.pipeline,
            self.record,
            intake,
            self.pace,
            stopping=lambda: self.stopping(),
            tickers=(self.pager.tick,) if self.channels else (),
        )
        recovery.restore(self.store, self.pipeline, self.embedded)
        self.embedded.follow(self.source)

    def crash(self) -> None:
        """Lose all memory and start again."""
        before = self.store
        self.store = type(before)(before.engine)
        if before.epoch is not None:
            self.store.take_over()
        self._begin()

    def drain(self) -> None:
        """Settle what is late, and save."""
        while self.embedded.settle_due(at_once=True):
            pass
        self.embedded.snapshot()

    def tables(self) -> dict[str, pl.DataFrame]:
        """The six public tables, and the two that are not shown, at the newest sample."""
        with self.store.reading() as connection:
            return _all(connection, self.rules, self.embedded.newest)

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """All rows of a table of the store."""
        with self.store.reading() as connection:
            return [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()]


def _all(connection: Any, judged: rules.Rules, newest: float) -> dict[str, pl.DataFrame]:
    return tables.read(connection, judged.tariff, None, tables.moment(newest)) | _hidden(connection)


def _hidden(connection: Any) -> dict[str, pl.DataFrame]:
    return {table.name: tables.whole(connection, table) for table in (schema.intervals, schema.segments)}


def replayed(pieces: Sequence[Samples], judged: rules.Rules, source: Any) -> dict[str, pl.DataFrame]:
    """The same tables from a replay."""
    run = Run(judged, source)
    for piece in pieces:
        run.take(piece)
    six = run.finish()
    assert run.late == 0
    with run.store.reading() as connection:
        return six | _hidden(connection)


def partitioned(url: str, judged: rules.Rules, newest: float) -> dict[str, pl.DataFrame]:
    """The same tables from all partitions of a PostgreSQL database."""
    readers = open_readers(url)
    with readers.reading() as connection:
        found = _all(connection, judged, newest)
    readers.close()
    return found


def unpaged(found: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Without whom a service paged: that goes by its clock."""
    return found | {"alerts": found["alerts"].drop("paged", "held")}


def differences(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Rows that are in only one of two sets of tables; empty when they are the same."""
    found = {}
    for name, frame in one.items():
        if not frame.equals(other[name]):
            rows = [[str(row) for row in side.rows(named=True)] for side in (frame, other[name])]
            found[name] = [sorted(set(rows[0]) - set(rows[1])), sorted(set(rows[1]) - set(rows[0])), "order"]
    return found


def payloads(
    samples: Samples, size: int = 10, boot: str = "b", seq: int = 0, received_at: float = 0.0
) -> list[Payload]:
    """What devices would send."""
    return [
        Payload(topics.telemetry(*vehicle), JSON_V1.encode(reading), received_at)
        for vehicle, reading in readings(samples, boot=boot, seq=seq, size=size)
    ]


def joined(parts: Sequence[Samples]) -> Samples:
    """Several vehicles' samples as one table."""
    names = sorted({name for part in parts for name in part.columns})
    drivers = sorted({name for part in parts for name in part.drivers})
    said = []
    for part in parts:
        numbers = np.array([-2, -1, *[drivers.index(name) for name in part.drivers]])
        said.append(numbers[part.driver + 2] if part.driver is not None else np.full(part.t.size, -1))
    offsets = np.cumsum([0, *[len(part.vehicles) for part in parts]])
    tyres = [part.tyres for part in parts]
    return Samples(
        [vehicle for part in parts for vehicle in part.vehicles],
        np.concatenate([part.vehicle + first for part, first in zip(parts, offsets, strict=False)]),
        np.concatenate([part.t for part in parts]),
        {
            name: np.concatenate([part.columns.get(name, np.full(part.t.size, np.nan)) for part in parts])
            for name in names
        },
        drivers,
        np.concatenate(said),
        TyreReadings(
            np.concatenate([one.vehicle + first for one, first in zip(tyres, offsets, strict=False)]),
            *[np.concatenate([getattr(one, name) for one in tyres]) for name in ("wheel", "t", "pressure", "temp")],
        ),
    )


def days(seed: int, vehicles: int = 3, start: float = START) -> Samples:
    """Some vehicles' drives over three midnights: stops, gaps, harsh moments, drivers that change, soft tyres."""
    rng = np.random.default_rng(seed)
    return joined([_vehicle(rng, f"V{number}", start) for number in range(vehicles)])


def fleets(names: Sequence[str], seed: int, vehicles: int = 2) -> Samples:
    """So many such vehicles in each of some fleets."""
    parts = [days(seed + k, vehicles) for k in range(len(names))]
    return joined(
        [
            replace(part, vehicles=[(name, vehicle) for _, vehicle in part.vehicles])
            for name, part in zip(names, parts, strict=True)
        ]
    )


def _vehicle(rng: np.random.Generator, name: str, start: float) -> Samples:
    t = start + rng.uniform(0, 0.3) * DAY_S
    times: list[float] = []
    speeds: list[float] = []
    said: list[int] = []
    ignition: list[float] = []
    driver = -1
    for _ in range(rng.integers(3, 9)):
        if rng.random() < 0.6:
            driver = int(rng.integers(-2, 2))
        step = float(rng.choice([5.0, 20.0, 30.0]))
        count = int(rng.integers(5, 90))
        v = np.clip(np.cumsum(rng.normal(0, 3, count)) + rng.uniform(5, 25), 0, 50)
        v[rng.random(count) < 0.1] = 0.0
        if rng.random() < 0.2:
            v[:] = 0.0
        at = t + np.cumsum(np.full(count, step))
        if rng.random() < 0.6:  # a harsh moment at 1 Hz
            k = int(rng.integers(count))
            burst = np.maximum(25 - np.cumsum(rng.uniform(0, 7, 8)), 0)
            at = np.insert(at, k + 1, at[k] + np.linspace(0.5, 4.0, 8))
            v = np.insert(v, k + 1, burst)
        times += at.tolist()
        speeds += v.tolist()
        said += [driver if rng.random() < 0.3 else -1] * at.size
        ignition += [float(rng.choice([0.0, 1.0, np.nan], p=[0.1, 0.4, 0.5]))] * at.size
        t = float(at[-1]) + float(rng.choice([60.0, 250.0, 500.0, 3000.0, 20_000.0, 60_000.0, 100_000.0]))
    n = len(times)
    ts = np.floor(np.array(times) * 1000 + 0.5) / 1000
    limit = np.where(rng.random(n) < 0.7, 60 / 3.6, np.nan)
    speed = np.where(rng.random(n) < 0.05, np.nan, np.round(np.array(speeds) * 3.6, 1) * (1 / 3.6))
    odometer = np.round(1e3 + np.cumsum(np.nan_to_num(speed)) / 50, 1) * 1000
    odometer[rng.random(n) < 0.5] = np.nan
    heard = np.flatnonzero(rng.random(n) < 0.2)
    soft = np.clip(800 - np.cumsum(rng.uniform(-2, 10, heard.size)), 500, 900)
    tyres = TyreReadings(
        np.zeros(2 * heard.size, np.int64),
        np.repeat([0, 3], heard.size),
        np.tile(ts[heard], 2),
        np.concatenate([np.round(soft, 1), np.full(heard.size, 790.0)]),
        np.tile(np.where(rng.random(heard.size) < 0.5, 20.0, np.nan), 2),
    )
    columns = {
        "speed": speed,
        "speed_limit": limit,
        "ignition": np.array(ignition),
        "odometer": odometer,
        "lat": np.where(rng.random(n) < 0.5, np.round(48 + np.cumsum(rng.normal(0, 1e-4, n)), 6), np.nan),
        "lon": np.full(n, 8.4),
        "accel_lat": np.where(rng.random(n) < 0.1, np.round(rng.normal(0, 3, n), 2), np.nan),
    }
    return Samples([("f", name)], np.zeros(n, np.int64), ts, columns, ["D1", "D2"], np.array(said), tyres)


def reordered(samples: Samples, rows: Any) -> Samples:
    """The samples of ``rows`` in that order, with the tyre readings of all."""
    columns = {name: column[rows] for name, column in samples.columns.items()}
    driver = None if samples.driver is None else samples.driver[rows]
    return replace(samples, vehicle=samples.vehicle[rows], t=samples.t[rows], columns=columns, driver=driver)


def stored(river: River) -> Samples:
    """All samples a river has accepted."""
    rows = sorted(river.rows(schema.payloads), key=lambda row: row["position"])
    named = [SimpleNamespace(**row) for row in rows]
    return river.embedded.intake.stored(named, river.pipeline.fleet.vehicles.__getitem__)


def joined_rows(parts: Sequence[Samples]) -> Samples:
    """Samples of vehicles that may be the same as one table."""
    whole = joined(parts)
    names = sorted(set(whole.vehicles))
    number = np.array([names.index(vehicle) for vehicle in whole.vehicles])
    tyres = replace(whole.tyres, vehicle=number[whole.tyres.vehicle.astype(np.int64)])
    return replace(whole, vehicles=names, vehicle=number[whole.vehicle], tyres=tyres)


def until(ready: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for what other threads do; whether they have."""
    end = time.monotonic() + seconds
    while not ready() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return ready()
