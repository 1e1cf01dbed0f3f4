"""Schema: the tables of one Tripmeter, the same on SQLite and PostgreSQL; times are UTC epoch seconds."""

import time
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from streams.bands import BANDS
from streams.exposure import SUMS

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

vehicles = Table(
    "vehicles",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("fleet_id", String, nullable=False),
    Column("vehicle_id", String, nullable=False),
    Column("known", Text, nullable=False),  # what the registry said of it when its record was made
)

drivers = Table(
    "drivers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("driver_id", String, nullable=False),
)

zones = Table(  # zones and routes that kernel states and events name by number, for good
    "zones",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fleet_id", String, nullable=False),
    Column("zone_id", String, nullable=False),
)

registry = Table(
    "registry",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("recorded_at", Float, nullable=False),
)

payloads = Table(  # accepted messages, raw, in order of arrival; position is what snapshots refer to
    "payloads",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("slot", Integer, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("first", Float, nullable=False),  # t of the first and last sample
    Column("last", Float, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("payloads_by_slot", "slot", "last"),
)

rule_sets = Table(  # thresholds, each set from an instant of event time on until the next
    "rule_sets",
    metadata,
    Column("since", Float, primary_key=True),
    Column("version", String, nullable=False),
    Column("body", Text, nullable=False),
)

quarantine = Table(  # what could not be used, with its reason; the same thing sent again is one row
    "quarantine",
    metadata,
    Column("id", String, primary_key=True),
    Column("received_at", Float, nullable=False),  # the last time
    Column("reason", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("retry", Integer, nullable=False),  # 1 once somebody wants it taken again
    Index("quarantine_to_retry", "retry"),
)

_WHO = ("fleet_id", "vehicle_id")


def _who() -> list[Column[str]]:
    return [Column(name, String, nullable=False) for name in _WHO]


events = Table(
    "events",
    metadata,
    Column("event_id", String, primary_key=True),
    *_who(),
    Column("driver_id", String),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float),  # null while it lasts
    Column("peak", Float),
    Column("unit", String, nullable=False),
    Column("threshold", Float),
    Column("rule", String, nullable=False),
    Column("rule_version", String, nullable=False),
    Column("speed_kmh", Float),
    Column("lat_deg", Float),
    Column("lon_deg", Float),
    Column("limit_source", String),
    *(Column(name, Float) for name in BANDS),  # driven over a posted limit in it; null of other kinds
    Column("quality", String, nullable=False),
    Column("source", String, nullable=False),
    Column("replaces", String),
    Column("note", Text),  # in words: the trailer a tyre is on, how long it lasts
    Column("media", Text),  # what a device has recorded of it: references, one a line
    Index("events_by_vehicle", *_WHO, "kind", "subject", "start"),
)

trips = Table(
    "trips",
    metadata,
    Column("trip_id", String, primary_key=True),
    *_who(),
    Column("driver_id", String),
    Column("status", String, nullable=False),  # open, closed
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False),  # last moment driven so far
    Column("km", Float, nullable=False),
    Column("driving_s", Float, nullable=False),
    Column("idle_s", Float, nullable=False),
    Column("night_s", Float, nullable=False),
    Column("start_lat_deg", Float),
    Column("start_lon_deg", Float),
    Column("end_lat_deg", Float),
    Column("end_lon_deg", Float),
    Column("quality", String, nullable=False),
    Index("trips_by_vehicle", *_WHO, "start"),
)

intervals = Table(  # activity: what the hours rules read
    "intervals",
    metadata,
    *[Column(name, String, primary_key=True) for name in _WHO],
    Column("start", Float, primary_key=True),
    Column("driver_id", String),
    Column("activity", String, primary_key=True),  # drive, idle
    Column("end", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("quality", String),  # sparse, or nothing
    Index("intervals_by_driver", "fleet_id", "driver_id", "start"),
)

segments = Table(  # exposure of one driver's stretch of a UTC day in one vehicle; exposure is their sum
    "segments",
    metadata,
    *[Column(name, String, primary_key=True) for name in _WHO],
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970-01-01
    Column("start", Float, primary_key=True),
    Column("end", Float, nullable=False),
    Column("driver_id", String),
    *[Column(name, Float) for name in SUMS],
)

tyre_points = Table(  # what each wheel held over some hours, cold: the history in which slow leaks are seen
    "tyre_points",
    metadata,
    *[Column(name, String, primary_key=True) for name in _WHO],
    Column("wheel", Integer, primary_key=True),
    Column("start", Float, primary_key=True),
    Column("cold_kpa", Float, nullable=False),
    Column("readings", Integer, nullable=False),
)

alerts = Table(  # the state (open, acknowledged, resolved, dismissed) follows from ``actions``
    "alerts",
    metadata,
    Column("alert_id", String, primary_key=True),
    *_who(),
    Column("driver_id", String),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("priority", String, nullable=False),
    Column("condition", String, nullable=False),  # active, cleared
    Column("level", Integer, nullable=False),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("count", Integer, nullable=False),
    Column("last_event_id", String, nullable=False),
    Column("last_start", Float, nullable=False),  # of the last event counted
    Column("superseded", Integer, nullable=False),  # 1 once a later alert has taken its place
    Column("flapping", Integer, nullable=False),  # 1 while it comes and goes
    Column("starts", Text, nullable=False),  # JSON: of the last events counted, as many as tell whether it flaps
    Index("alerts_by_vehicle", *_WHO, "kind", "subject", "first_seen"),
)

actions = Table(  # what people did; append-only, no upsert touches it
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert_id", String, nullable=False),  # empty where it is about a vehicle, a kind or a fleet
    *_who(),  # vehicle_id empty: all of the fleet
    Column("kind", String, nullable=False),  # empty: all
    Column("subject", String, nullable=False),
    Column("first", Float),  # start of the first and of the newest event the alert counted then
    Column("seen", Float),
    Column("level", Integer),  # that it had then
    Column("at", Float, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),  # acknowledge, assign, note, resolve, dismiss, shelve, unshelve
    Column("value", String, nullable=False),  # assignee; why it is dismissed
    Column("until", Float),  # end of a shelf
    Column("reason", Text, nullable=False),
    Index("actions_by_vehicle", *_WHO, "kind", "subject"),
)

notices = Table(  # who was paged of what and when, and what nobody was paged of and why
    "notices",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("step", String, primary_key=True),  # priority at which it was raised; +1, +2 its escalations; held
    *_who(),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("first", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("priority", String, nullable=False),
    Column("outcome", String, nullable=False),  # paged, held, told
    Column("why", String, nullable=False),  # held: late, quiet, no channel
    Column("target", String, nullable=False),  # empty: whoever is on duty
    Column("at", Float, nullable=False),  # when it fell due
    Index("notices_by_vehicle", *_WHO, "kind", "subject"),
)

task_actions = Table(  # what became of tasks; append-only
    "task_actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task_id", String, nullable=False, index=True),
    *_who(),
    Column("kind", String, nullable=False),  # of streams.alert_rules.TASKS
    Column("subject", String, nullable=False),
    Column("alert_id", String, nullable=False),  # empty: of no alert
    Column("at", Float, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),  # create, assign, done, drop, verified, failed
    Column("assignee", String, nullable=False),
    Column("due", Float),
    Column("outcome", String, nullable=False),
    Column("finding", Text, nullable=False),
)

outbox = Table(  # what leaves, drained by senders with retry
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sink", String, nullable=False, index=True),
    Column("address", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("retain", Integer, nullable=False),
    Column("at", Float, default=time.time),  # when it was put here, by the wall's clock
)

undelivered = Table(  # what a receiver will never take, set aside with its word for it
    "undelivered",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sink", String, nullable=False),
    Column("address", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("why", Text, nullable=False),
)

revisions = Table(  # what late data changed in the record
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("engine", String, nullable=False),
    Column("table_name", String, nullable=False),
    Column("row_id", String, nullable=False),
    Column("change", String, nullable=False),  # new, replaced, retracted
    Column("before", Text),  # the row as it was, JSON
)

states = Table(  # a vehicle's kernel state; ``snapshots`` says which position it belongs to
    "states",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("fingerprint", String, nullable=False),
)

ticks = Table(  # minutes of the clock, part of the log: what time alone brought about was done in the same commit
    "ticks",
    metadata,
    Column("at", Float, primary_key=True),
    Column("position", Integer, nullable=False),  # of the last payload before it
)

evidence = Table(  # the samples around an event, kept when their payloads are gone
    "evidence",
    metadata,
    Column("event_id", String, primary_key=True),
    *_who(),
    Column("kind", String, nullable=False),
    Column("first", Float, nullable=False),  # the window, both ends included
    Column("last", Float, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # a recording, Parquet
    Index("evidence_by_vehicle", *_WHO, "last"),
)

pruned = Table(  # how far back a vehicle's payloads are no longer here: what was made of them stands
    "pruned",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("before", Float, nullable=False),  # payloads that end before this UTC epoch s
)

midnights = Table(  # a vehicle's state before its first sample of a UTC day: where settling starts again
    "midnights",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("told", Text, nullable=False),  # JSON: the events that the state may still change, as they stood then
)

dirty = Table(  # vehicles with data behind their watermark, not settled yet
    "dirty",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("since", Float, nullable=False),  # t of the earliest late sample
)

owner = Table(  # who may write here: every commit is of an epoch, and taking over begins the next
    "owner",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("next", Integer, nullable=False),  # position in the input that the next commit begins at
    Column("commits", Integer, nullable=False),  # so far
)

SHARED = (registry, rule_sets, actions, task_actions)  # of all partitions, where there are several
PARTITIONED = tuple(table for table in metadata.sorted_tables if table not in SHARED)


def _portable(kind: Any) -> Any:
    """The same on PostgreSQL: whole numbers of 64 bits, text in the order of its bytes."""
    if isinstance(kind, Integer):
        return kind.with_variant(BigInteger(), "postgresql")
    return kind.with_variant(type(kind)(collation="C"), "postgresql") if isinstance(kind, String) else kind


for _table in metadata.sorted_tables:
    for _column in _table.columns:
        _column.type = _portable(_column.type)
