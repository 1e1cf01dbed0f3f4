"""Declaration: a deposit on what is estimated, adjusted on what was driven or insured in the end."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from pricing.money import cents

KM, DAYS = "km", "vehicle-days"  # what may be declared


class Adjustment(NamedTuple):
    """How the adjustment comes about."""

    earned: Decimal  # the deposit's rate on the actual quantity
    least: Decimal  # minimum premium
    final: Decimal  # the larger of both
    due: Decimal  # final less deposit; below 0 it is given back
    minimum_bound: bool


@dataclass(frozen=True)
class Declaration:
    """A deposit for an ``estimate`` of km or vehicle-days, of which ``minimum`` is kept in any case."""

    deposit: Decimal
    estimate: Decimal  # > 0; km or vehicle-days
    minimum: Decimal  # share of the deposit

    def adjusted(self, actual: Decimal, rounding: str = ROUND_HALF_EVEN) -> Adjustment:
        """The premium on the ``actual`` quantity, declared or measured; km of a gap are actual km too.

        The rate a km is deposit / estimate and is never rounded by itself.
        """
        earned = cents(self.deposit * actual / self.estimate, rounding)
        least = cents(self.deposit * self.minimum, rounding)
        final = max(earned, least)
        return Adjustment(earned, least, final, final - self.deposit, least > earned)
