"""Hysteresis: an indicated amount or relativity is published anew only when it has really moved, and by steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pricing.money import micro


@dataclass(frozen=True)
class Hysteresis:
    """``band``: changes up to this share of the larger on the smaller are kept back; ``step``: most of one change."""

    band: Decimal
    step: Decimal

    def publish(self, shown: Decimal | None, found: Decimal) -> Decimal:
        """What to show after ``shown``, where ``found`` is what would be right now; after nothing, or 0, just that.

        |ln(found / shown)| > ln(1 + band), said without a logarithm so that it is exact.
        """
        if not shown:  # no share of 0 leads away from it
            return found
        low, high = sorted((shown, found))
        if high <= low * (1 + self.band):
            return shown
        return min(max(found, micro(shown / (1 + self.step))), micro(shown * (1 + self.step)))

    def path(self, found: Iterable[Decimal]) -> list[Decimal]:
        """What is shown, one after the other."""
        shown: list[Decimal] = []
        for amount in found:
            shown.append(self.publish(shown[-1] if shown else None, amount))
        return shown
