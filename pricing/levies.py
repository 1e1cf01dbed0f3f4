"""Levies: taxes and levies on a premium, lines of their own behind it and no part of it."""

from decimal import Decimal

from pricing.ladder import LEVIES, Step
from pricing.money import cents
from pricing.tariff import Tariff


def levies(tariff: Tariff, cover: str, premium: Decimal) -> list[Step]:
    """A step a levy, each of the ``premium`` and not of one another; rounded as the premium is."""
    return [
        Step(
            LEVIES,
            one.name,
            "",
            tariff.rounding,
            "",
            None,
            "levy",
            one.rate,
            cents(premium * one.rate, tariff.rounding),
        )
        for one in tariff.levies
        if cover in one.covers
    ]


def due(steps: tuple[Step, ...] | list[Step]) -> Decimal:
    """What is paid with the premium."""
    return sum((step.amount for step in steps if step.part == LEVIES), Decimal("0.00"))
