"""Again: one vehicle's days run once more, by the rules that premiums read by, from where these and the record part."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from devices.samples import Samples
from streams.intake.intake import Intake
from streams.ledger import remade
from streams.ledger.beginnings import Begin
from streams.ledger.pinned import DAY_S, EVER, first_strange
from streams.ledger.remade import Row
from streams.ledger.unaccepted import Unaccepted
from streams.pipeline import saved
from streams.pipeline.chain import Findings
from streams.pipeline.pipeline import Midnight, Pipeline, only
from streams.records import rows
from streams.records.record import still_open
from streams.settling import aftermath
from streams.settling.midnights import Events, begun_ids, ids_of, midnight_rows
from streams.settling.settle import Day, Start, run_again, stored_samples
from streams.store import schema, upkeep
from streams.store.accounts import remade as kept_rows
from streams.store.accounts import remade_states
from streams.store.store import Commit, rows_of


@dataclass(frozen=True)
class Task:
    """What is to be done of the days before ``until``."""

    pipeline: Pipeline  # of nobody yet, by the rules that premiums read by
    intake: Intake
    own: str  # hash of the pinned rule set
    strange: Unaccepted
    until: int  # day since 1970
    begun: int  # the first day whose hours were not folded before, or by another word of the insurer
    since: float  # from then on the rules that premiums read by are others than last time (UTC epoch s)
    reworded: frozenset[str]  # fleets whose couplings the insurer has accepted anew since last time
    wall: bool  # time goes by with the wall's clock


class Again:
    """A vehicle of a task."""

    def __init__(self, task: Task, connection: Connection, slot: int) -> None:
        self.task, self.connection, self.slot = task, connection, slot
        self.vehicle = task.pipeline.fleet.vehicles[slot]
        self.strange = task.strange.of(self.vehicle)
        self.heard = -EVER  # day of its last sample before the run

    def made(self, begin: Begin | None, since: float) -> Commit:
        """What makes its days again from its beginning; they have changed ``since`` (UTC epoch s; +inf none has)."""
        commit = Commit()
        if self.vehicle[0] in self.task.reworded:
            self._trust(commit)
        if since < math.inf or (begin is not None and not begin.goes_on):  # no state of a run can be read any more
            late = begin is None or -math.inf < since < begin.t
            self._forget(commit, _day(since) if late or begin is None else begin.day)
        if begin is not None and begin.gone:
            self._mark(commit, remade.GONE, self._driven(begin.gone.start, begin.gone.stop))
        if begin is not None and begin.day < self.task.until and self._is_heard(begin):
            self._run(begin, self._start(begin), commit)
        return commit

    def _trust(self, commit: Commit) -> None:
        """What was made of the days before the first that is not as accepted now: the record is read of these."""
        found = first_strange(self.strange, -EVER)
        first = EVER if found is None else found
        then = (kept_rows.c.what != remade.HOURS, kept_rows.c.day < first)
        commit.remove(kept_rows, remade.named(self.connection, self.vehicle, self.task.own, *then))
        query = self._states(*remade_states.primary_key)
        commit.remove(remade_states, rows_of(self.connection, query.where(remade_states.c.day <= first)))

    def _start(self, begin: Begin) -> Start:
        """Its state then, as it was kept; ``LookupError``: it was settled meanwhile, and is made again next time."""
        if begin.bare:
            return Start(begin.t, None, {}, begin.t)
        live = upkeep.midnights
        query = self._states(remade_states) if begin.goes_on else select(live).where(live.c.slot == self.slot)
        day = remade_states.c.day if begin.goes_on else live.c.day
        row = self.connection.execute(query.where(day == begin.day)).mappings().first()
        if row is None:
            raise LookupError(begin.day)
        return Start(begin.t, saved.unpack(row["body"]), _told(row))

    def _forget(self, commit: Commit, day: int) -> None:
        """What was made of its days from ``day`` on."""
        made = (kept_rows.c.day >= day, kept_rows.c.what.not_in([remade.SPANS, remade.HOURS]))
        commit.remove(kept_rows, remade.named(self.connection, self.vehicle, self.task.own, *made))
        query = self._states(*remade_states.primary_key)
        commit.remove(remade_states, rows_of(self.connection, query.where(remade_states.c.day > day)))

    def _forget_begun(self, again: Pipeline, commit: Commit) -> None:
        """What ends after the start, and episodes that had begun: what comes may tell them otherwise, or not at all."""
        (begun,) = begun_ids(again.state[self.slot : self.slot + 1], [self.slot], again.fleet)
        since = again.watermark(self.slot)
        commit.remove(kept_rows, remade.ending(self.connection, self.vehicle, self.task.own, since, begun))

    def _states(self, *columns: Any) -> Select[Any]:
        mine = (remade_states.c.slot == self.slot, remade_states.c.rules == self.task.own)
        return select(*columns).where(*mine)

    def _keep(self, commit: Commit, midnights: list[Row]) -> None:
        commit.upsert(remade_states, [row | {"rules": self.task.own} for row in midnights])

    def _is_heard(self, begin: Begin) -> bool:
        payloads = schema.payloads
        mine = (payloads.c.slot == self.slot, payloads.c.last >= begin.t)
        query = select(payloads.c.position).where(*mine, payloads.c.first < self.task.until * DAY_S)
        return self.connection.execute(query.limit(1)).first() is not None

    def _run(self, begin: Begin, run: Start, commit: Commit) -> None:
        try:
            samples = self._samples(begin)
        except ValueError:  # a payload that no longer is what its format says
            self._mark(commit, remade.UNREAD, self._driven(begin.day, self.task.until))
            return
        again, events = self.task.pipeline.scratch(self.slot, run.state), dict(run.told)
        self.heard = _day(again.watermark(self.slot))
        self._forget_begun(again, commit)
        same = 0  # midnights in a row at which the record has the very same state
        for day in run_again(again, samples, events):
            same = same + 1 if self._agrees(day) else 0 if day.midnights else same
            told = _told(day.midnights[0]) if day.midnights else {}
            if same >= 2 and not any(row["end"] is None and row["kind"] in remade.KINDS for row in told.values()):
                events = self._joined(commit, begin, day, events, told)
                break
            self._found(commit, begin.day, day.found)
            self._mark(commit, remade.MADE, [day.day])
            self._keep(commit, day.midnights)
        else:
            self._rest(again, samples, begin, events, commit)
        counted = [row for row in events.values() if row["kind"] in remade.KINDS]
        commit.upsert(kept_rows, [self._kept(remade.EVENTS, row, begin.day) for row in counted])

    def _joined(self, commit: Commit, begin: Begin, day: Day, events: Events, told: Events) -> Events:
        """From a day on the record holds; the events before it, as they were ``told`` at its midnight."""
        self._keep(commit, [day.midnights[0] | {"body": b""}])
        midnight = day.day * DAY_S
        found = {name: getattr(day.found, name) for name in ("segments", "intervals", "points")}
        begun = {name: rows[rows["start"] < midnight] for name, rows in found.items()}  # and closed by what came after
        self._found(commit, begin.day, day.found._replace(**begun))
        return {name: told.get(name, row) for name, row in events.items() if row["start"] < midnight}

    def _samples(self, begin: Begin) -> Samples:
        samples = stored_samples(self.connection, self.task.intake, self.task.pipeline, self.slot, begin.t)
        return only(samples, samples.t < self.task.until * DAY_S)

    def _agrees(self, day: Day) -> bool:
        """Whether the record has the same state at a day's midnight, and nothing since that is not accepted."""
        if not day.midnights or first_strange(self.strange, day.day - 1) is not None:
            return False
        live = upkeep.midnights
        query = select(live.c.body).where(live.c.slot == self.slot, live.c.day == day.day)
        found = self.connection.execute(query.where(live.c.fingerprint == saved.mark())).scalar()
        return found is not None and saved.unpack(found) == saved.unpack(day.midnights[0]["body"])

    def _rest(self, again: Pipeline, samples: Samples, begin: Begin, events: Events, commit: Commit) -> None:
        """What is still open at the end, and the state to go on from."""
        if not samples.t.size:
            return
        state = again.state[self.slot]
        self._found(commit, begin.day, still_open(again.state[self.slot : self.slot + 1], np.zeros(1, int)))
        kept = [Midnight(self.slot, self.task.until, state.tobytes())]
        self._keep(commit, midnight_rows(kept, ids_of(kept, again.fleet), events))
        if self.task.wall:
            row = aftermath.unheard(again, self.slot, state, self.task.until * DAY_S)
            events.update({} if row is None else {row["event_id"]: row})

    def _found(self, commit: Commit, first: int, found: Findings) -> None:
        """Add what was found, with its own day or the ``first`` of the run; a silence makes rows of its days too."""
        fleet = self.task.pipeline.fleet
        silent = [day for day in np.unique(found.segments["day"]).tolist() if day > self.heard]
        self._mark(commit, remade.MADE, silent)
        for what, some in (
            (remade.SEGMENTS, rows.segments(found.segments, fleet)),
            (remade.INTERVALS, rows.intervals(found.intervals, fleet)),
            (remade.POINTS, rows.tyre_points(found.points, fleet)),
        ):
            commit.upsert(kept_rows, [self._kept(what, row, first) for row in some])

    def _kept(self, what: str, row: Row, first: int) -> Row:
        day = row["day"] if what == remade.SEGMENTS else int(row["start"] // DAY_S)
        return remade.kept(what, row, self.task.own, max(day, first))

    def _mark(self, commit: Commit, what: str, days: list[int]) -> None:
        commit.upsert(kept_rows, [remade.marker(what, self.vehicle, self.task.own, day) for day in days])

    def _driven(self, first: int, end: int) -> list[int]:
        """Days on which it drove under what is not accepted."""
        segments, (fleet_id, vehicle_id) = schema.segments, self.vehicle
        mine = (segments.c.fleet_id == fleet_id, segments.c.vehicle_id == vehicle_id)
        query = select(segments.c.day).distinct().where(*mine, segments.c.day >= first, segments.c.day < end)
        days = self.connection.execute(query.order_by(segments.c.day)).scalars()
        return [day for day in days if any(one.first <= day <= one.last for one in self.strange)]


def _told(midnight: Mapping[Any, Any]) -> Events:
    return {event["event_id"]: event for event in json.loads(midnight["told"])}


def _day(t: float) -> int:
    return int(t // DAY_S) if math.isfinite(t) else -EVER
