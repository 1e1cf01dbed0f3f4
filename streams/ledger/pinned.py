"""Pinned: the days whose events were judged by rules that the insurer stands by; the others move no premium."""

import math
from collections.abc import Collection
from itertools import pairwise

import polars as pl
from sqlalchemy import Connection, select

from pricing.tariff import Tariff
from streams import config
from streams.config import Config
from streams.ledger import chains
from streams.pipeline.chain import PARAMS
from streams.rules import ROADS
from streams.store import schema

SHIPPED = "standard-2026.1"  # what a tariff calls the thresholds that come with Tripmeter
DAY_S = 86_400.0


def versions(connection: Connection, tariff: Tariff) -> set[str]:
    """Rule sets that may move a premium: the tariff's own, and those accepted since."""
    own = config.rule_version(Config(), PARAMS) if tariff.rules == SHIPPED else tariff.rules
    return {own, *chains.versions(connection)}


def judged(connection: Connection, exposure: pl.DataFrame, accepted: Collection[str]) -> pl.DataFrame:
    """The days of ``exposure`` on which only accepted rule sets were in force.

    Thresholds that a fleet has changed would change what is counted; so its days count for nothing, neither as
    calm nor as rough, until the insurer accepts those thresholds.
    """
    day = pl.col("day").cast(pl.Int32)
    others = [day.is_between(first, last) for first, last in strange(connection, accepted)]
    return exposure.filter(~pl.any_horizontal(others)) if others else exposure


def strange(connection: Connection, accepted: Collection[str]) -> list[tuple[int, int]]:
    """First and last day (since 1970) of the times when other rule sets were in force."""
    rows = connection.execute(select(schema.rule_sets).order_by(schema.rule_sets.c.since)).all()
    sinces = [-math.inf, *(row.since for row in rows[1:]), math.inf]  # the very first holds before it too
    spans = zip(rows, pairwise(sinces), strict=False)
    return [(_day(first), _day(end)) for row, (first, end) in spans if row.version.partition(ROADS)[0] not in accepted]


def _day(t: float) -> int:
    return int(t // DAY_S) if math.isfinite(t) else int(math.copysign(2**31 - 1, t))
