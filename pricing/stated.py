"""Stated: a score by its number alone, for a pricing that is told nothing else of how somebody drives."""

import math
from dataclasses import dataclass

from pricing.score import Own, Points, Score, score
from pricing.tariff import Scale, Tariff

SCORE = "score"  # what stands in the place of all behaviours


@dataclass(frozen=True)
class Stated:
    """A vehicle's score and how far it may be believed."""

    score: float  # to hundredths, 0 to 100
    credibility: float
    heard: float | None = None  # the same on the last day heard of; an older version did not say it


def stated(own: Own, tariff: Tariff) -> Stated:
    """What is told of a vehicle's own exposure."""
    found = score(own, tariff, "vehicle")
    return Stated(found.score, found.credibility, found.heard)


def scored(own: Own | Stated, tariff: Tariff) -> Score:
    """The score of what is known: of every behaviour, or of the number alone.

    From the number alone the relativity is ``ratio ^ ((base - score) / points)``. It differs from the behaviours' own
    by what rounding to hundredths hides, at most 0.02 % a behaviour, and where the score ends at 0 or 100.
    """
    return _restored(own, tariff.scale) if isinstance(own, Stated) else score(own, tariff, "vehicle")


def _restored(own: Stated, scale: Scale) -> Score:
    points, heard = round(own.score - scale.base, 2), own.credibility if own.heard is None else own.heard
    point = Points(
        behaviour=SCORE,
        unit="of 100",
        rate=own.score,
        class_mean=scale.base,
        credibility=own.credibility,
        heard=heard,
        credible_rate=own.score,
        beta=1.0,
        points=points,
        controllable=False,
        eta=-points * math.log(scale.ratio) / scale.points,
        variance=0.0,
        prior=0.0,
    )
    return Score(
        score=own.score,
        coaching_score=own.score,
        low=own.score,
        high=own.score,
        credibility=own.credibility,
        heard=heard,
        provisional=own.credibility < scale.provisional,
        km=0.0,
        points=(point,),
    )
