"""Pruning: rows kept for as long as they are to be are let go, category by category, a fleet and a day at a time."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from streams import metrics
from streams.keeping.ages import STEPS, Step
from streams.keeping.keeping import DAY_S, FOR_GOOD, Keep, Keeping
from streams.messages import iso
from streams.registry import stored
from streams.registry.rows import FleetRow
from streams.store import audit, schema, upkeep
from streams.store.store import Commit, Store


class Pruner:
    """Lets rows go; ``stopping`` ends it between two days. What it leaves undone is done the next time."""

    def __init__(self, store: Store, keeping: Keeping, stopping: Callable[[], bool]) -> None:
        self.store, self.keeping, self.stopping = store, keeping, stopping

    def work(self, today: float) -> None:
        """See to all fleets; ``today`` (UTC epoch s) is a midnight that has passed, before which time is counted."""
        with self.store.reading() as connection:
            fleets = jurisdictions(connection)
        for fleet_id, jurisdiction in fleets.items():
            for category, keep in self.keeping.of(jurisdiction).items():
                if keep.days != FOR_GOOD and not self.stopping():
                    self._let_go(fleet_id, category, today - keep.days * DAY_S)
        self._rest(today, [self.keeping.of(jurisdiction) for jurisdiction in ["", *fleets.values()]])

    def _let_go(self, fleet_id: str, category: str, before: float) -> None:
        """First the mark, then the deed: what lies before it is never made anew."""
        commit = Commit()
        commit.upsert(upkeep.let_go, [{"fleet_id": fleet_id, "category": category, "before": before}])
        self.store.commit(commit)
        counts = {step.table.name: 0 for step in STEPS[category]}
        for step in STEPS[category]:
            counts[step.table.name] += self._by_day(step, step.where(fleet_id), before)
        removed = sum(counts.values())
        if removed:
            metrics.LET_GO.labels(category).inc(removed)
            said = {"before": iso(before), "rows": {name: count for name, count in counts.items() if count}}
            with self.store.writing() as connection:
                audit.record(connection, [audit.Entry("tripmeter", f"retention.{category}", fleet_id, detail=said)])

    def _by_day(self, step: Step, where: list[ColumnElement[bool]], before: float) -> int:
        """A day a transaction: nothing else is written meanwhile."""
        gone = 0
        while not self.stopping():
            with self.store.writing() as connection:
                oldest = connection.execute(select(func.min(step.time)).where(*where, step.time < before)).scalar()
                if oldest is None:
                    break
                some = (*where, step.time < min(before, (oldest // DAY_S + 1) * DAY_S))
                change = update(step.table).values(step.values) if step.values else delete(step.table)
                gone += connection.execute(change.where(*some)).rowcount
        return gone

    def _rest(self, today: float, kept: list[dict[str, Keep]]) -> None:
        """What is of no fleet: for as long as any of them keeps its like."""
        longest = {name: max(one[name].days or 10**6 for one in kept) for name in ("payloads", "positions")}
        for table, time, category in (
            (schema.quarantine, schema.quarantine.c.received_at, "payloads"),
            (schema.undelivered, schema.undelivered.c.at, "payloads"),
            (upkeep.ticks, upkeep.ticks.c.at, "payloads"),
            (schema.revisions, schema.revisions.c.at, "positions"),
        ):
            gone = self._by_day(Step(table, time, lambda _fleet: []), [], today - longest[category] * DAY_S)
            metrics.LET_GO.labels(category).inc(gone)


def jurisdictions(connection: Connection) -> dict[str, str]:
    """Of each fleet heard of here, whose rules hold; empty where the registry says nothing."""
    heard = connection.execute(select(upkeep.vehicles.c.fleet_id).distinct()).scalars()
    said = {row.fleet_id: row.jurisdiction.upper() for row in stored.read(connection).of(FleetRow)}
    return {fleet_id: said.get(fleet_id, "") for fleet_id in sorted(heard)}
