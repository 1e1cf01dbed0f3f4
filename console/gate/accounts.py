"""Accounts: users, their passwords and what they may, in the store; each change is in the audit log."""

import hashlib
import json
import re
import secrets
import time
import unicodedata
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from console.gate.access import ADMIN, ROLES, parsed, written
from console.gate.problems import Problem
from streams.store.audit import Entry, record
from streams.store.people import sessions, tokens, users
from streams.store.store import Store, rows_of
from streams.web.tokens import Grant
from streams.words import say

Row = dict[str, Any]

SHORTEST, LONGEST = 12, 256  # characters of a password
FIRST = "admin"
NAMED = re.compile(r"[^\W_][\w.@+-]{0,99}")  # a login: letters and digits of any script, then some signs too
RESERVED = ("tripmeter", "unknown")  # the log says them of others


@cache
def hasher() -> PasswordHasher:
    """Argon2id, with the library's parameters (RFC 9106, low memory)."""
    return PasswordHasher()


def first(store: Store, must_change: bool) -> str | None:
    """Make the first user of a store that has none; their password, which is not kept and told this once."""
    with store.reading() as connection:
        if connection.execute(select(func.count()).select_from(users)).scalar():
            return None
    password = secrets.token_urlsafe(12)
    with store.writing() as connection:
        _insert(connection, FIRST, "Administrator", ADMIN, "", password)
        connection.execute(update(users).values(must_change=int(must_change)))
        record(connection, [Entry("tripmeter", "users.added", about=FIRST, detail={"grants": ADMIN})])
    return password


def add(store: Store, actor: str, login: str, name: str, grants: str, driver_id: str) -> str:
    """A new user; the password they have to change when they first sign in."""
    given, password = written(granted(grants)), secrets.token_urlsafe(12)
    if not NAMED.fullmatch(login) or login != unicodedata.normalize("NFKC", login) or login.lower() in RESERVED:
        raise Problem(422, "invalid", say("login"))
    with store.writing() as connection:
        logins = connection.execute(select(users.c.login)).scalars()
        if login.casefold() in {one.casefold() for one in logins}:
            raise Problem(409, "user_exists", f"there is a user {login!r} already")
        _insert(connection, login, name, given, driver_id, password)
        record(connection, [Entry(actor, "users.added", about=login, detail={"grants": given, "driver": driver_id})])
    return password


def change(store: Store, actor: str, login: str, said: Row, seen: str = "") -> None:
    """Change ``name grants driver_id disabled`` of a user; who may less is signed out, and the tokens they made end.

    ``seen`` is the revision that is changed (empty: whatever it is); ``Problem`` 409 if somebody was faster.
    """
    if "grants" in said:
        said = said | {"grants": written(granted(said["grants"]))}
    with store.writing() as connection:
        if seen not in ("", rev(_needed(connection, login))):
            raise Problem(409, "changed", f"the user {login!r} has been changed")
        connection.execute(update(users).where(users.c.login == login).values(said))
        if {"grants", "disabled"} & said.keys():
            connection.execute(delete(sessions).where(sessions.c.login == login))
            connection.execute(delete(tokens).where(tokens.c.login == login))
        _keep_admin(connection)
        record(connection, [Entry(actor, "users.changed", about=login, detail=said)])


def remove(store: Store, actor: str, login: str) -> None:
    """Take a user away; what they did stays on record under their login."""
    with store.writing() as connection:
        _needed(connection, login)
        connection.execute(delete(users).where(users.c.login == login))
        connection.execute(delete(sessions).where(sessions.c.login == login))
        connection.execute(delete(tokens).where(tokens.c.login == login))
        _keep_admin(connection)
        record(connection, [Entry(actor, "users.removed", about=login)])


def reset(store: Store, actor: str, login: str) -> str:
    """Give a user a password that they have to change."""
    password = secrets.token_urlsafe(12)
    with store.writing() as connection:
        _needed(connection, login)
        _set(connection, login, password, must_change=1)
        record(connection, [Entry(actor, "users.reset", about=login)])
    return password


def choose(store: Store, login: str, old: str, new: str, session: str) -> None:
    """A user's own new password; all their other sessions end."""
    with store.reading() as connection:
        row = find(connection, login)
    if row is None or not right(row["password"], old):
        raise Problem(403, "wrong_password", "the old password is not right")
    if not SHORTEST <= len(new) <= LONGEST or new == old:
        raise Problem(422, "weak_password", f"a new password has {SHORTEST} to {LONGEST} characters")
    with store.writing() as connection:
        _set(connection, login, new, must_change=0, but=session)
        record(connection, [Entry(login, "users.password", about=login)])


def find(connection: Connection, login: str) -> Row | None:
    """A user."""
    return next(iter(rows_of(connection, select(users).where(users.c.login == login))), None)


def right(kept: str, password: str) -> bool:
    """Whether a password is the one whose hash is kept; it takes as long if nothing is."""
    try:
        return hasher().verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hasher().hash(secrets.token_urlsafe())


def _insert(connection: Connection, login: str, name: str, grants: str, driver_id: str, password: str) -> None:
    row = {"login": login, "name": name, "grants": grants, "driver_id": driver_id, "must_change": 1, "disabled": 0}
    connection.execute(insert(users), row | {"password": hasher().hash(password), "created_at": time.time()})


def _set(connection: Connection, login: str, password: str, must_change: int, but: str = "") -> None:
    values = {"password": hasher().hash(password), "must_change": must_change}
    connection.execute(update(users).where(users.c.login == login).values(values))
    connection.execute(delete(sessions).where(sessions.c.login == login, sessions.c.digest != but))


def granted(text: str) -> tuple[Grant, ...]:
    """Roles that somebody may be given; ``Problem`` 422 where they are none."""
    try:
        found = parsed(text)
    except ValueError as error:
        raise Problem(422, "invalid", error.args[0]) from error
    if not found:
        raise Problem(422, "invalid", say("role_needed", known=", ".join(ROLES)))
    return found


def rev(row: Row) -> str:
    """Names exactly what an administrator sets of a user."""
    said = [row[name] for name in ("name", "grants", "driver_id", "disabled")]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def _needed(connection: Connection, login: str) -> Row:
    found = find(connection, login)
    if found is None:
        raise Problem(404, "no_user", f"there is no user {login!r}")
    return found


def _keep_admin(connection: Connection) -> None:
    """Somebody has to be able to let others in."""
    active = rows_of(connection, select(users).where(users.c.disabled == 0))
    if not any(grant.role == ADMIN and not grant.fleet for row in active for grant in parsed(row["grants"])):
        raise Problem(409, "last_admin", "there would be no administrator left")
