"""Session over HTTP: sign in, who am I, another password, sign out."""

from typing import Annotated

import msgspec

from console import accounts, sessions
from console.access import Who, parsed
from console.endpoint import Ask, Body, Endpoint, Reply, Shape
from console.problems import Problem

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
)
