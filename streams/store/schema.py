"""Schema: the tables of the record and what leads to it, on SQLite and PostgreSQL; times are UTC epoch seconds."""

import time

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Text

from streams.journeys.exposure import SUMS
from streams.kernels.bands import BANDS
from streams.store.columns import WHO, table, who

meta = table("meta", Column("key", String, primary_key=True), Column("value", Text, nullable=False))

registry = table(
    "registry",
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("recorded_at", Float, nullable=False),
    Index("registry_by_time", "recorded_at"),
)

payloads = table(  # accepted messages, raw, in order of arrival; position is what snapshots refer to
    "payloads",
    Column("position", Integer, primary_key=True),
    Column("slot", Integer, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("first", Float, nullable=False),  # t of the first and last sample
    Column("last", Float, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("payloads_by_slot", "slot", "last"),
)

rule_sets = table(  # thresholds, each set from an instant of event time on until the next
    "rule_sets",
    Column("since", Float, primary_key=True),
    Column("version", String, nullable=False),
    Column("body", Text, nullable=False),
)

quarantine = table(  # what could not be used, with its reason; the same thing sent again is one row
    "quarantine",
    Column("id", String, primary_key=True),
    Column("received_at", Float, nullable=False),  # the last time
    Column("reason", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("retry", Integer, nullable=False),  # 1 once somebody wants it taken again
    Index("quarantine_to_retry", "retry"),
    Index("quarantine_by_time", "received_at", "id"),
    Index("quarantine_by_reason", "reason", "received_at", "id"),
)

events = table(
    "events",
    Column("event_id", String, primary_key=True),
    *who(),
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
    Index("events_by_vehicle", *WHO, "kind", "subject", "start"),
    Index("events_by_time", "start"),
)

trips = table(
    "trips",
    Column("trip_id", String, primary_key=True),
    *who(),
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
    Index("trips_of_vehicle", *WHO, "start", "trip_id"),
    Index("trips_of_driver", "fleet_id", "driver_id", "start", "trip_id"),
    Index("trips_of_fleet", "fleet_id", "start", "trip_id"),
    Index("trips_by_start", "start", "trip_id"),
)

intervals = table(  # activity: what the hours rules read
    "intervals",
    *[Column(name, String, primary_key=True) for name in WHO],
    Column("start", Float, primary_key=True),
    Column("driver_id", String),
    Column("activity", String, primary_key=True),  # drive, idle
    Column("end", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("quality", String),  # sparse, or nothing
    Column(
        "named", Integer, nullable=False
    ),  # 1: the device itself has named the driver; 0: nobody did, or the registry
    Index("intervals_by_driver", "fleet_id", "driver_id", "start"),
)

segments = table(  # exposure of one driver's stretch of a UTC day in one vehicle; exposure is their sum
    "segments",
    *[Column(name, String, primary_key=True) for name in WHO],
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970-01-01
    Column("start", Float, primary_key=True),
    Column("end", Float, nullable=False),
    Column("driver_id", String),
    *[Column(name, Float) for name in SUMS],
    Index("segments_by_day", "day"),
)

tyre_points = table(  # what each wheel held over some hours, cold: the history in which slow leaks are seen
    "tyre_points",
    *[Column(name, String, primary_key=True) for name in WHO],
    Column("wheel", Integer, primary_key=True),
    Column("start", Float, primary_key=True),
    Column("cold_kpa", Float, nullable=False),
    Column("readings", Integer, nullable=False),
)

alerts = table(  # the state (open, acknowledged, resolved, dismissed) follows from ``actions``
    "alerts",
    Column("alert_id", String, primary_key=True),
    *who(),
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
    Index("alerts_by_vehicle", *WHO, "kind", "subject", "first_seen"),
    Index("alerts_by_condition", "condition"),
    Index("alerts_by_driver", "driver_id", "last_seen"),
    Index("alerts_standing", "superseded", "fleet_id"),
    Index("alerts_first", "first_seen", "alert_id"),
    Index("alerts_latest", "last_seen", "alert_id"),
)

outbox = table(  # what leaves, drained by senders with retry
    "outbox",
    Column("id", Integer, primary_key=True),
    Column("sink", String, nullable=False, index=True),
    Column("address", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("retain", Integer, nullable=False),
    Column("at", Float, default=time.time),  # when it was put here, by the wall's clock
)

undelivered = table(  # what a receiver will never take, set aside with its word for it
    "undelivered",
    Column("id", Integer, primary_key=True),
    Column("sink", String, nullable=False),
    Column("address", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Float, default=time.time),  # when, by the wall's clock
)

revisions = table(  # what late data changed in the record
    "revisions",
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("engine", String, nullable=False),
    Column("table_name", String, nullable=False),
    Column("row_id", String, nullable=False),
    Column("change", String, nullable=False),  # new, replaced, retracted
    Column("before", Text),  # the row as it was, JSON
)

evidence = table(  # the samples around an event, kept when their payloads are gone
    "evidence",
    Column("event_id", String, primary_key=True),
    *who(),
    Column("kind", String, nullable=False),
    Column("first", Float, nullable=False),  # the window, both ends included
    Column("last", Float, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # a recording, Parquet
    Index("evidence_by_vehicle", *WHO, "last"),
)
