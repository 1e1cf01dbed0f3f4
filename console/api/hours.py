"""Hours over HTTP: how long each driver has been at the wheel against every limit, and how much is left."""

from collections import defaultdict
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, select

from console.endpoint import Ask, Endpoint, Shape
from console.gate.access import OWN
from console.lists import within
from console.lists.pages import Paged, page
from console.shapes import Page
from streams.hours import ESTIMATE, HoursRules, Interval
from streams.hours.fold import Fold
from streams.messages import iso
from streams.store import schema
from streams.store.store import rows_of

WINDOW_S = 28 * 86_400.0
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
    rules: str
    at: str  # up to when it is counted: now, of who drives the end of the driving that is known
    driving: bool
    limits: list[Count]
    note: str


class Wanted(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose hours; empty: everybody's."""

    driver: Annotated[str, msgspec.Meta(description="an id, or fleet/driver")] = ""
    fleet: str = ""
    site: Annotated[str, msgspec.Meta(description="those who have driven a vehicle of it")] = ""


def listed(ask: Ask) -> Page[DriverHours]:
    """Drivers who drove in the last four weeks, those with least left first."""
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        by_driver = _intervals(connection, ask, now)
    found = [_hours(ask, key, some, now) for key, some in sorted(by_driver.items())]
    ordered = sorted(found, key=lambda one: (min((c.left_s for c in one.limits), default=0.0), one.id))
    return page(ordered, ask.query, lambda one: one.id, lambda one: one)


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


def _hours(ask: Ask, key: tuple[str, str], some: list[Row], now: float) -> DriverHours:
    last = some[-1]
    known = ask.world.known.roster.known(last["fleet_id"], last["vehicle_id"])
    rules: HoursRules = ask.world.rules.hours.of(known.jurisdiction, True)
    fold = Fold(rules)
    for row in some:
        if row["activity"] == "drive" or rules.on_duty:
            fold.take(_interval(ask, row))
    open_ = [row["end"] for row in some if row["status"] == "open" and row["activity"] == "drive"]
    at = max(open_, default=now)
    limits = [_count(one) for one in fold.rested(at, known.zone).counts]
    return DriverHours(
        fleet_id=key[0],
        driver_id=key[1],
        id="/".join(key),
        rules=rules.name,
        at=iso(at),
        driving=bool(open_),
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
