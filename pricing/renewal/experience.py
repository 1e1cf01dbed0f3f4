"""Experience: the claims coefficient of the next term, from the claims reported and those that were to be expected."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pricing.bonus_malus import BonusMalus
from pricing.experience.fleet import Effects, experience
from pricing.exposure import Exposure
from pricing.ladder import pure
from pricing.money import decimal
from pricing.premium import Risk
from pricing.rating import RatingError, rate
from pricing.stated import Stated, scored
from pricing.tariff import Prior, Tariff

Key = tuple[str, str, str]  # fleet, vehicle, cover


class Seen(NamedTuple):
    """A vehicle under a cover, for days that are over in which nothing about it changed."""

    risk: Risk
    km: float
    claims: int


class Stepped(NamedTuple):
    """The coefficient of a bonus-malus scale after some years, and the claims of each that it is made from."""

    coefficient: float
    scale: str
    start: float
    claims: tuple[int, ...]


class Known(NamedTuple):
    """The coefficient of a vehicle under a cover, and what it is made from."""

    coefficient: float
    claims: int
    expected: float
    fleet_claims: int
    fleet_expected: float


def stepped(scale: BonusMalus, start: float | None, years: Sequence[tuple[int, int]]) -> Stepped:
    """After ``years`` of so many days and claims; one too short for a bonus and without a claim is none.

    ``start`` is the coefficient of the first, if not that of the scale.
    """
    first = scale.start if start is None else decimal(start)
    if not scale.holds(first):
        raise RatingError(f"{first:f} is no coefficient of the bonus-malus scale {scale.name!r}")
    claims = tuple(count for days, count in years if count or days >= scale.least_days)
    return Stepped(float(scale.path(claims, first)[-1]), scale.name, float(first), claims)


def coefficients(seen: Sequence[Seen], tariff: Tariff, prior: Prior) -> dict[Key, Known]:
    """Of each vehicle inside its fleet, a cover at a time; of covers whose claims the ``prior`` knows."""
    sums: dict[Key, tuple[float, int]] = {}
    for one in seen:
        if one.risk.cover in prior.claim and one.risk.cover in tariff.covers:
            key = (one.risk.fleet_id, one.risk.vehicle_id, one.risk.cover)
            before = sums.get(key, (0.0, 0))
            sums[key] = (before[0] + expected(one, tariff, prior), before[1] + one.claims)
    found: dict[Key, Known] = {}
    for cover in sorted({key[2] for key in sums}):
        found |= _of_cover({key: both for key, both in sorted(sums.items()) if key[2] == cover}, prior)
    return found


def expected(one: Seen, tariff: Tariff, prior: Prior) -> float:
    """Claims to be expected at class rates: pure premium over what a claim costs, own driving and claims apart."""
    risk = replace(one.risk, experience=float("nan"), previous=None)
    neutral = scored(Stated(tariff.scale.base, 0.0), tariff)
    steps = rate(risk, Exposure({"km_measured": one.km}), tariff, neutral).factors
    return float(pure(steps)) / float(prior.claim[risk.cover])


def _of_cover(sums: Mapping[Key, tuple[float, int]], prior: Prior) -> dict[Key, Known]:
    fleets = sorted({key[0] for key in sums})
    codes = np.array([fleets.index(key[0]) for key in sums])
    lambdas, claims = (np.array(column, np.float64) for column in zip(*sums.values(), strict=True))
    found = experience(lambdas, claims, codes, Effects(float(prior.fleet), float(prior.vehicle)))
    in_fleet = [(int(claims[codes == i].sum()), float(lambdas[codes == i].sum())) for i in range(len(fleets))]
    return {
        key: Known(round(float(x), 4), number, round(own, 4), in_fleet[code][0], round(in_fleet[code][1], 4))
        for (key, (own, number)), x, code in zip(sums.items(), found.coefficient, codes, strict=True)
    }
