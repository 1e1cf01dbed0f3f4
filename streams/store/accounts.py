"""Accounts: tables of the ledger - entries in a chain a policy, the tariffs they were made with, the days' seals."""

from sqlalchemy import Column, Float, Integer, String, Text

from streams.store.columns import table

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
