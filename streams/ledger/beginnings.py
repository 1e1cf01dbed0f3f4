"""Beginnings: where vehicles are run again from, by the rules that premiums read by; asked of the store in one."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from sqlalchemy import Connection, func, select

from streams.ledger.pinned import DAY_S, EVER, first_strange
from streams.ledger.unaccepted import Unaccepted
from streams.pipeline import saved
from streams.store import schema, upkeep
from streams.store.accounts import remade_states


class Begin(NamedTuple):
    """Where a vehicle is run again from: a midnight of the record's or of a run before, or where its payloads begin."""

    day: int
    t: float  # UTC epoch s
    goes_on: bool = False  # from the state of a run before
    bare: bool = False  # from no state: its payloads begin there
    gone: range = range(0)  # days before it that should be made again, and cannot be


class _Kept(NamedTuple):
    """A state of a run before; where it has none, the record has held since."""

    day: int
    holds: bool


@dataclass(frozen=True)
class Beginnings:
    """What is known of all vehicles, by slot."""

    strange: Unaccepted
    until: int  # day since 1970
    kept: Mapping[int, Sequence[_Kept]]  # the latest first
    gone: Mapping[int, float]  # payloads that end before are
    midnights: Mapping[int, Sequence[int]]  # days whose state the record has, ascending
    heard: Mapping[int, float]  # the last time

    @classmethod
    def read(cls, connection: Connection, rules: str, strange: Unaccepted, until: int) -> Self:
        """Those of a pinned rule set, for the days before ``until``; states that another version kept are none."""
        states, live, payloads = remade_states, upkeep.midnights, schema.payloads
        holds = func.length(states.c.body) == 0
        query = select(states.c.slot, states.c.day, holds).where(states.c.rules == rules)
        query = query.where(holds | (states.c.fingerprint == saved.mark())).order_by(states.c.day.desc())
        kept, midnights = defaultdict[int, list[_Kept]](list), defaultdict[int, list[int]](list)
        for slot, day, is_held in connection.execute(query):
            kept[slot].append(_Kept(day, bool(is_held)))
        query = select(live.c.slot, live.c.day).where(live.c.fingerprint == saved.mark(), live.c.day < until)
        for slot, day in connection.execute(query.order_by(live.c.day)) if strange else ():
            midnights[slot].append(day)
        gone = {row.slot: row.before for row in connection.execute(select(upkeep.pruned))}
        last = select(payloads.c.slot, func.max(payloads.c.last)).group_by(payloads.c.slot)
        heard = {row[0]: row[1] for row in connection.execute(last)} if strange or kept else {}
        return cls(strange, until, kept, gone, midnights, heard)

    def of(self, slot: int, vehicle: tuple[str, str], since: float, reworded: bool = False) -> Begin | None:
        """The last midnight not after ``since`` of a run, else the first day under what is not accepted.

        Days made so before the midnights that are kept cannot be made again. Of whose couplings were ``reworded``
        the record is right up to that first day, and states of runs until then are by another word.
        """
        late = (
            int(since // DAY_S) if math.isfinite(since) else since
        )  # what comes first on a day changes the one before
        strange = self.strange.of(vehicle)
        before = first_strange(strange, -EVER) if reworded else None
        trusted = -EVER if not reworded else EVER if before is None else before
        last = next((one for one in self.kept.get(slot, ()) if _counts(one, late) and one.day > trusted), None)
        if last is not None and not last.holds:
            return Begin(last.day, last.day * DAY_S, goes_on=True)
        after, gone = last.day if last else -EVER, self.gone.get(slot, -math.inf)
        first = first_strange(strange, after)
        if first is None or first >= self.until:
            return None
        if gone > first * DAY_S:
            return Begin(int(gone // DAY_S), gone, bare=True, gone=range(first, int(gone // DAY_S)))
        days = self.midnights.get(slot, ())
        k = bisect_left(days, first)
        if k == len(days) and slot not in self.heard:
            return None
        day = days[k] if k < len(days) else self.until
        return Begin(day, day * DAY_S, gone=range(first, day))

    def reach(self, slot: int) -> float:
        """The first midnight from which a vehicle can be run again (UTC epoch s); +inf: there is none."""
        return min((day * DAY_S for day in self.midnights.get(slot, ())), default=math.inf)

    def is_heard(self, slot: int, begin: Begin) -> bool:
        """Whether a vehicle has said anything since."""
        return self.heard.get(slot, -math.inf) >= begin.t


def _counts(one: _Kept, late: float) -> bool:
    return one.day < late or (one.day == late and not one.holds)
