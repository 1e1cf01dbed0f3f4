"""Accounts: tables of the ledger - chains of entries, their tariffs, seals, and days made again by pinned rules."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Text

from streams.store.columns import WHO, table

entries = table(  # append-only: what was indicated and charged (pricing/ledger)
    "ledger_entries",
    Column("policy_id", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, ... of the policy
    Column("hash", String, nullable=False, unique=True),  # SHA-256 of the text
    Column("text", Text, nullable=False),  # canonical; all else is said in it
)

tariffs = table(  # every tariff an entry was made with, so that it can be made again
    "ledger_tariffs",
    Column("digest", String, primary_key=True),
    Column("text", Text, nullable=False),  # TOML
)

seals = table(  # the heads of all chains on a day, signed; each seal holds the hash of the one before
    "ledger_seals",
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, ...
    Column("text", Text, nullable=False),
    Column("signature", String, nullable=False),
)

rules = table(  # rule sets that the insurer has accepted, so that events judged by them may move a premium; append-only
    "ledger_rules",
    Column("version", String, primary_key=True),
    Column("at", Float, nullable=False),  # by the wall's clock
    Column("actor", String, nullable=False),
    Column("reason", Text, nullable=False),
)

disputes = table(  # dismissals that the insurer has accepted, so that their events move no premium; append-only
    "ledger_disputes",
    Column("action_id", Integer, primary_key=True, autoincrement=False),  # of ``actions``
    Column("at", Float, nullable=False),  # by the wall's clock
    Column("actor", String, nullable=False),
    Column("reason", Text, nullable=False),
)

books = table(  # the insurer's words on what a fleet writes of its own, one on drivers, one on couplings; append-only
    "ledger_books",
    Column("number", Integer, primary_key=True, autoincrement=False),  # of a fleet and book the last one counts
    Column("what", String, primary_key=True),  # drivers, couplings
    Column("fleet_id", String, nullable=False),
    Column("at", Float, nullable=False),  # by the wall's clock
    Column("actor", String, nullable=False),
    Column("reason", Text, nullable=False),
)

drivers = table(  # assignments that the insurer has accepted: whose hours may move a premium; append-only
    "ledger_drivers",
    Column("number", Integer, primary_key=True, autoincrement=False),  # of the word
    Column("vehicle_id", String, primary_key=True),
    Column("start", Float, primary_key=True),
    Column("driver_id", String, nullable=False),
    Column("fleet_id", String, nullable=False),
    Column("end", Float),  # null while it lasts
)

trailers = table(  # couplings that the insurer has accepted: what of trailers' tyres may move a premium; append-only
    "ledger_trailers",
    Column("number", Integer, primary_key=True, autoincrement=False),  # of the word
    Column("vehicle_id", String, primary_key=True),
    Column("start", Float, primary_key=True),
    Column("trailer", String, primary_key=True),
    Column("axle", Integer, nullable=False),  # its first among the vehicle's, 0 the foremost
    Column("last", Integer, nullable=False),  # after its last
    Column("placard", Text),  # JSON: kPa by the vehicle's wheels; null: not known
    Column("fleet_id", String, nullable=False),
    Column("end", Float),  # null while it lasts
)

remade = table(  # what premiums read: days made again by the rules that a tariff pins, hours of whom devices have named
    "ledger_remade",
    *[Column(name, String, primary_key=True) for name in WHO],
    Column("rules", String, primary_key=True),  # hash of the pinned rule set
    Column("what", String, primary_key=True),  # made, gone, unread, hours_day: of a day itself; else the row's table
    Column("row_id", String, primary_key=True),
    Column("day", Integer, nullable=False),  # since 1970-01-01
    Column("end", Float, nullable=False),
    Column("driver_id", String),
    Column("body", Text, nullable=False),  # JSON: what premiums need of the row
    Index("ledger_remade_by_day", "rules", "day"),
)

remade_states = table(  # a vehicle's state under the pinned rules before its first sample of a UTC day
    "ledger_states",
    Column("rules", String, primary_key=True),  # hash of the pinned rule set
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # empty: from here on it is as the record has it
    Column("told", Text, nullable=False),  # JSON, as of ``midnights``
)

outdated = table(  # vehicles whose record was settled since days of theirs were made again
    "ledger_outdated",
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("since", Float, nullable=False),  # t of the earliest change
    Column("number", Integer, nullable=False),  # of settlings since
)
