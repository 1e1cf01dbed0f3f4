"""Calibration: whether who is told to have a rate has it, by deciles and by all orders of the prediction at once."""

from typing import NamedTuple

import numpy as np
import polars as pl

from pricing.credibility.panel import Floats
from pricing.monitoring.actual_expected import by_level
from pricing.monitoring.bins import equal
from pricing.monitoring.deviance import poisson
from pricing.monitoring.isotonic import recalibrated


class Murphy(NamedTuple):
    """Mean deviance taken apart: ``deviance = uncertainty - discrimination + miscalibration``.

    Source: Murphy 1973; Fissler, Lorentzen and Mayer 2022.
    """

    deviance: float
    uncertainty: float  # of the portfolio's mean rate
    discrimination: float  # what the order of the predictions is worth
    miscalibration: float  # what is lost by the wrong level at that order


def deciles(claims: Floats, expected: Floats, exposure: Floats, bins: int = 10) -> pl.DataFrame:
    """A/E by bins of equal exposure in rising order of the expected rate; ``bin`` counts from 1."""
    bin_of = equal(expected / exposure, exposure, bins) + 1
    columns = {"bin": bin_of, "exposure": exposure, "claims": claims, "expected": expected}
    return by_level(pl.DataFrame(columns), "bin")


def murphy(claims: Floats, expected: Floats, exposure: Floats) -> Murphy:
    """The parts of the Poisson deviance per unit of exposure.

    Recalibrated rates may be 0 where no claim came; there the deviance is its limit, 0.
    """
    total = exposure.sum()
    best = recalibrated(expected / exposure, claims / exposure, exposure) * exposure
    mean = exposure * (claims.sum() / total)
    found, at_best, at_mean = (float(poisson(claims, m).sum() / total) for m in (expected, best, mean))
    return Murphy(found, at_mean, at_mean - at_best, found - at_best)


def auto_calibration(
    claims: Floats, expected: Floats, exposure: Floats, chance: np.random.Generator, draws: int = 200
) -> float:
    """Probability of a miscalibration as large as this if every expected count were true; small: recalibrate.

    By simulation: isotonic regression overfits, so some miscalibration is found of perfect models too.
    """
    own = murphy(claims, expected, exposure).miscalibration
    drawn = (chance.poisson(expected).astype(np.float64) for _ in range(draws))
    worse = sum(murphy(each, expected, exposure).miscalibration >= own for each in drawn)
    return (worse + 1) / (draws + 1)
