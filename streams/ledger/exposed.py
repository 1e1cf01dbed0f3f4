"""Exposed: what a store's exposure is where premiums read it - by accepted rules, without what was conceded."""

from collections.abc import Iterable, Sequence, Set
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

import polars as pl
from sqlalchemy import Connection

from pricing.exposure import first_open
from pricing.rerating import indications
from pricing.risks import joined, parted
from pricing.tariff import Tariff
from streams import tables
from streams.desk.desk import Desk
from streams.ledger import accepted, pinned, promised, remade, wheel
from streams.ledger.pinned import Strange
from streams.ledger.redetection import closed
from streams.ledger.remade import GONE, UNREAD, Remade
from streams.ledger.unaccepted import Unaccepted
from streams.store import schema

EPOCH = date(1970, 1, 1).toordinal()
WAITS, UNKNOWN = "waits", "unknown"
WHY = {
    GONE: "when they were to be made again, the state at the midnight before, or their payloads too, had been let go; "
    "the archive may have the payloads, but not that state, and without it they would be made otherwise",
    UNREAD: "their raw payloads cannot be read",
    WAITS: "the service has not made them again yet: it does so when a day has closed",
    UNKNOWN: "the thresholds that the tariff pins are neither on record nor those of this version: run the one that "
    "came with them, or have a tariff signed that pins others by their hash",
}


class Left(NamedTuple):
    """A vehicle's day that moves no score."""

    fleet_id: str
    vehicle_id: str
    day: date
    version: str  # of the rule set in force, which the insurer has not accepted; BOOKS: nor which trailer was pulled
    why: str  # it was not made again: one of WHY


class Exposed(NamedTuple):
    """Exposure, km of all days; ``left`` are those whose events and rates count for nothing."""

    driven: pl.DataFrame
    left: Sequence[Left]
    today: date  # the first day that is not closed, or not made again yet


def read(connection: Connection, tariff: Tariff, now: datetime) -> Exposed:
    """The exposure of a store at ``now`` (its clock, UTC), whatever a fleet's thresholds are and it has dismissed.

    But for rule sets and dismissals that the insurer has accepted.
    """
    found = _read(connection, tariff, now)
    return Exposed(found.driven(), found.left, found.today)


class _Read(NamedTuple):
    """What is on record as it is read for a tariff."""

    segments: pl.DataFrame
    events: pl.DataFrame
    hours: Sequence[remade.Row]  # at the wheel, as wheel.kept has them
    conceded: tables.Actions
    left: Sequence[Left]
    today: date
    now: datetime

    def driven(self) -> pl.DataFrame:
        """Exposure whoever drove: a fleet says who did, where its devices do not."""
        segments, events = tables.by_day(self.segments), tables.unnamed(wheel.instead(self.events, self.hours))
        return tables.without(self.conceded, segments, events, self.now)

    def people(self) -> pl.DataFrame:
        """Exposure of each driver."""
        return tables.without(self.conceded, self.segments, self.events, self.now)


def _read(connection: Connection, tariff: Tariff, now: datetime, conceded: Set[int] | None = None) -> _Read:
    own, today = pinned.version(tariff), first_open(now)
    strange = Unaccepted.read(connection, pinned.versions(connection, tariff))
    holds = partial(_holds, strange, pinned.strange(connection, {own}))
    days = Remade.read(connection, own, strange.first, holds)
    segments = days.instead(tables.whole(connection, schema.segments), remade.SEGMENTS)
    events = days.instead(tables.whole(connection, schema.events), remade.EVENTS, remade.SPANS)
    until, hours = closed(connection), wheel.kept(connection, own)
    if until is not None and (strange or hours):
        today = min(today, date.fromordinal(EPOCH + until))
    why = WAITS if pinned.is_known(connection, tariff) else UNKNOWN
    left = _left(segments, days, strange, why)
    return _Read(segments, events, hours, _conceded(connection, conceded), left, today, now)


def rated(
    connection: Connection, tariff: Tariff, risks: pl.DataFrame | None, now: datetime, others: Sequence[Tariff] = ()
) -> tables.Tables:
    """The six tables of a store at ``now``, whose scores and premiums are made of what the ledger reads too.

    What is insured in the currency of one of ``others`` is rated by that one.
    """
    if risks is None:
        return _rated(connection, tariff, None, now)
    (_, mine), *parts = parted(risks, tariff, others)
    six = _rated(connection, tariff, risks, now, promised.insured(connection, mine, tariff))
    for other, part in parts:
        found = _rated(connection, other, risks, now, promised.insured(connection, part, other))
        six |= joined(six, found["scores"], found["premiums"], part)
    return six


def _rated(
    connection: Connection,
    tariff: Tariff,
    risks: pl.DataFrame | None,
    now: datetime,
    insured: pl.DataFrame | None = None,
) -> tables.Tables:
    own, versions = pinned.version(tariff), pinned.versions(connection, tariff)
    hours = wheel.kept(connection, own)
    if not (hours or accepted.conceded(connection) or Unaccepted.read(connection, versions)):
        return tables.read(connection, tariff, risks, now, insured=insured)
    found = _read(connection, tariff, now)
    driven, people = found.driven(), found.people()
    priced = tables.Priced(driven, judged(driven, found.left), judged(people, found.left), found.today)
    return tables.read(connection, tariff, risks, now, priced=priced, insured=insured)


def amounts(
    connection: Connection,
    tariff: Tariff,
    risks: pl.DataFrame | None,
    now: datetime,
    klass: str = "car",
    conceded: Set[int] | None = None,
) -> pl.DataFrame:
    """The premiums of a store as ``rated`` has them, all at once and without their steps.

    ``conceded``: as if the insurer had accepted these dismissals and no others.
    """
    found = _read(connection, tariff, now, conceded)
    driven = found.driven()
    insured = tables.assumed(driven, klass) if risks is None else promised.insured(connection, risks, tariff)
    first, end = tables.days(driven, now)
    return indications(driven, insured, tariff, first, end, judged=judged(driven, found.left), until=found.today)


def judged(exposure: pl.DataFrame, left: Iterable[Left]) -> pl.DataFrame:
    """``exposure`` without the days that move no score: they count for nothing, neither as calm nor as rough."""
    types = {name: exposure.schema[name] for name in remade.KEY}
    gone = pl.DataFrame([one[:3] for one in left], schema=types, orient="row")
    return exposure.join(gone, on=remade.KEY, how="anti", maintain_order="left")


def _holds(strange: Unaccepted, others: Sequence[Strange], row: remade.Row) -> bool:
    """Whether what was made again of a day is read; not where accepted rule sets, ``others`` than the pinned, held."""
    vehicle, day = (row["fleet_id"], row["vehicle_id"]), row["day"]
    judged = _version(strange.by_rules(vehicle), day) is not None or _version(others, day) is None
    return judged or vehicle in strange.trailers


def _version(some: Iterable[Strange], day: int) -> str | None:
    return next((one.version for one in some if one.first <= day <= one.last), None)


def _conceded(connection: Connection, instead: Set[int] | None) -> tables.Actions:
    numbers = accepted.conceded(connection) if instead is None else instead
    actions = Desk(connection).actions if numbers else {}
    return {key: [row for row in rows if row["id"] in numbers] for key, rows in actions.items()}


def _left(segments: pl.DataFrame, days: Remade, strange: Unaccepted, else_: str) -> list[Left]:
    """The vehicle-days that were driven under what is not accepted and were not made again."""
    if not strange:
        return []
    heard = segments.select(remade.KEY).unique()
    found = []
    for fleet_id, vehicle_id, day in heard.join(days.days, on=remade.KEY, how="anti").sort(remade.KEY).iter_rows():
        version = _version(strange.of((fleet_id, vehicle_id)), day)
        if version is not None:
            why = days.why.get((fleet_id, vehicle_id, day), else_)
            found.append(Left(fleet_id, vehicle_id, date.fromordinal(EPOCH + day), version, why))
    return found
