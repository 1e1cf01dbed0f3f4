"""People: tables of who may use the console - users, their sessions, tokens for programs."""

from sqlalchemy import Column, Float, Integer, String, Text

from streams.store.columns import table

users = table(
    "users",
    Column("login", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("grants", String, nullable=False),  # ROLE[@FLEET[/SITE]], with commas
    Column("driver_id", String, nullable=False),  # whose own page it is; empty: nobody's
    Column("password", Text, nullable=False),  # argon2; empty: cannot sign in
    Column("must_change", Integer, nullable=False),  # 1 while the password is one that somebody else has set
    Column("disabled", Integer, nullable=False),
    Column("created_at", Float, nullable=False),  # by the wall's clock
)

sessions = table(
    "sessions",
    Column("digest", String, primary_key=True),  # SHA-256 of the cookie
    Column("login", String, nullable=False, index=True),
    Column("csrf", String, nullable=False),  # what writes must say besides the cookie
    Column("peer", String, nullable=False),  # the address somebody signed in from; empty: nobody wrote it down then
    Column("created_at", Float, nullable=False),
    Column("until", Float, nullable=False),
)

tokens = table(
    "tokens",
    Column("digest", String, primary_key=True),  # SHA-256 of the token
    Column("name", String, nullable=False),
    Column("login", String, nullable=False),  # who made it
    Column("grants", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("until", Float),  # null: until it is taken back
)
