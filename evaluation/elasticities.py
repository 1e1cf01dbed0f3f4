"""Elasticities: a score's own numbers for a portfolio - credibility by its weeks, elasticities by its claims."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, isfinite
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pricing.credibility import weekly
from pricing.exposure import UNITS, Exposure
from pricing.money import decimal
from pricing.score import score
from pricing.tariff import Behaviour, Tariff
from simulator.drivers import Driver
from simulator.vehicles import Vehicle

Floats = npt.NDArray[np.float64]
ROUNDS, NEAR = 50, 1e-10


class Seen(NamedTuple):
    """A vehicle before its price is made."""

    vehicle: Vehicle
    driver: Driver
    before: Exposure
    after: Exposure
    claims: int


class Fit(NamedTuple):
    """Elasticities that were kept, each with its standard error."""

    terms: list[tuple[str, float, float]]
    claims: int


def fitted(
    tariff: Tariff, seen: Sequence[Seen], weeks: pl.DataFrame, standing: Sequence[float], whole: Sequence[float]
) -> tuple[Tariff, Fit]:
    """The tariff with a score and a level a km of its own, and without a cap on own driving.

    ``standing`` are the claims expected of each vehicle's days at its class's price, ``whole`` with its km.
    """
    known = [replace(one, beta=1.0) for one in _credible(tariff.behaviours, weeks)]
    claims = np.array([one.claims for one in seen], np.float64)
    days, running = np.array(standing), np.array(whole) - np.array(standing)
    while True:
        found, errors = _maximum(_design(replace(tariff, behaviours=tuple(known)), seen), days, running, claims)
        kept = [one for one, beta in zip(known, found[1:], strict=True) if beta > 0]
        if len(kept) == len(known):
            break
        known = kept  # a score falls with no behaviour that is worse
    own = tuple(replace(one, beta=float(beta)) for one, beta in zip(known, found[1:], strict=True))
    named = [(one.name, one.beta, float(error)) for one, error in zip(own, errors[1:], strict=True)]
    level = decimal(exp(found[0]))
    covers = {
        name: replace(cover, per_km={klass: rate * level for klass, rate in cover.per_km.items()})
        for name, cover in tariff.covers.items()
    }
    caps = {name: cap for name, cap in tariff.caps.items() if name != "telematics"}
    return replace(tariff, behaviours=own, covers=covers, caps=caps), Fit(named, int(claims.sum()))


def _credible(behaviours: Sequence[Behaviour], weeks: pl.DataFrame) -> Iterator[Behaviour]:
    """Those of which the weeks show that vehicles differ, with their own means, spread and k."""
    nothing = [pl.lit(0, pl.Int64).alias(name) for name in UNITS if name not in weeks.columns]
    for one in behaviours:
        try:
            found = weekly.fit(weeks.with_columns(nothing), one)
        except (ValueError, ZeroDivisionError):
            continue  # none of it happened
        if isfinite(found.k):
            yield replace(one, k=found.k, spread=found.spread, means=found.means)


def _design(tariff: Tariff, seen: Sequence[Seen]) -> Floats:
    """A row a vehicle: 1, and the logarithm of each credible rate against the class."""
    scores = [score({one.vehicle.kind.name: one.before}, tariff, "vehicle") for one in seen]
    rows = [[1.0, *(point.eta for point in each.points)] for each in scores]
    return np.array(rows, np.float64)


def _maximum(design: Floats, standing: Floats, running: Floats, claims: Floats) -> tuple[Floats, Floats]:
    """Likeliest coefficients of Poisson claims of mean ``standing + running * exp(design b)``, and standard errors."""
    found = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        driven = running * np.exp(design @ found)
        mean = standing + driven
        information = (design * (driven**2 / mean)[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ ((claims / mean - 1) * driven))
        found = found + step
        if np.abs(step).max() < NEAR:
            break
    return found, np.sqrt(np.diag(np.linalg.inv(information)))
