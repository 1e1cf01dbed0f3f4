"""In force: the store remembers since when which thresholds hold, so that the past is judged by what held then."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from streams.desk.thresholds import FLEETS, own_of
from streams.hours.chosen import once
from streams.kernels.params import CLASSES, Records
from streams.pipeline import chain
from streams.pipeline.own import Own, version_with, with_own
from streams.pipeline.rule_set import Beside, InForce, RuleSet, changed
from streams.store import schema
from streams.store.audit import Entry, alone, record
from streams.store.store import Row, Store, rows_of

KnownThen = Callable[[str, tuple[Records, ...]], Beside | None]  # (version, thresholds) -> the roads of a rule set


HOURS = "hours"  # beside the links in a body
LOOK_S = 1.0  # between two looks at whether a fleet has set anything


def nowhere(_version: str, _thresholds: tuple[Records, ...]) -> None:
    """Nothing is kept of the roads known then."""


def remembered(store: Store, current: RuleSet, now: float, known_then: KnownThen = nowhere) -> list[RuleSet]:
    """All rule sets on record and the ``current`` one, which holds from ``now`` (event time) on if it is new.

    What fleets have set for themselves holds on under it. The very first holds for all time before it too. A parameter
    that an older set did not have yet has the current value in it. ``known_then`` finds the roads of an older one.
    """
    rows = store.ask(_rows)
    if not rows or rows[-1]["version"] != version_with(current.version, own_of(rows[-1]["body"])):
        with store.writing() as connection:
            alone(connection)  # workers that begin together have the same to say
            rows = _with(connection, _rows(connection), current, now)
    *older, last = rows
    own = own_of(last["body"])
    return [*(_set(row, current, known_then) for row in older), with_own(current, own)._replace(since=last["since"])]


class Follower:
    """Takes up what fleets set for themselves while the service runs; ``base`` is the configuration's rule set.

    Another configuration is taken up at the next start.
    """

    def __init__(self, store: Store, base: RuleSet, in_force: InForce, known_then: KnownThen = nowhere) -> None:
        self.store, self.base, self.in_force, self.known_then = store, base, in_force, known_then
        self._looked_at = time.monotonic()

    def due(self) -> dict[str, float]:
        """Fleets whose thresholds have changed, and since when; at most one look a second."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return {}
        self._looked_at = now
        return self.look()

    def look(self) -> dict[str, float]:
        """The same, at once."""
        sets = schema.rule_sets
        query = select(sets).where(sets.c.since > self.in_force.sets[-1].since).order_by(sets.c.since)
        rows = [row for row in self.store.ask(lambda connection: rows_of(connection, query)) if self._ours(row)]
        found: dict[str, float] = {}
        for row in rows:
            before, after = self.in_force.sets[-1], _set(row, self.base, self.known_then)
            self.in_force.add(after)
            found = dict.fromkeys(changed(before, after), after.since) | found
        return found

    def _ours(self, row: Row) -> bool:
        return version_with(row["version"], {}) == version_with(self.base.version, {})


def _rows(connection: Connection) -> list[Row]:
    return rows_of(connection, select(schema.rule_sets).order_by(schema.rule_sets.c.since))


def _with(connection: Connection, rows: list[Row], current: RuleSet, now: float) -> list[Row]:
    """The rows with the current rule set as the last, on record if it is new."""
    own = own_of(rows[-1]["body"]) if rows else {}
    version = version_with(current.version, own)
    if rows and rows[-1]["version"] == version:
        return rows
    since = max(now, rows[-1]["since"]) if rows else current.since
    row = {"since": since, "version": version, "body": _written(current, own)}
    _write(connection, current, row, rows)
    return [*(one for one in rows if one["since"] < since), row]


def _write(connection: Connection, current: RuleSet, row: Row, rows: Sequence[Mapping[str, Any]]) -> None:
    since = row["since"]
    connection.execute(delete(schema.rule_sets).where(schema.rule_sets.c.since == since))
    connection.execute(insert(schema.rule_sets), row)
    detail = _difference(rows[-1], current, since) if rows else {}
    record(connection, [Entry("tripmeter", "rules.changed", "", row["version"], detail)])


def _difference(before: Mapping[str, Any], current: RuleSet, since: float) -> dict[str, Any]:
    """For the audit log: which thresholds of which links are new, and since when they hold."""
    links = zip(chain.PARAMS, _read(before["body"], current.thresholds), current.thresholds, strict=True)
    names = [
        f"{link}.{name}"
        for link, old, new in links
        for name in new.dtype.names or ()
        if not np.array_equal(old[name], new[name], equal_nan=True)
    ]
    names += ["hours"] * (_hours(before) != json.loads(current.hours.said))
    return {"since": since, "instead_of": before["version"], "thresholds": names}


def _set(row: Mapping[str, Any], current: RuleSet, known_then: KnownThen) -> RuleSet:
    thresholds, version = _read(row["body"], current.thresholds), row["version"]
    same = version_with(version, {}) == version_with(current.version, {})
    known = current.roads if same else known_then(version, thresholds)
    base = RuleSet(thresholds, version_with(version, {}), row["since"], known, once(_hours(row)))
    return with_own(base, own_of(row["body"]))


def _written(one: RuleSet, own: Own) -> str:
    """{link: {parameter: value by class}}, in the kernels' units; beside them the hours settings and fleets' own."""
    pairs = zip(chain.PARAMS, one.thresholds, strict=True)
    said = {link: {name: rows[name].tolist() for name in rows.dtype.names or ()} for link, rows in pairs}
    beside = {HOURS: json.loads(one.hours.said)} | ({FLEETS: own} if own else {})
    return json.dumps(said | beside)


def _hours(row: Mapping[str, Any]) -> dict[str, Any]:
    """Hours settings of a row that were not as shipped; a row of an earlier version has none."""
    said: dict[str, Any] = json.loads(row["body"]).get(HOURS, {})
    return said


def _read(body: str, current: Sequence[Records]) -> tuple[Records, ...]:
    said: Mapping[str, Mapping[str, Any]] = json.loads(body)
    found = []
    for link, rows in zip(chain.PARAMS, current, strict=True):
        rows = rows.copy()
        for name, values in said.get(link, {}).items():
            if name in (rows.dtype.names or ()) and len(values) == len(CLASSES):
                rows[name] = np.array(values, np.float64)
        found.append(rows)
    return tuple(found)
