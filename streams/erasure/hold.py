"""Hold: what a law wants kept with the name of who it was, so that it may not be erased yet."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from streams.erasure.person import Person
from streams.keeping.keeping import DAY_S, Keeping
from streams.keeping.pruning import jurisdictions
from streams.records.evidence import KINDS
from streams.store import schema

_EVENTS, _ALERTS, _INTERVALS = schema.events, schema.alerts, schema.intervals
_CRASHES = or_(*[(_EVENTS.c.kind == kind) & (_EVENTS.c.level >= level) for kind, level in KINDS.items()])
# of these categories a law asks for the person too; positions and payloads are the vehicle's
OF_PERSONS: dict[str, tuple[ColumnElement[Any], ColumnElement[Any], tuple[ColumnElement[bool], ...]]] = {
    "trips": (_EVENTS.c.fleet_id, _EVENTS.c.start, ()),
    "evidence": (_EVENTS.c.fleet_id, _EVENTS.c.start, (_CRASHES,)),
    "handling": (_ALERTS.c.fleet_id, _ALERTS.c.last_seen, ()),
    "hours": (_INTERVALS.c.fleet_id, _INTERVALS.c.end, ()),
}


class Held(NamedTuple):
    """A category that has to be kept, until when and on whose word."""

    category: str
    until: float  # UTC epoch s
    source: str

    def __str__(self) -> str:
        day = datetime.fromtimestamp(self.until, UTC)
        return f"{self.category}: to be kept until {day:%Y-%m-%d} ({self.source})"


def held(connection: Connection, person: Person, keeping: Keeping, now: float) -> Iterator[Held]:
    """What of a person has to be kept at ``now`` (UTC epoch s)."""
    rules = keeping.of(jurisdictions(connection).get(person.fleet_id, ""))
    for category, (fleet, time, more) in OF_PERSONS.items():
        keep = rules[category]
        driver = fleet.table.c.driver_id
        theirs = (fleet == person.fleet_id, driver == person.driver_id, *more)
        newest = connection.execute(select(func.max(time)).where(*theirs)).scalar()
        if newest is not None and now < newest + keep.least * DAY_S:
            yield Held(category, float(newest) + keep.least * DAY_S, keep.source)
