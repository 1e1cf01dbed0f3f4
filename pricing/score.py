"""Score: a driver's or vehicle's expected claims against its class, 0 to 100, 100 the calmest."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pricing.exposure import SILENT, Exposure
from pricing.tariff import Behaviour, Scale, Tariff

Own = Mapping[str | None, Exposure]  # own exposure by vehicle class


@dataclass(frozen=True)
class Points:
    """What one behaviour does to a score; a behaviour that could not be observed has the class mean, and 0 points."""

    behaviour: str
    unit: str
    rate: float | None  # as observed; None where nothing could be
    class_mean: float
    credibility: float  # Z of the rate
    heard: float  # the same on the last day heard of: a silence since takes from credit, and from no surcharge
    credible_rate: float  # Z * rate + (1 - Z) * class_mean
    beta: float
    points: float  # hundredths are whole, so that sums are what is printed
    controllable: bool
    eta: float  # beta * ln(credible_rate / class_mean)
    variance: float  # of eta, given what was observed
    prior: float  # variance of eta before anything was observed
    one_sided: bool = False  # none seen is not known to be none


@dataclass(frozen=True)
class Score:
    """``score`` is the clip of the scale's base plus the sum of ``points``."""

    score: float
    coaching_score: float  # from what the person or fleet controls only; not for pricing
    low: float
    high: float
    credibility: float
    heard: float  # credibility on the last day heard of
    provisional: bool
    km: float
    points: tuple[Points, ...]


def score(own: Own, tariff: Tariff, subject: str) -> Score:
    """Score of one ``subject`` (driver or vehicle), a function of its own exposure and the tariff alone."""
    terms = [behaviour for behaviour in tariff.behaviours if subject in behaviour.subjects]
    points = tuple(_points(behaviour, own, tariff.scale) for behaviour in terms)
    scale, z = tariff.scale, _credibility((point.credibility, point.prior) for point in points)
    raw = _sum(point.points for point in points)
    half = _points_of(
        NormalDist().inv_cdf((1 + scale.interval) / 2) * math.sqrt(math.fsum(p.variance for p in points)), scale
    )
    return Score(
        score=_clip(scale.base + raw),
        coaching_score=_clip(scale.base + _sum(point.points for point in points if point.controllable)),
        low=_clip(scale.base + raw + half),
        high=_clip(scale.base + raw - half),
        credibility=round(z, 4),
        heard=round(_credibility((point.heard, point.prior) for point in points), 4),
        provisional=z < scale.provisional,
        km=round(math.fsum(exposure["km_measured"] for exposure in own.values()), 6),
        points=points,
    )


def _points(behaviour: Behaviour, own: Own, scale: Scale) -> Points:
    """Credibility of the own rate against the class mean, after Buehlmann and Straub.

    ``credible_rate = (count + K m) / (W + K)``: above 0 even without an event. A driver of several classes is held
    against the mean of his classes, weighted by what he drove in each. Step by step what ``many`` does on arrays: sums
    from left to right and numpy's logarithm, so that both give the same bits.
    """
    mean, count, seen = _class_mean(behaviour, own), 0.0, 0.0
    for klass in sorted(own, key=str):
        for column, weight in behaviour.counts:
            count = count + weight * own[klass][column]
        seen = seen + own[klass][behaviour.exposure]
    seen = seen / behaviour.per if count or not behaviour.one_sided else 0.0
    kept = 1.0 - max((exposure[SILENT] for exposure in own.values()), default=0.0)
    heard, z, credible = _believed(behaviour, mean, count, seen, kept)
    eta = behaviour.beta * float(np.log(credible / mean))
    spread = behaviour.spread**2
    return Points(
        behaviour=behaviour.name,
        unit=behaviour.unit,
        rate=count / seen if seen else None,
        class_mean=mean,
        credibility=z,
        heard=heard,
        credible_rate=credible,
        beta=behaviour.beta,
        points=_points_of(eta, scale),
        controllable=behaviour.controllable,
        eta=eta,
        # posterior variance (1 - Z) a, in proportion to the rate as that of counts is, as a lognormal's
        variance=behaviour.beta**2 * math.log1p((1 - z) * spread * mean / credible),
        prior=behaviour.prior,
        one_sided=behaviour.one_sided,
    )


def _believed(behaviour: Behaviour, mean: float, count: float, seen: float, kept: float) -> tuple[float, float, float]:
    """Z on the last day heard of, Z now, and the credible rate: below the mean by what a silence since has ``kept``."""
    k = behaviour.k / behaviour.per
    heard, credible = seen / (seen + k), (count + k * mean) / (seen + k)
    if behaviour.one_sided:
        credible = max(credible, mean)
    if credible < mean:
        seen = seen * kept
        credible = (count * kept + k * mean) / (seen + k)
    return heard, seen / (seen + k), credible


def _class_mean(behaviour: Behaviour, own: Own) -> float:
    """Mean of the classes driven, weighted by exposure; of those driven at all where nothing was observed."""
    seen = {klass: exposure[behaviour.exposure] for klass, exposure in own.items()}
    weights = {klass: w for klass, w in seen.items() if w > 0} or dict.fromkeys(own, 1.0) or {None: 1.0}
    if len(weights) == 1:
        return behaviour.mean(next(iter(weights)))
    return math.fsum(w * behaviour.mean(klass) for klass, w in weights.items()) / math.fsum(weights.values())


def _credibility(believed: Iterable[tuple[float, float]]) -> float:
    """Credibility of the score: each behaviour's own, by how much that behaviour could move the score."""
    above = prior = 0.0
    for z, weight in believed:
        above, prior = above + weight * z, prior + weight
    return above / prior if prior else 0.0


def _points_of(eta: float, scale: Scale) -> float:
    return round(-scale.per_eta * eta, 2) + 0.0  # no -0.0


def _sum(points: Iterable[float]) -> float:
    return round(math.fsum(points), 2)


def _clip(x: float) -> float:
    return round(min(max(x, 0.0), 100.0), 2)
