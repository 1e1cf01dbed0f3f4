"""In force: the store remembers since when which thresholds hold, so that the past is judged by what held then."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from streams.hours.chosen import once
from streams.kernels.params import CLASSES, Records
from streams.pipeline import chain
from streams.pipeline.rule_set import Beside, RuleSet
from streams.store import schema
from streams.store.audit import Entry, alone, record
from streams.store.store import Row, Store, rows_of

KnownThen = Callable[[str, tuple[Records, ...]], Beside | None]  # (version, thresholds) -> the roads of a rule set


HOURS = "hours"  # beside the links in a body


def nowhere(_version: str, _thresholds: tuple[Records, ...]) -> None:
    """Nothing is kept of the roads known then."""


def remembered(store: Store, current: RuleSet, now: float, known_then: KnownThen = nowhere) -> list[RuleSet]:
    """All rule sets on record and the ``current`` one, which holds from ``now`` (event time) on if it is new.

    The very first holds for all time before it too. A parameter that an older set did not have yet has the current
    value in it. ``known_then`` finds the roads of an older one.
    """
    rows = store.ask(_rows)
    if not rows or rows[-1]["version"] != current.version:
        with store.writing() as connection:
            alone(connection)  # workers that begin together have the same to say
            rows = _with(connection, _rows(connection), current, now)
    *older, last = rows
    return [*(_set(row, current, known_then) for row in older), current._replace(since=last["since"])]


def _rows(connection: Connection) -> list[Row]:
    return rows_of(connection, select(schema.rule_sets).order_by(schema.rule_sets.c.since))


def _with(connection: Connection, rows: list[Row], current: RuleSet, now: float) -> list[Row]:
    """The rows with the current rule set as the last, on record if it is new."""
    if rows and rows[-1]["version"] == current.version:
        return rows
    since = max(now, rows[-1]["since"]) if rows else current.since
    _write(connection, current, since, rows)
    return [row for row in rows if row["since"] < since] + [{"since": since, "version": current.version}]


def _write(connection: Connection, current: RuleSet, since: float, rows: Sequence[Mapping[str, Any]]) -> None:
    row = {"since": since, "version": current.version, "body": _written(current)}
    connection.execute(delete(schema.rule_sets).where(schema.rule_sets.c.since == since))
    connection.execute(insert(schema.rule_sets), row)
    detail = _difference(rows[-1], current, since) if rows else {}
    record(connection, [Entry("tripmeter", "rules.changed", "", current.version, detail)])


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
    known = current.roads if version == current.version else known_then(version, thresholds)
    return RuleSet(thresholds, version, row["since"], known, once(_hours(row)))


def _written(one: RuleSet) -> str:
    """{link: {parameter: value by class}}, in the kernels' units; beside them the hours settings, as configured."""
    pairs = zip(chain.PARAMS, one.thresholds, strict=True)
    said = {link: {name: rows[name].tolist() for name in rows.dtype.names or ()} for link, rows in pairs}
    return json.dumps(said | {HOURS: json.loads(one.hours.said)})


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
