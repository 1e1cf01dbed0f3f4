"""Quarantine over HTTP: what could not be used and why, the raw bytes of it, having it read again or dropped."""

import base64
from typing import Annotated, Any

import msgspec
from sqlalchemy import ColumnElement, Delete, Update, delete, func, select, update

from console.endpoint import Ask, Body, Endpoint, Shape
from console.gate.access import RUNNING
from console.gate.problems import Problem
from console.lists import keyset
from console.lists.pages import Paged
from console.shapes import Page
from streams.messages import iso
from streams.store.audit import Entry, record
from streams.store.schema import quarantine
from streams.store.store import rows_of
from streams.words import say

Row = dict[str, Any]


class Part(Shape):
    """Something set aside."""

    id: str
    received_at: str
    reason: str
    detail: str
    topic: str
    bytes: int
    again: bool  # it will be read again


class Whole(Part):
    """The same with its bytes."""

    body: str  # base64
    text: str | None  # if it is text


class Reason(Shape):
    """How much was set aside for a reason."""

    reason: str
    count: int


class Done(Shape):
    """How many it was."""

    rows: int


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which reason; a part of the topic."""

    reason: str = ""
    topic: str = ""


class Which(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """These, or all of a reason."""

    ids: Annotated[list[str], msgspec.Meta(max_length=10_000)] = msgspec.field(default_factory=list)
    reason: str = ""


def listed(ask: Ask) -> Page[Part]:
    """The latest that were set aside."""
    columns = [column for column in quarantine.c if column.name != "body"]
    query = select(*columns, func.length(quarantine.c.body).label("bytes"))
    if ask.query.reason:
        query = query.where(quarantine.c.reason == ask.query.reason)
    if ask.query.topic:
        query = query.where(quarantine.c.topic.contains(ask.query.topic, autoescape=True))
    with ask.world.store.reading() as connection:
        order = (quarantine.c.received_at.desc(), quarantine.c.id.desc())
        found, cursor = keyset.part(connection, query, order, ask.query)
        total = keyset.count(connection, query)
    return Page(items=[_part(row) for row in found], total=total, cursor=cursor)


def reasons(ask: Ask) -> list[Reason]:
    """How many there are of each reason."""
    query = select(quarantine.c.reason, func.count()).group_by(quarantine.c.reason).order_by(quarantine.c.reason)
    with ask.world.store.reading() as connection:
        return [Reason(reason=reason, count=count) for reason, count in connection.execute(query)]


def one(ask: Ask) -> Whole:
    """One of them with its bytes."""
    with ask.world.store.reading() as connection:
        found = rows_of(connection, select(quarantine).where(quarantine.c.id == ask.parts["id"]))
    if not found:
        raise Problem(404, "not_set_aside", f"nothing in quarantine has the id {ask.parts['id']!r}")
    body = bytes(found[0]["body"])
    shown = msgspec.structs.asdict(_part(found[0] | {"bytes": len(body)}))
    try:
        text: str | None = body.decode()
    except UnicodeDecodeError:
        text = None
    return Whole(**shown, body=base64.b64encode(body).decode(), text=text)


def replay(ask: Ask) -> Done:
    """Have them read again, after a fix: within a minute what is of use now leaves quarantine."""
    return _done(ask, update(quarantine).where(_which(ask)).values(retry=1), "quarantine.replay")


def drop(ask: Ask) -> Done:
    """Delete them for good."""
    return _done(ask, delete(quarantine).where(_which(ask)), "quarantine.drop")


def _which(ask: Ask) -> ColumnElement[bool]:
    if not ask.body.ids and not ask.body.reason:
        raise Problem(422, "invalid", say("ids_or_reason"))
    return quarantine.c.id.in_(ask.body.ids) if ask.body.ids else quarantine.c.reason == ask.body.reason


def _done(ask: Ask, change: Update | Delete, action: str) -> Done:
    store, detail = ask.world.store, {"ids": ask.body.ids, "reason": ask.body.reason}
    with store.writing() as connection:
        count = sum(one.execute(change).rowcount for one in store.everywhere(connection))
        record(connection, [Entry(ask.who.login, action, detail=detail | {"rows": count})])
    return Done(rows=count)


def _part(row: Row) -> Part:
    same = {name: row[name] for name in ("id", "reason", "detail", "topic", "bytes")}
    return Part(**same, received_at=iso(row["received_at"]), again=bool(row["retry"]))


ENDPOINTS = (
    Endpoint("GET", "/quarantine", listed, "system", "What was set aside", RUNNING, Page[Part], query=Wanted),
    Endpoint("GET", "/quarantine/reasons", reasons, "system", "How much for which reason", RUNNING, list[Reason]),
    Endpoint("GET", "/quarantine/{id}", one, "system", "One that was set aside", RUNNING, Whole, places=True),
    Endpoint("POST", "/quarantine/replay", replay, "system", "Have some read again", RUNNING, Done, takes=Which),
    Endpoint("POST", "/quarantine/drop", drop, "system", "Drop some for good", RUNNING, Done, takes=Which),
)
