"""Hours over HTTP: how long each driver has been at the wheel, what is left of every limit, and which ends first."""

import operator
from collections import defaultdict
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, select

from console import said
from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import OWN
from console.lists import within
from console.lists.sorting import Sorted, by, page
from console.shapes import Page
from streams.hours import ESTIMATE, KINDS, HoursRules, Interval
from streams.hours.fold import Fold
from streams.messages import iso
from streams.registry.rows import Driver
from streams.store import schema
from streams.store.store import rows_of

WINDOW_S = 28 * 86_400.0
SILENT_S = 300.0  # a longer silence is bridged by no drive, and it is not known whether one goes on
Row = dict[str, Any]


class Count(Shape):
    """One limit: what counts, of how much."""

    kind: str
    counted_s: float
    most_s: float
    left_s: float
    source: str
    passed: int  # level reached: 0 none, 1 notice, 2 limit, 3 severe


class DriverHours(Shape):
    """A driver's hours at the wheel."""

    fleet_id: str
    driver_id: str
    id: str
    name: str
    rules: str
    at: str  # up to when it is counted: now, of who drives the end of the driving that is known
    driving: bool
    silent: bool  # while they drive nothing is heard: all is as of then
    since: str | None  # driving; else off the wheel
    vehicle: str | None  # driven now or last; null: one that whoever asks does not see
    first: str | None  # kind of the limit that ends their driving first
    left_s: float | None  # until then, at the wheel
    until: str | None  # when that is, if they drive on
    limits: list[Count]
    note: str


class Wanted(Sorted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose hours; empty: everybody's."""

    driver: Annotated[str, msgspec.Meta(description="an id, or fleet/driver")] = ""
    fleet: str = ""
    site: Annotated[str, msgspec.Meta(description="those who have driven a vehicle of it")] = ""


def _left(kind: str) -> Callable[[DriverHours], float | None]:
    """What is left of a limit."""
    return lambda row: next((one.left_s for one in row.limits if one.kind == kind), None)


def _busy(row: DriverHours) -> int:
    """Who drives first, then those of whom nothing is heard, then who rests."""
    return row.silent - 2 * row.driving


COLUMNS = by(
    DriverHours, "hours", driver_id=operator.attrgetter("id"), driving=_busy, **{kind: _left(kind) for kind in KINDS}
)


def listed(ask: Ask) -> Page[DriverHours]:
    """Drivers who drove in the last four weeks, those with least left first."""
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        by_driver = _intervals(connection, ask, now)
    names = {(row.fleet_id, row.driver_id): row.name for row in ask.world.known.registry.of(Driver)}
    found = [_hours(ask, key, some, now, names.get(key, "")) for key, some in sorted(by_driver.items())]
    ordered = sorted(found, key=lambda one: (one.left_s or 0.0, one.id))
    return page(ordered, ask.query, lambda one: one.id, lambda one: one, COLUMNS)


def _intervals(connection: Connection, ask: Ask, now: float) -> dict[tuple[str, str], list[Row]]:
    """By driver who is seen, whatever they drove, for whichever site: a limit is of the person."""
    intervals, found = schema.intervals, defaultdict(list)
    query = select(intervals).where(intervals.c.end >= now - WINDOW_S, intervals.c.driver_id.is_not(None))
    if ask.query.driver:
        query = query.where(within.named(intervals, "driver_id", ask.query.driver))
    if ask.query.fleet:
        query = query.where(intervals.c.fleet_id == ask.query.fleet)
    if ask.scope.fleets:
        query = query.where(intervals.c.fleet_id.in_(ask.scope.fleets))
    for row in rows_of(connection, query.order_by(intervals.c.start, *intervals.primary_key)):
        found[row["fleet_id"], row["driver_id"]].append(row)
    return {key: some for key, some in found.items() if any(ask.scope.row(row) and _placed(ask, row) for row in some)}


def _placed(ask: Ask, row: Row) -> bool:
    return ask.query.site in ("", ask.world.known.site(row["fleet_id"], row["vehicle_id"]))


def _hours(ask: Ask, key: tuple[str, str], some: list[Row], now: float, name: str) -> DriverHours:
    last = some[-1]
    known = ask.world.known.roster.known(last["fleet_id"], last["vehicle_id"])
    rules: HoursRules = ask.world.rules.hours.of(known.jurisdiction, True)
    fold = Fold(rules)
    for row in some:
        if row["activity"] == "drive" or rules.on_duty:
            fold.take(_interval(ask, row))
    drive = max((row for row in some if row["activity"] == "drive"), key=operator.itemgetter("end"), default=None)
    driving = drive is not None and drive["status"] == "open"
    at = drive["end"] if drive is not None and driving else now
    limits = [_count(one) for one in fold.rested(at, known.zone).counts]
    first = min(limits, key=operator.attrgetter("left_s"), default=None)
    return DriverHours(
        fleet_id=key[0],
        driver_id=key[1],
        id="/".join(key),
        name=name,
        rules=rules.name,
        at=iso(at),
        driving=driving,
        silent=driving and now - at > SILENT_S,
        since=iso(drive["start" if driving else "end"]) if drive else None,
        vehicle=said.name(drive) if drive and ask.scope.row(drive) else None,
        first=first.kind if first else None,
        left_s=first.left_s if first else None,
        until=iso(at + first.left_s) if first else None,
        limits=limits,
        note=ESTIMATE,
    )


def _interval(ask: Ask, row: Row) -> Interval:
    known = ask.world.known.roster.known(row["fleet_id"], row["vehicle_id"])
    who, sparse = (row["fleet_id"], row["vehicle_id"]), bool(row["quality"])
    idle = row["activity"] != "drive"
    return Interval(row["start"], row["end"], who, known.zone, known.passenger, sparse, idle)


def _count(one: Any) -> Count:
    counted, most = one.standing
    left = max(most - counted, 0.0)
    kind, source = one.limit.kind, one.limit.source
    return Count(kind=kind, counted_s=counted, most_s=most, left_s=left, source=source, passed=len(one.reached))


LISTS = (
    Endpoint("GET", "/hours", listed, "hours", "Hours at the wheel", OWN, Page[DriverHours], query=Wanted, long=True),
)
