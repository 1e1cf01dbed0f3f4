"""System over HTTP: how the stream is, the settings that hold, the audit log."""

import shutil
from typing import Any

import msgspec
from sqlalchemy import func, select

from console.endpoint import Ask, Endpoint, Query, Shape
from console.gate.access import RUNNING
from console.lists import keyset
from console.lists.pages import Paged
from console.lists.times import Instant, seconds
from console.said import number
from console.shapes import Page
from streams import config, metrics
from streams.messages import iso
from streams.store import audit, deeds, schema, upkeep

Row = dict[str, Any]


class Sink(Shape):
    """A way out."""

    name: str
    waiting: int
    oldest_s: float | None
    undelivered: int


class Health(Shape):
    """How the stream is."""

    at: str
    mode: str
    newest: str | None  # newest sample
    behind_s: float | None  # of the clock
    vitals: dict[str, float]
    counters: dict[str, float]  # since the start: payloads, samples, late, settled, throttled
    commit_ms: dict[str, float | None]  # p50 and p99 from arrival to commit; null: longer than is measured
    sinks: list[Sink]
    set_aside: dict[str, int]
    revisions: int
    unsettled: int
    disk_free_mb: float | None


class Setting(Shape):
    """A setting: its value, secrets masked, and where it was said."""

    key: str
    value: str
    origin: str


class Noted(Shape):
    """A row of the audit log."""

    id: int
    at: str
    actor: str
    login: str
    action: str
    fleet_id: str
    about: str
    detail: str


class Chain(Shape):
    """Whether the audit log is whole."""

    good: bool
    rows: int
    erased: int
    head: str
    problems: list[str]


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of the log."""

    fleet: str = ""
    actor: str = ""
    action: str = ""
    from_: Instant = msgspec.field(name="from", default="")
    to: Instant = ""


class Head(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A head that was noted earlier, and has to be there still."""

    head: str = ""


def health(ask: Ask) -> Health:
    """How the stream is."""
    world, vitals = ask.world, ask.world.vitals()
    with world.store.reading() as connection:
        now = world.now(connection)
        newest = connection.execute(select(func.max(schema.segments.c.end))).scalar()
        outbox = _counted(connection, schema.outbox, "sink", func.min(schema.outbox.c.at))
        refused = _counted(connection, schema.undelivered, "sink")
        aside = _counted(connection, schema.quarantine, "reason")
        revisions = connection.execute(select(func.count()).select_from(schema.revisions)).scalar_one()
        unsettled = connection.execute(select(func.count()).select_from(upkeep.dirty)).scalar_one()
    names = sorted(outbox.keys() | refused.keys())
    return Health(
        at=iso(now),
        mode=world.mode,
        newest=None if newest is None else iso(newest),
        behind_s=None if newest is None else round(now - newest, 3),
        vitals=vitals,
        counters=_counters(),
        commit_ms=_latency(),
        sinks=[_sink(name, outbox.get(name), refused.get(name), world.clock()) for name in names],
        set_aside={name: count for name, (count, _) in aside.items()},
        revisions=revisions,
        unsettled=unsettled,
        disk_free_mb=_free(ask),
    )


def settings(ask: Ask) -> list[Setting]:
    """All settings that hold."""
    shown = config.show(ask.world.config)
    return [Setting(key=key, value=str(value), origin=origin) for key, (value, origin) in sorted(shown.items())]


def log(ask: Ask) -> Page[Noted]:
    """Who did what and when, the newest first."""
    asked = ask.query
    between = (seconds(asked.from_) or float("-inf"), seconds(asked.to) or float("inf"))
    said = {"fleet_id": asked.fleet or None, "actor": asked.actor or None, "action": asked.action or None}
    query = audit.asked(between=between, **said)
    with ask.world.store.reading() as connection:
        found, cursor = keyset.part(connection, query, (deeds.audit.c.id.desc(),), asked)
        total = keyset.count(connection, query)
    return Page(items=[_noted(row) for row in found], total=total, cursor=cursor)


def verified(ask: Ask) -> Chain:
    """Whether a row of the log was altered or removed."""
    with ask.world.store.reading() as connection:
        found = audit.verify(connection, ask.query.head)
    return Chain(good=not found.problems, **vars(found))


def _counted(connection: Any, table: Any, by: str, more: Any = None) -> dict[str, tuple[int, float | None]]:
    query = select(table.c[by], func.count(), *([] if more is None else [more])).group_by(table.c[by])
    return {row[0]: (row[1], row[2] if more is not None else None) for row in connection.execute(query)}


def _sink(name: str, waiting: Any, refused: Any, now: float) -> Sink:
    count, oldest = waiting or (0, None)
    return Sink(
        name=name,
        waiting=count,
        oldest_s=None if oldest is None else round(max(now - oldest, 0.0), 1),
        undelivered=(refused or (0, None))[0],
    )


def _counters() -> dict[str, float]:
    named = {
        "payloads": metrics.PAYLOADS,
        "samples": metrics.SAMPLES,
        "late": metrics.LATE,
        "settled": metrics.SETTLED,
        "throttled": metrics.THROTTLED,
        "conflicts": metrics.CONFLICTS,
    }
    return {name: _total(one) for name, one in named.items()}


def _total(counter: Any) -> float:
    """What a counter has come to in this process, whatever its labels."""
    samples = [sample for family in counter.collect() for sample in family.samples]
    return float(sum(sample.value for sample in samples if sample.name.endswith("_total")))


def _latency() -> dict[str, float | None]:
    """Upper edges of the buckets in which the middle and the 99th hundredth lie."""
    (family,) = metrics.TO_COMMIT.collect()
    buckets = [(float(one.labels["le"]), one.value) for one in family.samples if one.name.endswith("_bucket")]
    total = buckets[-1][1] if buckets else 0.0
    if not total:
        return {}
    return {
        name: number(1000 * next(edge for edge, count in buckets if count >= share * total))
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }


def _free(ask: Ask) -> float | None:
    """MB free where the record lies."""
    try:
        return round(shutil.disk_usage(ask.world.config.data.dir).free / 1e6, 0)
    except OSError:
        return None


def _noted(row: Row) -> Noted:
    same = ("id", "actor", "login", "action", "fleet_id", "about", "detail")
    return Noted(at=iso(row["at"]), **{name: row[name] for name in same})


ENDPOINTS = (
    Endpoint("GET", "/system/health", health, "system", "How the stream is", RUNNING, Health),
    Endpoint("GET", "/system/settings", settings, "system", "Settings that hold", RUNNING, list[Setting]),
    Endpoint("GET", "/audit/verify", verified, "system", "Was the log altered", RUNNING, Chain, query=Head),
)
LISTS = (Endpoint("GET", "/audit", log, "system", "The audit log", RUNNING, Page[Noted], query=Wanted),)
