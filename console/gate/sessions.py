"""Sessions: who is signed in - by a cookie, with a word that other sites cannot know - or asks with a token."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from starlette.requests import Request, cookie_parser

from console.gate import accounts
from console.gate.access import ADMIN, Who, held, parsed
from console.gate.problems import Problem
from console.gate.throttle import CROWD, Throttle
from streams.store.audit import Entry, record
from streams.store.people import sessions, tokens, users
from streams.store.store import Store, rows_of
from streams.web.tokens import Holder, holder_of

SAFE = ("GET", "HEAD", "OPTIONS")
NAMED = 16  # digits of its hash that name a session
MOST = 100  # ours: of one login; a program that signs in each time ends its oldest


def opened(store: Store, throttle: Throttle, login: str, password: str, peer: str, hours: float) -> tuple[str, str]:
    """Sign somebody in; their cookie and csrf word. ``Problem`` 401 or 429.

    Who has signed in from an address before is not kept out by what others try from there.
    """
    mine, address = f"login {login} peer {peer}", f"peer {peer}"
    _waits(throttle, mine, *(() if throttle.known(mine) else (address,)))
    with store.reading() as connection:
        row = accounts.find(connection, login)
    if not accounts.right(row["password"] if row and not row["disabled"] else "", password):
        throttle.failed(mine)
        throttle.failed(address, CROWD)
        # of one who is not known nothing is kept: it may be a password in the wrong field
        _refused(store, "unknown", login if row else "", peer)
        raise Problem(401, "wrong_password", "login or password is not right")
    throttle.passed(mine)
    return _begun(store, login, peer, hours)


def chosen(store: Store, throttle: Throttle, who: Who, old: str, new: str, peer: str) -> None:
    """Somebody's own new password; the old one is guessed no faster than at the sign-in."""
    if not who.session:
        raise Problem(403, "role", "a token has no password")
    mine = f"old password of {who.login}"
    _waits(throttle, mine)
    try:
        accounts.choose(store, who.login, old, new, who.session)
    except Problem as problem:
        if problem.code == "wrong_password":
            throttle.failed(mine)
            _refused(store, who.login, who.login, peer)
        raise
    throttle.passed(mine)


def _waits(throttle: Throttle, *keys: str) -> None:
    wait = throttle.wait(*keys)
    if wait > 0:
        raise Problem(429, "too_many_tries", f"wait {wait:.0f} s", {"Retry-After": str(int(wait) + 1)})


def _refused(store: Store, actor: str, login: str, peer: str) -> None:
    with store.writing() as connection:
        record(connection, [Entry(actor, "session.refused", about=login, detail={"from": peer})])


def cookie_name(headers: Mapping[str, str]) -> str:
    """The cookie of this console: browsers give a cookie to every port of a machine."""
    port = headers.get("host", "").rpartition("]")[2].partition(":")[2]
    return f"tripmeter_{port}" if port.isdecimal() else "tripmeter"


def ended(store: Store, headers: Mapping[str, str]) -> None:
    """End the session whose cookie a request brings: another is about to take its place."""
    cookie = cookie_parser(headers.get("cookie", "")).get(cookie_name(headers))
    if cookie:
        with store.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == hashlib.sha256(cookie.encode()).hexdigest()))


def closed(store: Store, who: Who) -> None:
    """Sign somebody out."""
    with store.writing() as connection:
        connection.execute(delete(sessions).where(sessions.c.digest == who.session))
        record(connection, [Entry(who.login, "session.closed", about=who.login)])


def standing(connection: Connection, login: str) -> list[dict[str, Any]]:
    """The sessions of somebody that have not ended, the newest first."""
    query = select(sessions).where(sessions.c.login == login, sessions.c.until > time.time())
    return rows_of(connection, query.order_by(sessions.c.created_at.desc(), sessions.c.digest))


def end(store: Store, who: Who, name: str) -> None:
    """End a session by the beginning of its hash: one of one's own, or as an administrator anybody's."""
    with store.writing() as connection:
        found = rows_of(
            connection, select(sessions).where(sessions.c.digest.startswith(name, autoescape=True)).limit(2)
        )
        mine = [one for one in found if who.role == ADMIN or one["login"] == who.login]
        if len(name) < NAMED or len(found) != 1 or not mine:
            raise Problem(404, "no_session", f"there is no session {name!r} of yours")
        (one,) = mine
        connection.execute(delete(sessions).where(sessions.c.digest == one["digest"]))
        record(connection, [Entry(who.login, "session.ended", about=one["login"], detail={"from": one["peer"]})])


def who_of(store: Store, request: Request, holders: tuple[Holder, ...]) -> Who | None:
    """Whose request it is; ``Problem`` 401 for a token that is not known, 403 for a write without its csrf word."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _of_token(store, token.strip(), holders)
    cookie = request.cookies.get(cookie_name(request.headers))
    if not cookie:
        return None
    with store.reading() as connection:
        found = _of_cookie(connection, hashlib.sha256(cookie.encode()).hexdigest())
    if found is not None and request.method not in SAFE:
        _same_site(request, found)
    return found


def _begun(store: Store, login: str, peer: str, hours: float) -> tuple[str, str]:
    cookie, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(24), time.time()
    row = {"digest": hashlib.sha256(cookie.encode()).hexdigest(), "login": login, "csrf": csrf, "peer": peer}
    with store.writing() as connection:
        old = [one["digest"] for one in standing(connection, login)[MOST - 1 :]]
        connection.execute(delete(sessions).where((sessions.c.until < now) | sessions.c.digest.in_(old)))
        connection.execute(insert(sessions), row | {"created_at": now, "until": now + 3600.0 * hours})
        record(connection, [Entry(login, "session.opened", about=login, detail={"from": peer})])
    return cookie, csrf


def _of_cookie(connection: Connection, digest: str) -> Who | None:
    query = select(users, sessions.c.csrf).join(sessions, sessions.c.login == users.c.login)
    query = query.where(sessions.c.digest == digest, sessions.c.until > time.time(), users.c.disabled == 0)
    row = next(iter(rows_of(connection, query)), None)
    return None if row is None else _who(row, digest)


def _who(row: dict[str, Any], digest: str) -> Who:
    must = bool(row["must_change"])
    return Who(row["login"], row["name"], parsed(row["grants"]), row["driver_id"], row["csrf"], digest, must)


def _of_token(store: Store, token: str, holders: tuple[Holder, ...]) -> Who:
    """A program's: of the configuration, or one that somebody made here."""
    holder = holder_of(token, holders)
    if holder is not None:
        return Who(f"token:{holder.name}", holder.name, held(holder.grants), token=holder.digest.hex())
    digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    with store.reading() as connection:
        row = next(iter(rows_of(connection, select(tokens).where(tokens.c.digest == digest))), None)
    if row is None or (row["until"] is not None and row["until"] < time.time()):
        raise Problem(401, "unknown_token", "the token is not known here", {"WWW-Authenticate": "Bearer"})
    alike = row["name"] in {one.name for one in holders}  # the configuration has taken the name since
    name = f"token:{row['name']}" + (f"#{digest[:8]}" if alike else "")
    return Who(name, row["name"], parsed(row["grants"]), token=digest)


def _same_site(request: Request, who: Who) -> None:
    said = request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(said.encode(), who.csrf.encode()):
        raise Problem(403, "csrf", "send the word of your session as X-CSRF-Token")
