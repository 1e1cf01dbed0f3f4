"""People over HTTP: users and their roles, tokens for programs; for the administrator."""

import hashlib
import time
from typing import Annotated, Any

import msgspec
from sqlalchemy import delete, insert, select

from console.endpoint import Ask, Body, Endpoint, Reply, Shape
from console.fleets import seen
from console.gate import accounts
from console.gate.access import DRIVER, RUNNING, VIEWER, parsed, written
from console.gate.problems import Problem
from console.lists.pages import Paged, page
from console.lists.times import Instant, seconds
from console.shapes import Page
from streams.messages import iso
from streams.registry.rows import Driver
from streams.store import people
from streams.store.audit import Entry, record
from streams.store.store import rows_of
from streams.web import tokens
from streams.words import say

ROLES = Annotated[str, msgspec.Meta(max_length=1000, description="ROLE, ROLE@FLEET or ROLE@FLEET/SITE, with commas")]
NAME = Annotated[str, msgspec.Meta(max_length=200)]
Row = dict[str, Any]


class User(Shape):
    """Who may use the console."""

    login: str
    name: str
    grants: str
    driver_id: str
    must_change: bool
    disabled: bool
    created_at: str
    rev: str


class NewUser(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody new."""

    login: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    name: NAME = ""
    grants: ROLES
    driver_id: NAME = ""


class Changed(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise; what is not said stays."""

    name: NAME | None = None
    grants: ROLES | None = None
    driver_id: NAME | None = None
    disabled: bool | None = None


class Password(Shape):
    """A password that is shown this once, and has to be changed."""

    login: str
    password: str


class Token(Shape):
    """A program's token; of it only a hash is kept."""

    id: str
    name: str
    login: str  # who made it
    grants: str
    created_at: str
    until: str | None


class NewToken(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token for a program."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    grants: ROLES
    until: Instant = ""


class Made(Shape):
    """A token that is shown this once."""

    id: str
    token: str


def listed(ask: Ask) -> Page[User]:
    """All users."""
    with ask.world.store.reading() as connection:
        found = rows_of(connection, select(people.users).order_by(people.users.c.login))
    return page(found, ask.query, lambda row: str(row["login"]), _user)


def add(ask: Ask) -> Password:
    """A new user, and their first password."""
    _person(ask)
    said = ask.body
    _driver(ask, said.grants, said.driver_id)
    given = accounts.add(ask.world.store, ask.who.login, said.login, said.name, said.grants, said.driver_id)
    return Password(login=said.login, password=given)


def change(ask: Ask) -> Reply:
    """Change a user."""
    _person(ask)
    said = {name: value for name, value in msgspec.structs.asdict(ask.body).items() if value is not None}
    if "disabled" in said:
        said["disabled"] = int(said["disabled"])
    if {"grants", "driver_id"} & said.keys():
        with ask.world.store.reading() as connection:
            now = accounts.find(connection, ask.parts["login"]) or {"grants": VIEWER, "driver_id": ""}
        one = now | said
        _driver(ask, str(one["grants"]), str(one["driver_id"]))
    if said:
        accounts.change(ask.world.store, ask.who.login, ask.parts["login"], said, seen(ask))
    return Reply()


def remove(ask: Ask) -> Reply:
    """Take a user away."""
    _person(ask)
    accounts.remove(ask.world.store, ask.who.login, ask.parts["login"])
    return Reply()


def reset(ask: Ask) -> Password:
    """Another password for a user who has lost theirs."""
    _person(ask)
    name = ask.parts["login"]
    return Password(login=name, password=accounts.reset(ask.world.store, ask.who.login, name))


def all_tokens(ask: Ask) -> Page[Token]:
    """Tokens made here; those of the configuration are not among them."""
    with ask.world.store.reading() as connection:
        found = rows_of(connection, select(people.tokens).order_by(people.tokens.c.created_at))
    return page(found, ask.query, lambda row: str(row["digest"][:16]), _token)


def make(ask: Ask) -> Made:
    """A new token."""
    _person(ask)
    token, now = tokens.made(), time.time()
    try:
        grants = written(parsed(ask.body.grants))
    except ValueError as error:
        raise Problem(422, "invalid", error.args[0]) from error
    digest = hashlib.sha256(token.encode()).hexdigest()
    row = {"digest": digest, "name": ask.body.name, "login": ask.who.login, "grants": grants, "created_at": now}
    until = seconds(ask.body.until)
    if until is not None and until <= now:
        raise Problem(422, "invalid", say("token_over"))
    with ask.world.store.writing() as connection:
        taken = select(people.tokens.c.digest).where(people.tokens.c.name == ask.body.name)
        if connection.execute(taken).first() or ask.body.name in {one.name for one in ask.world.holders}:
            raise Problem(409, "token_exists", f"there is a token {ask.body.name!r} already")
        connection.execute(insert(people.tokens), row | {"until": until})
        detail = {"name": ask.body.name, "grants": grants}
        record(connection, [Entry(ask.who.login, "tokens.added", about=digest[:16], detail=detail)])
    return Made(id=digest[:16], token=token)


def revoke(ask: Ask) -> Reply:
    """Take a token back."""
    name = ask.parts["id"]
    named = people.tokens.c.digest.startswith(name, autoescape=True)
    with ask.world.store.writing() as connection:
        found = rows_of(connection, select(people.tokens).where(named).limit(2))
        if len(found) != 1 or len(name) < 16:
            raise Problem(404, "no_token", f"there is no token {name!r}")
        connection.execute(delete(people.tokens).where(named))
        record(connection, [Entry(ask.who.login, "tokens.removed", about=name)])
    return Reply()


def _person(ask: Ask) -> None:
    """A token lets nobody in: what it made would outlive whoever made it."""
    if not ask.who.session:
        raise Problem(403, "role", "sign in for that: a token makes no users and no tokens")


def _driver(ask: Ask, grants: str, driver_id: str) -> None:
    """A driver's page is one's own: of somebody whom the registry has in that fleet, where it has any."""
    fleets = {one.fleet for one in accounts.granted(grants) if one.role == DRIVER}
    if not fleets:
        return
    known = [row for row in ask.world.known.registry.of(Driver) if "" in fleets or row.fleet_id in fleets]
    if not driver_id or (known and driver_id not in {row.driver_id for row in known}):
        raise Problem(422, "no_driver", f"{driver_id!r} is no driver of the registry in {grants!r}")


def _user(row: Row) -> User:
    same: Row = {name: row[name] for name in ("login", "name", "grants", "driver_id")}
    same |= {name: bool(row[name]) for name in ("must_change", "disabled")}
    return User(**same, created_at=iso(row["created_at"]), rev=accounts.rev(row))


def _token(row: Row) -> Token:
    until = None if row["until"] is None else iso(row["until"])
    same = {name: row[name] for name in ("name", "login", "grants")}
    return Token(id=row["digest"][:16], **same, created_at=iso(row["created_at"]), until=until)


ENDPOINTS = (
    Endpoint("GET", "/users", listed, "people", "Users", RUNNING, Page[User], query=Paged),
    Endpoint("POST", "/users", add, "people", "Add a user", RUNNING, Password, takes=NewUser),
    Endpoint(
        *("POST", "/users/{login}", change, "people", "Change a user; 409 if changed", RUNNING),
        takes=Changed,
        headers=("If-Match",),
    ),
    Endpoint("DELETE", "/users/{login}", remove, "people", "Take a user away", RUNNING),
    Endpoint("POST", "/users/{login}/reset", reset, "people", "Another password for a user", RUNNING, Password),
    Endpoint("GET", "/tokens", all_tokens, "people", "Tokens for programs", RUNNING, Page[Token], query=Paged),
    Endpoint("POST", "/tokens", make, "people", "Make a token", RUNNING, Made, takes=NewToken),
    Endpoint("DELETE", "/tokens/{id}", revoke, "people", "Take a token back", RUNNING),
)
