"""Session over HTTP: sign in, who am I, another password, sign out."""

from typing import Annotated, Any

import msgspec

from console.endpoint import Ask, Body, Endpoint, Reply, Shape
from console.gate import accounts, sessions
from console.gate.access import ADMIN, Who, parsed
from console.gate.problems import Problem
from console.lists.pages import Paged, page
from console.shapes import Page
from streams.messages import iso

PASSWORD = Annotated[str, msgspec.Meta(max_length=accounts.LONGEST)]


class SignIn(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants in."""

    name: Annotated[str, msgspec.Meta(max_length=100, description="login")]
    password: PASSWORD


class NewPassword(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another password."""

    old: PASSWORD
    new: PASSWORD


class Granted(Shape):
    """A role and what it is for; empty: all."""

    role: str
    fleet: str
    site: str


class Me(Shape):
    """Who is signed in."""

    login: str
    name: str
    roles: list[str]
    grants: list[Granted]
    driver_id: str
    csrf: str
    must_change: bool


class Session(Shape):
    """Where somebody is signed in."""

    id: str
    login: str
    address: str  # from where; empty: nobody wrote it down then
    since: str
    until: str
    own: bool  # the one that asks


class Whose(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose sessions."""

    login: Annotated[
        str, msgspec.Meta(description="empty: one's own; anybody else's are the administrator's to see")
    ] = ""


def sign_in(ask: Ask) -> Reply:
    """Sign in; the cookie comes with the answer."""
    world, said = ask.world, ask.body
    hours = world.config.console.session_h
    cookie, csrf = sessions.opened(world.store, world.throttle, said.name, said.password, ask.peer, hours)
    sessions.ended(world.store, ask.headers)
    with world.store.reading() as connection:
        row = accounts.find(connection, said.name)
    if row is None:
        raise Problem(401, "signed_out", "sign in first")
    who = Who(said.name, row["name"], parsed(row["grants"]), row["driver_id"], csrf, "", bool(row["must_change"]))
    return Reply(_me(who), cookies=_cookies(ask, cookie, int(hours * 3600)))


def me(ask: Ask) -> Me:
    """Who is signed in."""
    return _me(ask.who)


def sign_out(ask: Ask) -> Reply:
    """End this session."""
    if ask.who.session:
        sessions.closed(ask.world.store, ask.who)
    return Reply(cookies=_cookies(ask, "", 0))


def change(ask: Ask) -> Reply:
    """Choose another password."""
    world, said = ask.world, ask.body
    sessions.chosen(world.store, world.throttle, ask.who, said.old, said.new, ask.peer)
    return Reply()


def signed_in(ask: Ask) -> Page[Session]:
    """Where somebody is signed in, the newest first."""
    login = ask.query.login or ask.who.login
    if login != ask.who.login and ask.who.role != ADMIN:
        raise Problem(403, "role", "where others are signed in is for the administrator")
    with ask.world.store.reading() as connection:
        found = sessions.standing(connection, login)
    return page(found, ask.query, lambda row: str(row["digest"]), lambda row: _session(row, ask.who))


def end(ask: Ask) -> Reply:
    """End a session: one's own, or as an administrator anybody's."""
    if not ask.who.session:
        raise Problem(403, "role", "sign in for that: a token ends no sessions")
    sessions.end(ask.world.store, ask.who, ask.parts["id"])
    return Reply()


def _session(row: dict[str, Any], who: Who) -> Session:
    since, until = iso(row["created_at"]), iso(row["until"])
    same = {"login": row["login"], "address": row["peer"], "since": since, "until": until}
    return Session(id=row["digest"][: sessions.NAMED], own=row["digest"] == who.session, **same)


def _me(who: Who) -> Me:
    grants = [Granted(role=one.role, fleet=one.fleet, site=one.site) for one in who.grants]
    roles = [who.role] if who.role else []
    return Me(
        login=who.login,
        name=who.name,
        roles=roles,
        grants=grants,
        driver_id=who.driver_id,
        csrf=who.csrf,
        must_change=who.must_change,
    )


def _cookies(ask: Ask, cookie: str, age: int) -> tuple[str, ...]:
    """The session's, which no script reads."""
    secure = "; Secure" if ask.world.config.console.secure_cookie else ""
    name = sessions.cookie_name(ask.headers)
    return (f"{name}={cookie}; Path=/; SameSite=Lax; Max-Age={age}{secure}; HttpOnly",)


ENDPOINTS = (
    Endpoint("POST", "/session", sign_in, "session", "Sign in", gives=Me, takes=SignIn, open=True, hashes=True),
    Endpoint("GET", "/session", me, "session", "Who is signed in", gives=Me, before_change=True),
    Endpoint("DELETE", "/session", sign_out, "session", "Sign out", before_change=True),
    Endpoint(
        *("POST", "/session/password", change, "session", "Choose another password"),
        takes=NewPassword,
        before_change=True,
        hashes=True,
    ),
    Endpoint("GET", "/sessions", signed_in, "session", "Where one is signed in", gives=Page[Session], query=Whose),
    Endpoint("DELETE", "/sessions/{id}", end, "session", "End a session"),
)
