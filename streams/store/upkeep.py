"""Upkeep: tables a partition keeps for itself beside the record: numbers for names, saved state, who writes."""

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Text

from streams.store.columns import table

vehicles = table(
    "vehicles",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("fleet_id", String, nullable=False),
    Column("vehicle_id", String, nullable=False),
    Column("known", Text, nullable=False),  # what the registry said of it when its record was made
)

drivers = table(
    "drivers",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("driver_id", String, nullable=False),
)

zones = table(  # zones and routes that kernel states and events name by number, for good
    "zones",
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fleet_id", String, nullable=False),
    Column("zone_id", String, nullable=False),
)

states = table(  # a vehicle's kernel state, and the position of the last payload it has seen
    "states",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

snapshots = table(
    "snapshots",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),  # up to which every vehicle's payloads are in its state
    Column("fingerprint", String, nullable=False),
)

midnights = table(  # a vehicle's state before its first sample of a UTC day: where settling starts again
    "midnights",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("told", Text, nullable=False),  # JSON: the events that the state may still change, as they stood then
)

dirty = table(  # vehicles with data behind their watermark, not settled yet
    "dirty",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("since", Float, nullable=False),  # t of the earliest late sample
)

ticks = table(  # minutes of the clock, part of the log: what time alone brought about was done in the same commit
    "ticks",
    Column("at", Float, primary_key=True),
    Column("position", Integer, nullable=False),  # of the last payload before it
)

pruned = table(  # how far back a vehicle's payloads are no longer here: what was made of them stands
    "pruned",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("before", Float, nullable=False),  # payloads that end before this UTC epoch s
)

owner = table(  # who may write here: every commit is of an epoch, and taking over begins the next
    "owner",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("next", Integer, nullable=False),  # position in the input that the next commit begins at
    Column("commits", Integer, nullable=False),  # so far
    Column("mark", Integer, nullable=False),  # of the last commit, which tells it from others
)

let_go = table(  # up to when what of a fleet has been kept long enough, and was let go
    "let_go",
    Column("fleet_id", String, primary_key=True),
    Column("category", String, primary_key=True),
    Column("before", Float, nullable=False),
)

erasures = table(  # persons whose data was made nobody's
    "erasures",
    Column("token", String, primary_key=True),  # what stands where their id stood
    Column("fleet_id", String, nullable=False),
    Column("stage", String, nullable=False),  # asked, recorded (all but the archive), done
    Column("person", Text, nullable=False),  # JSON: their id and names, until all is done; then empty
    Column("asked_at", Float, nullable=False),  # by the wall's clock
    Column("done_at", Float),
    Column("before", Float),  # samples before this (UTC epoch s) are theirs, later ones somebody else's
    Column("salt", String, nullable=False),  # by which late data is known to be theirs, until it is forgotten
    Column("mark", String, nullable=False),
    Column("until", Float, nullable=False),  # when that is
    Column("counts", Text, nullable=False),  # JSON: rows changed by table
    Column("seal", String, nullable=False),  # of the exposure that was theirs, without who it was
)
