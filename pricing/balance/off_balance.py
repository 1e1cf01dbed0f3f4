"""Off-balance: the one factor with which premiums sum to the target, found with the caps inside the sum.

Divided by the sum before caps the factor is wrong as soon as a cap binds: what capped vehicles do not pay is missing.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from pricing.balance.book import Book
from pricing.credibility.panel import Floats
from pricing.money import cents, decimal


class BalanceError(ValueError):
    """A target that no factor reaches within the caps."""


@dataclass(frozen=True)
class Balance:
    """The factor and what follows from it."""

    factor: Decimal  # to 6 places
    premiums: list[Decimal]  # to the cent
    subsidy: Floats  # what the caps cost or spare each vehicle
    bound: int  # vehicles whose cap binds

    @property
    def total(self) -> Decimal:
        """Sum of the premiums: vehicles are rounded, then added."""
        return sum(self.premiums, Decimal(0))


def naive(book: Book, target: Decimal) -> float:
    """The factor that forgets the caps: (target - fixed) over the uncapped sum, for comparison."""
    return float((float(target) - book.fixed.sum()) / book.varying.sum())


def solve(book: Book, target: Decimal, rounding: str = ROUND_HALF_EVEN) -> Balance:
    """The smallest factor with which the premiums reach ``target``; bisection, since their sum never falls with it.

    The factor has six places and each premium is rounded to the cent, so the total may miss the target by half a
    millionth of itself and half a cent a vehicle.
    """
    k = decimal(_bisect(book, float(target)))
    subsidy = book.subsidy(float(k))
    return Balance(k, book.charged(k, rounding), subsidy, int((subsidy != 0).sum()))


def _bisect(book: Book, target: float) -> float:
    least, most = book.total(0.0), float(book.high.sum())
    if not least <= target <= most:
        attainable = f"{cents(Decimal(least))} to {cents(Decimal(most)) if most < float('inf') else 'any amount'}"
        raise BalanceError(f"off-balance: target {target:.2f} cannot be reached within the caps, only {attainable}")
    low, high = 0.0, 1.0
    while book.total(high) < target:
        if book.total(high) == most:
            return high  # the target is all caps together, which add up a hair below it
        low, high = high, high * 2
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if book.total(middle) < target else (low, middle)
    return high
