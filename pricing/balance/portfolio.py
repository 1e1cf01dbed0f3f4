"""Portfolio: rated premiums as they depend on the off-balance factor - caps on change, minimum and windows inside."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from pricing.balance.book import Book, Caps, book
from pricing.balance.off_balance import BalanceError
from pricing.ladder import PREMIUM, Step
from pricing.money import micro
from pricing.premium import Premium
from pricing.tariff import Tariff

WHOLE = ("experience", "coefficient")  # steps of the premium that act on all of it


def portfolio(premiums: Sequence[Premium], previous: Sequence[Decimal | None], tariff: Tariff) -> Book:
    """The book of ``premiums`` that ``tariff`` has rated; ``previous`` of each, for the cap on change.

    Where the off-balance works on the complement of credibility alone, what is credible does not vary with it.
    """
    steps = [{step.name: step for step in premium.factors if step.part == PREMIUM} for premium in premiums]
    whole = np.array([_whole(found) for found in steps])
    pure = np.array([float(found["technical"].amount) for found in steps])
    fixed = np.array([float(found["fixed_expense"].effect) for found in steps])
    low, high = tariff.caps.get("change", (Decimal(0), Decimal("Infinity")))
    known = previous if "change" in tariff.caps else [None] * len(premiums)
    loads = float(tariff.loads.variable + tariff.loads.profit)
    left = np.array([1.0 - (found["off_balance"].credibility or 0.0) for found in steps])
    constant = (fixed + pure * (1.0 - left)) * whole
    found = book(pure * left * whole, known, Caps(1 - low, high - 1), constant, loads)
    least = np.array([float(micro(tariff.minimum.get(one.cover, Decimal(0)) * one.days)) for one in premiums])
    return replace(found, low=np.maximum(found.low, least), high=np.maximum(found.high, least))


def _whole(steps: dict[str, Step]) -> float:
    return float(np.prod([float(steps[name].effect) for name in WHOLE if name in steps]))


def mean_coefficient(premiums: Sequence[Premium]) -> Decimal | None:
    """Mean of the insurer's own coefficient, weighted by benchmark premium: supervised beside each one's window."""
    steps = [_coefficient(premium) for premium in premiums]
    known = [step for step in steps if step is not None]
    weight = sum((step.amount / step.effect for step in known), Decimal(0))
    return micro(sum((step.amount for step in known), Decimal(0)) / weight) if weight else None


def guard(tariff: Tariff, premiums: Sequence[Premium]) -> Decimal | None:
    """The mean coefficient; raises ``BalanceError`` where the tariff says between which it must lie and it does not."""
    mean = mean_coefficient(premiums)
    if mean is None or tariff.mean is None or tariff.mean[0] <= mean <= tariff.mean[1]:
        return mean
    low, high = tariff.mean
    raise BalanceError(f"the portfolio's mean coefficient is {mean}, outside {low:f} to {high:f}; change discretion")


def _coefficient(premium: Premium) -> Step | None:
    return next((step for step in premium.factors if step.name == "coefficient"), None)
