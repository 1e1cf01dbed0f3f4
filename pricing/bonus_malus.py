"""Bonus-malus: what a claim-free year and a claim do to the coefficient, by a scale that a document says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

RULES = ("multiply", "steps")


@dataclass(frozen=True)
class BonusMalus:
    """A scale whose state is the coefficient itself (``multiply``) or a class of a list (``steps``)."""

    name: str
    source: str
    rule: str
    start: Decimal  # coefficient, or the coefficient of the first class
    lowest: Decimal
    highest: Decimal
    bonus: Decimal  # by which a claim-free year multiplies, or the number of classes down
    malus: Decimal  # by which each claim multiplies, or the number of classes up
    least_days: int  # of a year, to be one without a claim
    rounding: str = ROUND_DOWN
    classes: tuple[Decimal, ...] = ()  # rising coefficients

    def holds(self, coefficient: Decimal) -> bool:
        """Whether somebody can have it."""
        return coefficient in self.classes if self.classes else coefficient == self._within(coefficient)

    def after(self, coefficient: Decimal, claims: int) -> Decimal:
        """Coefficient of the year after one with so many claims at fault."""
        if self.rule == "steps":
            return self._step(coefficient, claims)
        if claims == 0:
            return self._within(coefficient * self.bonus)
        for _ in range(claims):
            coefficient = self._within(coefficient * self.malus)
        return coefficient

    def path(self, claims: Iterable[int], start: Decimal | None = None) -> list[Decimal]:
        """Coefficient of the first year and of each year after one with the ``claims`` given."""
        found = [self.start if start is None else start]
        for count in claims:
            found.append(self.after(found[-1], count))
        return found

    def _within(self, coefficient: Decimal) -> Decimal:
        return min(max(coefficient.quantize(Decimal("0.01"), self.rounding), self.lowest), self.highest)

    def _step(self, coefficient: Decimal, claims: int) -> Decimal:
        moved = self.classes.index(coefficient) + int(self.malus * claims if claims else -self.bonus)
        return self.classes[min(max(moved, 0), len(self.classes) - 1)]


@dataclass(frozen=True)
class Rule:
    """For which covers and vehicle classes a scale's coefficient is the experience."""

    scale: BonusMalus
    covers: tuple[str, ...]
    classes: tuple[str, ...]
