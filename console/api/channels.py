"""Channels over HTTP: by which ways a fleet is called, whether a message arrives, who has changed its settings."""

import hashlib
import time
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import insert, select

from console.endpoint import Ask, Body, Endpoint, Reply, Shape
from console.fleets import fleet_row, of_fleet, seen
from console.gate.access import ACTING, ADMIN, SEEING
from console.gate.problems import Problem
from streams import registry
from streams.config import MASK
from streams.messages import encoded, iso
from streams.registry import Registry, RegistryError
from streams.registry.edited import edited
from streams.registry.rows import FleetRow
from streams.sinks import CALLERS, reached
from streams.store import audit, schema
from streams.store.store import rows_of
from streams.words import ENGLISH, texts

COLUMNS = {"webhook": "alerts_webhook", "email": "alerts_mail"}  # of the registry's fleets
TESTS, SHOWN = 10, 100  # messages of a fleet whose way is followed; rows of a history
EVERY_S = 60.0  # between two tests of a way
Row = dict[str, Any]


class Fleet(Shape):
    """A fleet whose settings may be seen."""

    fleet_id: str
    name: str
    time_zone: str


class Channel(Shape):
    """A way to call people."""

    name: str  # webhook, email
    own: str  # the fleet's address; of a URL only the host
    service: bool  # without it, the service's is used
    reached: bool
    editable: bool  # by whoever asks: where this machine posts to, an administrator says


class Channels(Shape):
    """All of them."""

    fleet_id: str
    rev: str
    channels: list[Channel]


class SetChannels(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New addresses; empty: the service's, left out: as it is."""

    email: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    webhook: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class Try(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which way."""

    channel: str


class Sent(Shape):
    """What became of a test message."""

    id: str
    channel: str
    at: str
    by: str
    state: str  # waiting, sent, refused
    why: str


class Noted(Shape):
    """One change of a fleet's settings."""

    at: str
    by: str
    action: str
    about: str
    detail: str


def fleets(ask: Ask) -> list[Fleet]:
    """Fleets of which all may be seen."""
    known = ask.world.known.registry
    rows = [fleet_row(known, name) for name in sorted(known.rows["fleets"]) if ask.scope.fleet(name)]
    return [Fleet(fleet_id=row.fleet_id, name=row.name, time_zone=row.time_zone) for row in rows]


def channels(ask: Ask) -> Reply:
    """By which ways a fleet is called."""
    fleet_id, world = of_fleet(ask), ask.world
    world.known.again()
    row, sinks = fleet_row(world.known.registry, fleet_id), world.config.sinks
    called, service = (
        reached(sinks, world.known.roster.contact(fleet_id)),
        {"webhook": sinks.webhook, "email": sinks.email_to},
    )
    found = [
        Channel(
            name=name,
            own=_masked(name, getattr(row, COLUMNS[name])),
            service=bool(service[name]),
            reached=name in called,
            editable=_may(ask, name),
        )
        for name in CALLERS
    ]
    rev = _rev(row)
    return Reply(Channels(fleet_id=fleet_id, rev=rev, channels=found), headers={"ETag": f'"{rev}"'})


def set_channels(ask: Ask) -> Reply:
    """Set where; all of it, or nothing."""
    fleet_id, said = of_fleet(ask), {name: getattr(ask.body, name) for name in CALLERS}
    new = {COLUMNS[name]: text.strip() for name, text in said.items() if text is not None}
    for name in CALLERS:
        if COLUMNS[name] in new and not _may(ask, name):
            raise Problem(403, "role", "where this machine posts to, an administrator says")

    def change(before: Registry) -> Registry:
        row, after = fleet_row(before, fleet_id), before.copy()
        if seen(ask) not in ("", _rev(row)):
            raise Problem(409, "changed", "the channels have been changed", current=channels(ask).value)
        after.put(msgspec.structs.replace(row, **new))
        problems = registry.validate(after)
        if problems:
            raise RegistryError(problems)
        return after

    edited(ask.world.store, ask.who.login, change)
    return channels(ask)


def test(ask: Ask) -> Sent:
    """Send a message by a way, as pages go."""
    world, fleet_id, name = ask.world, of_fleet(ask), ask.body.channel
    if name not in reached(world.config.sinks, world.known.roster.contact(fleet_id)):
        raise Problem(422, "no_channel", f"this fleet is not called by {name!r}")
    at, kept = time.time(), world.shelf.setdefault("tests", {}).setdefault(fleet_id, [])
    wait = max([EVERY_S - (at - row["at"]) for row in kept if row["sink"] == name], default=0.0)
    if wait > 0:
        raise Problem(429, "too_often", f"wait {wait:.0f} s", {"Retry-After": str(int(wait) + 1)})
    body: Row = {"list": f"test {fleet_id} {at:.3f}", "fleet_id": fleet_id, "at": iso(at), "test": ask.who.login}
    said = texts(ENGLISH)  # for who is posted to; a mail is written in its own language
    body |= {"title": said("mail.test", fleet=fleet_id), "text": said("mail.test_text", who=ask.who.login)}
    row = {"sink": name, "address": "", "body": encoded(body), "retain": 0}
    with world.store.writing() as connection:
        audit.record(connection, [audit.Entry(ask.who.login, "settings.tested", fleet_id, name)])
        world.store.home(connection, fleet_id, "")
        connection.execute(insert(schema.outbox), row)
    kept.append(row | {"at": at, "by": ask.who.login})
    del kept[:-TESTS]
    return tests(ask)[0]


def tests(ask: Ask) -> list[Sent]:
    """What became of the last test messages of a fleet, the newest first."""
    fleet_id = of_fleet(ask)
    kept: list[Row] = ask.world.shelf.get("tests", {}).get(fleet_id, [])
    with ask.world.at_home(fleet_id, "") as connection:
        return [_sent(connection, row) for row in reversed(kept)]


def history(ask: Ask) -> list[Noted]:
    """Who has changed the settings of a fleet, the newest first."""
    fleet_id = of_fleet(ask)
    with ask.world.store.reading() as connection:
        rows = audit.read(connection, fleet_id=fleet_id, action="settings", last=SHOWN)
        rows += [
            row for row in audit.read(connection, fleet_id=fleet_id, action="registry", last=SHOWN) if _of_fleet(row)
        ]
    rows.sort(key=lambda row: -row["id"])
    return [
        Noted(at=iso(row["at"]), by=row["actor"], action=row["action"], about=row["about"], detail=row["detail"])
        for row in rows
    ]


def _of_fleet(row: Row) -> bool:
    return bool(row["about"] == f"fleets {row['fleet_id']}")


def _sent(connection: Any, row: Row) -> Sent:
    same = (row["sink"], row["body"])
    waits, refusals = schema.outbox, schema.undelivered
    waiting = rows_of(connection, select(waits.c.id).where(waits.c.sink == same[0], waits.c.body == same[1]))
    refusal = rows_of(connection, select(refusals.c.why).where(refusals.c.sink == same[0], refusals.c.body == same[1]))
    state = "waiting" if waiting else "refused" if refusal else "sent"
    name = hashlib.sha256(row["body"]).hexdigest()[:16]
    why = refusal[0]["why"] if refusal else ""
    return Sent(id=name, channel=row["sink"], at=iso(row["at"]), by=row["by"], state=state, why=why)


def _may(ask: Ask, name: str) -> bool:
    """An administrator may all, a manager say whom to mail: a URL makes this machine ask what only it can reach."""
    return ADMIN in ask.scope.roles or (name == "email" and bool(ask.scope.roles & ACTING))


def _masked(name: str, address: str) -> str:
    """A URL holds words that open it: of one only the host is shown."""
    if name == "email" or not address:
        return address
    return f"{urlsplit(address).scheme}://{urlsplit(address).hostname}/{MASK}"


def _rev(row: FleetRow) -> str:
    return hashlib.sha256(f"{row.alerts_mail}\n{row.alerts_webhook}".encode()).hexdigest()[:12]


PATH = "/settings/{fleet}"
ENDPOINTS = (
    Endpoint("GET", "/settings", fleets, "settings", "Fleets whose settings may be seen", SEEING, list[Fleet]),
    Endpoint("GET", PATH + "/channels", channels, "settings", "How a fleet is called", SEEING, Channels),
    Endpoint(
        *("POST", PATH + "/channels", set_channels, "settings", "Set where; 409 if changed", ACTING, Channels),
        takes=SetChannels,
        headers=("If-Match",),
    ),
    Endpoint("GET", PATH + "/tests", tests, "settings", "What became of test messages", SEEING, list[Sent]),
    Endpoint("POST", PATH + "/tests", test, "settings", "Send a test message", ACTING, Sent, takes=Try),
    Endpoint("GET", PATH + "/history", history, "settings", "Who changed the settings", SEEING, list[Noted]),
)
