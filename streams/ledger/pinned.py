"""Pinned: by whose rules a day is judged where premiums read it - the insurer's, or a fleet's that it has accepted."""

import math
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, select

from pricing.tariff import Tariff
from streams import config
from streams.config import Config
from streams.desk.thresholds import own_of
from streams.hours.chosen import SHIPPED as SHIPPED_HOURS
from streams.ledger import accepted
from streams.pipeline.chain import PARAMS
from streams.pipeline.own import version_with, without_own
from streams.pipeline.rule_set import InForce, RuleSet
from streams.rules import ROADS, seen_by
from streams.store import schema

SHIPPED = (
    "standard-2026.1"  # what a tariff calls the thresholds that come with Tripmeter; others it calls by their hash
)
NAMED = {SHIPPED: "a0966b2c978c"}  # what a name means for good: other thresholds come under another name
DAY_S = 86_400.0
EVER = 2**31 - 1


class Strange(NamedTuple):
    """What the insurer has not accepted, such as a rule set, and the days (since 1970) on which it was in force."""

    version: str
    first: int
    last: int  # included
    fleets: frozenset[str] | None = None  # whose vehicles it judges otherwise; None: everybody's


def version(tariff: Tariff) -> str:
    """Hash of the rule set that a tariff pins."""
    return NAMED.get(tariff.rules, tariff.rules)


def come_along(tariff: Tariff) -> bool:
    """Whether the thresholds that a tariff pins are those of this version."""
    return version(tariff) == config.rule_version(Config(), PARAMS)


def versions(connection: Connection, tariff: Tariff) -> set[str]:
    """Hashes of the rule sets that may move a premium: the tariff's own, and those accepted since."""
    return {version(tariff), *accepted.versions(connection)}


def strange(connection: Connection, pinned: Collection[str]) -> list[Strange]:
    """The other rule sets on record, in order of time; what a fleet has set for itself is strange for it alone."""
    rows = connection.execute(select(schema.rule_sets).order_by(schema.rule_sets.c.since)).all()
    cuts = [-math.inf, *(row.since for row in rows[1:]), math.inf]  # the very first holds before it too
    found = []
    for row, (start, end) in zip(rows, pairwise(cuts), strict=False):
        name = _name(row.version)
        if name not in pinned:
            fleets = frozenset(own_of(row.body)) if version_with(name, {}) in pinned else None
            found.append(Strange(name, day_of(start), day_of(end), fleets or None))
    return found


def first_strange(some: Iterable[Strange], day: int) -> int | None:
    """The first day from ``day`` on that has one of these rule sets; None: there is none."""
    return min((max(one.first, day) for one in some if one.last >= day), default=None)


def rule_set(live: InForce, tariff: Tariff) -> RuleSet | None:
    """The rule set that a tariff pins; None: nobody knows its thresholds any more."""
    if come_along(tariff):
        shipped = config.thresholds(Config(), PARAMS)
        return RuleSet(tuple(shipped[link] for link in PARAMS), version(tariff), hours=SHIPPED_HOURS)
    return next((one for one in live.sets if _name(one.version) == version(tariff)), None)


def is_known(connection: Connection, tariff: Tariff) -> bool:
    """Whether the thresholds that a tariff pins are on record, or come with Tripmeter."""
    names = connection.execute(select(schema.rule_sets.c.version)).scalars()
    return come_along(tariff) or version(tariff) in map(_name, names)


def priced(live: InForce, own: RuleSet, accepted: Collection[str]) -> InForce:
    """The rules by which premiums read: as they were in force, and the tariff's ``own`` where they are not accepted."""
    return InForce([one if _name(one.version) in accepted else _instead(one, own, accepted) for one in live.sets])


def _instead(one: RuleSet, own: RuleSet, accepted: Collection[str]) -> RuleSet:
    """The pinned thresholds while another set was in force, with the roads known then; or that set without what fleets
    have set for themselves, if it is accepted so."""
    if _name(version_with(one.version, {})) in accepted:
        return without_own(one)
    _, mark, digest = one.version.partition(ROADS)
    roads = None if one.roads is None else seen_by(one.roads, own.thresholds)
    return own._replace(version=_name(own.version) + mark + digest, since=one.since, roads=roads)


def _name(said: str) -> str:
    """The hash of the rule set in a version; which roads were known is not a fleet's to say."""
    return said.partition(ROADS)[0]


def day_of(t: float) -> int:
    """The day (since 1970) of an instant."""
    return int(t // DAY_S) if math.isfinite(t) else int(math.copysign(EVER, t))
