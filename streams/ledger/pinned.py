"""Pinned: the days whose events were judged by rules that the insurer stands by; the others move no premium."""

import math
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

import polars as pl
from sqlalchemy import Connection, select

from pricing.tariff import Tariff
from streams import config
from streams.config import Config
from streams.ledger import accepted
from streams.pipeline.chain import PARAMS
from streams.rules import ROADS
from streams.store import schema

SHIPPED = (
    "standard-2026.1"  # what a tariff calls the thresholds that come with Tripmeter; others it calls by their hash
)
DAY_S = 86_400.0
EVER = 2**31 - 1


class Strange(NamedTuple):
    """A rule set that the insurer has not accepted, and the days (since 1970) on which it was in force."""

    version: str
    first: int
    last: int  # included


def versions(connection: Connection, tariff: Tariff) -> set[str]:
    """Hashes of the rule sets that may move a premium: the tariff's own, and those accepted since."""
    own = config.rule_version(Config(), PARAMS) if tariff.rules == SHIPPED else tariff.rules
    return {own, *accepted.versions(connection)}


def strange(connection: Connection, pinned: Collection[str]) -> list[Strange]:
    """The other rule sets on record, in order of time."""
    rows = connection.execute(select(schema.rule_sets).order_by(schema.rule_sets.c.since)).all()
    cuts = [-math.inf, *(row.since for row in rows[1:]), math.inf]  # the very first holds before it too
    found = []
    for row, (start, end) in zip(rows, pairwise(cuts), strict=False):
        version = row.version.partition(ROADS)[0]
        if version not in pinned:
            found.append(Strange(version, _day(start), _day(end)))
    return found


def judged(exposure: pl.DataFrame, others: Iterable[Strange]) -> pl.DataFrame:
    """The days of ``exposure`` on which only accepted rule sets were in force.

    Thresholds that a fleet has changed would change what is counted; so its days count for nothing, neither as
    calm nor as rough, until the insurer accepts those thresholds.
    """
    day = pl.col("day").cast(pl.Int32)
    inside = [day.is_between(one.first, one.last) for one in others]
    return exposure.filter(~pl.any_horizontal(inside)) if inside else exposure


def _day(t: float) -> int:
    return int(t // DAY_S) if math.isfinite(t) else int(math.copysign(EVER, t))
