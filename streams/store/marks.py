"""Marks: what a store says of itself - by which clock time goes by in it, and what of a fleet has been let go."""

from sqlalchemy import Connection, func, select

from streams.store import schema, upkeep
from streams.store.store import Commit, Store

CLOCK = "clock"  # key of the meta table


def set_clock(store: Store, which: str) -> None:
    """Say whether time goes by in a store with the ``wall`` clock or with its ``feed``."""
    commit = Commit()
    commit.upsert(schema.meta, [{"key": CLOCK, "value": which}])
    store.commit(commit)


def clock(connection: Connection, now: float) -> float:
    """What time it is in a store (UTC epoch s): ``now``, or with a feed the newest sample, if that is earlier."""
    if not is_fed(connection):
        return now
    segments = schema.segments
    last = select(func.max(segments.c.day)).scalar_subquery()
    newest = connection.execute(select(func.max(segments.c.end)).where(segments.c.day == last)).scalar()
    return now if newest is None else min(float(newest), now)


def is_fed(connection: Connection) -> bool:
    """Whether time goes by in a store with its feed."""
    return connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == CLOCK)).scalar() == "feed"


def let_go(connection: Connection, fleet_id: str, category: str) -> float:
    """What of a fleet ended before this (UTC epoch s) has been let go."""
    marks = upkeep.let_go
    query = select(marks.c.before).where(marks.c.fleet_id == fleet_id, marks.c.category == category)
    found = connection.execute(query).scalar()
    return float("-inf") if found is None else float(found)
