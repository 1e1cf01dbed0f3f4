"""Own: thresholds that fleets have set for themselves, as rows behind those by class that hold for all others."""

import hashlib
import json
from collections.abc import Mapping

import numpy as np

from streams.kernels.params import CLASSES, Records
from streams.pipeline.chain import PARAMS
from streams.pipeline.rule_set import RuleSet

FLEETS, AFTER = "+fleets.", "+roads."  # in a version: before the digest of what fleets have set; what comes after it

ByClass = Mapping[str, float]  # class of vehicle -> value, in the unit of config files
OfKind = Mapping[str, ByClass]  # parameter -> values
OfFleet = Mapping[str, OfKind]  # kind -> parameters
Own = Mapping[str, OfFleet]  # fleet -> kinds


def with_own(base: RuleSet, own: Own) -> RuleSet:
    """``base``, which no fleet has changed, with what fleets have set; only what differs from it matters.

    A kind or parameter that this version does not know plays no part.
    """
    if not own:
        return base
    thresholds = tuple(
        np.concatenate([rows, *[_of_fleet(link, rows, kinds) for _, kinds in sorted(own.items())]])
        for link, rows in zip(PARAMS, base.thresholds, strict=True)
    )
    first = {fleet: (k + 1) * len(CLASSES) for k, fleet in enumerate(sorted(own))}
    names = {"": base.version} | {fleet: version_with(base.version, {fleet: kinds}) for fleet, kinds in own.items()}
    return base._replace(thresholds=thresholds, version=version_with(base.version, own), fleets=first, names=names)


def version_with(version: str, own: Own) -> str:
    """The version of a rule set once fleets have set ``own``, whatever they had set before."""
    before, mark, rest = version.partition(FLEETS)
    base, after, roads = (rest if mark else version).partition(AFTER)
    said = FLEETS + hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:12] if own else ""
    return (before if mark else base) + said + after + roads


def _of_fleet(link: str, rows: Records, kinds: OfFleet) -> Records:
    """The ``rows`` of a link by class, as a fleet has them."""
    mine = rows.copy()
    for param in PARAMS[link]:
        for klass, value in kinds.get(link, {}).get(param.name, {}).items():
            mine[param.name][CLASSES.index(klass)] = value * param.scale
    return mine
