"""Thresholds: those of the detectors, as a fleet may set them for itself; each change is a rule set from then on."""

import json
import math
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select

from streams.desk import chosen
from streams.desk.chosen import THRESHOLDS, ChosenError
from streams.detectors import DETECTORS
from streams.kernels.params import CLASSES, Param
from streams.pipeline.own import OfFleet, OfKind, Own, version_with
from streams.store import schema
from streams.store.marks import clock
from streams.store.store import Row, Store, rows_of
from streams.words import say

KINDS = {detector.kind: detector for detector in DETECTORS}
FLEETS = "fleets"  # in the body of a rule set, beside the links
WIDE = 10.0  # so many times more or less than shipped a threshold may be: beyond it is a slip of the pen
FREE = 1_000.0  # the same where none is shipped
AHEAD_S, MINUTE_S = 5.0, 60.0  # whoever runs the river knows of it before it holds
STEP_S = 0.001  # samples are on whole ms: two rule sets never hold at one instant
_LEVEL = re.compile(r"level([123])_(.+)")


def own_of(body: str) -> Own:
    """What fleets have set, of a rule set on record."""
    found: Own = json.loads(body).get(FLEETS, {})
    return found


def change(store: Store, fleet_id: str, kind: str, said: OfKind, actor: str, now: float, seen: str = "") -> None:
    """Set a fleet's thresholds of a kind, those of the service for what is not ``said``; as ``chosen.choose``."""
    value = checked(kind, said)
    also = partial(_holds, fleet_id=fleet_id, kind=kind, value=value)
    chosen.choose(store, (fleet_id, THRESHOLDS, kind), value, actor, now, seen, also)


def with_change(own: Own, fleet_id: str, kind: str, value: OfKind) -> dict[str, OfFleet]:
    """``own`` with one kind of a fleet as it is to be; empty: nothing of its own."""
    kinds = {**own.get(fleet_id, {}), kind: value}
    kinds = {name: params for name, params in kinds.items() if params}
    return {**{name: said for name, said in own.items() if name != fleet_id}, **({fleet_id: kinds} if kinds else {})}


def checked(kind: str, said: OfKind) -> dict[str, dict[str, float]]:
    """What is set, without what is empty; ``ChosenError`` for what cannot be."""
    if kind not in KINDS:
        raise ChosenError(say("no_thresholds", kind=repr(kind)))
    params = {param.name: param for param in KINDS[kind].params}
    for name, by_class in said.items():
        if name not in params or set(by_class) - set(CLASSES):
            raise ChosenError(say("no_threshold", kind=kind, name=repr(name), classes=", ".join(by_class)))
        for value in by_class.values():
            _bounded(params[name], value)
    found = {name: dict(by_class) for name, by_class in said.items() if by_class}
    for klass in CLASSES:
        _ordered(params, found, klass)
    return found


def shipped(param: Param) -> dict[str, float]:
    """A threshold by class, in the unit of config files."""
    return {klass: value / param.scale for klass, value in zip(CLASSES, param.by_class(), strict=True)}


def bounds(param: Param) -> tuple[float, float]:
    """The least and the most that may be set."""
    values = sorted(shipped(param).values())
    return min(values[0], values[0] / WIDE), max(values[-1] * WIDE, FREE if values[-1] == 0 else values[-1])


def _bounded(param: Param, value: float) -> None:
    low, high = bounds(param)
    if not (math.isfinite(value) and low <= value <= high):
        raise ChosenError(say("bounds", name=param.name, value=f"{value:g}", low=f"{low:g}", high=f"{high:g}"))


def _ordered(params: dict[str, Param], value: OfKind, klass: str) -> None:
    """Levels rise, or fall, as those that are shipped do."""
    families: dict[str, list[Param]] = {}
    for name, param in params.items():
        level = _LEVEL.fullmatch(name)
        if level:
            families.setdefault(level[2], []).append(param)
    for family in families.values():
        before = [shipped(param)[klass] for param in family]
        after = [value.get(param.name, {}).get(klass, was) for param, was in zip(family, before, strict=True)]
        if before == sorted(before) and after != sorted(after):
            raise ChosenError(say("levels_rise", names=", ".join(param.name for param in family), klass=klass))
        if before == sorted(before, reverse=True) != sorted(before) and after != sorted(after, reverse=True):
            raise ChosenError(say("levels_fall", names=", ".join(param.name for param in family), klass=klass))


def _holds(connection: Connection, now: float, fleet_id: str, kind: str, value: OfKind) -> float:
    """Put a rule set on record that holds from the next minute on, or from just after the last one; when."""
    rows: Sequence[Row] = rows_of(
        connection, select(schema.rule_sets).order_by(schema.rule_sets.c.since.desc()).limit(1)
    )
    if not rows:
        raise ChosenError(say("not_run"))
    last, body = rows[0], json.loads(rows[0]["body"])
    own = with_change(body.get(FLEETS, {}), fleet_id, kind, value)
    since = max((clock(connection, now) + AHEAD_S) // MINUTE_S * MINUTE_S + MINUTE_S, last["since"] + STEP_S)
    said: dict[str, Any] = {name: part for name, part in body.items() if name != FLEETS}
    row = {"since": since, "version": version_with(last["version"], own), "body": json.dumps(said | {FLEETS: own})}
    connection.execute(insert(schema.rule_sets), row)
    return float(since)
