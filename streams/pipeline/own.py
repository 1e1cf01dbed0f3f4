"""Own: thresholds that fleets have set for themselves, as rows behind those by class that hold for all others."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from streams.kernels.params import CLASSES, Records
from streams.pipeline.chain import PARAMS
from streams.pipeline.rule_set import NAMELESS, NOBODY, RuleSet

FLEETS, AFTER = "+fleets.", "+roads."  # in a version: before the digest of what fleets have set; what comes after it

ByClass = Mapping[str, float]  # class of vehicle -> value, in the unit of config files
OfKind = Mapping[str, ByClass]  # parameter -> values
OfFleet = Mapping[str, OfKind]  # kind -> parameters
Own = Mapping[str, OfFleet]  # fleet -> kinds


def with_own(base: RuleSet, own: Own) -> RuleSet:
    """``base``, which no fleet has changed, with what fleets have set.

    A kind or parameter that this version does not know plays no part.
    """
    if not own:
        return base
    fleets = sorted(own)
    room = 1 << (len(fleets) - 1).bit_length()  # another fleet seldom needs more: what nobody has set stays one array
    thresholds = tuple(
        _stacked(link, rows.tobytes(), rows.dtype, room, _said(link, own))
        for link, rows in zip(PARAMS, base.thresholds, strict=True)
    )
    first = {fleet: (k + 1) * len(CLASSES) for k, fleet in enumerate(fleets)}
    names = {"": base.version} | {fleet: version_with(base.version, {fleet: kinds}) for fleet, kinds in own.items()}
    return base._replace(thresholds=thresholds, version=version_with(base.version, own), fleets=first, names=names)


def without_own(one: RuleSet) -> RuleSet:
    """A rule set without what fleets have set."""
    thresholds = tuple(rows[: len(CLASSES)] for rows in one.thresholds)
    version = version_with(one.version, {})
    return one._replace(thresholds=thresholds, version=version, fleets=NOBODY, names=NAMELESS)


def version_with(version: str, own: Own) -> str:
    """The version of a rule set once fleets have set ``own``, whatever they had set before."""
    before, mark, rest = version.partition(FLEETS)
    base, after, roads = (rest if mark else version).partition(AFTER)
    said = FLEETS + hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:12] if own else ""
    return (before if mark else base) + said + after + roads


def _said(link: str, own: Own) -> tuple[tuple[int, str], ...]:
    """What fleets have set of a link: the number of each that has, and its values as JSON."""
    kinds = enumerate(own[fleet].get(link) for fleet in sorted(own))
    return tuple((k, json.dumps(params, sort_keys=True)) for k, params in kinds if params)


@lru_cache(4_096)  # rule sets that follow each other differ in one link
def _stacked(link: str, rows: bytes, dtype: np.dtype[np.void], room: int, said: tuple[tuple[int, str], ...]) -> Records:
    """The rows of a link by class, for all and then for each of so many fleets."""
    found = np.concatenate([np.frombuffer(rows, dtype)] * (1 + room))
    scales = {param.name: param.scale for param in PARAMS[link]}
    for k, params in said:
        for name, by_class in json.loads(params).items():
            for klass, value in by_class.items():
                if name in scales:
                    found[name][(k + 1) * len(CLASSES) + CLASSES.index(klass)] = value * scales[name]
    return found
