"""Book: the premiums of a portfolio as they depend on one factor, each between the caps on its change."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from pricing.fixed import LEAST, Floats, cents, decimals, fraction, millionths, times
from pricing.money import micro

UNBOUND = np.iinfo(np.int64).max  # millionths: no cap


@dataclass(frozen=True)
class Caps:
    """How far a premium may fall and rise against that of the period before, as shares."""

    down: Decimal
    up: Decimal

    def range(self, previous: Decimal | None) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest premium after ``previous``; None is a vehicle without one, which nothing binds."""
        return None if previous is None else (micro(previous * (1 - self.down)), micro(previous * (1 + self.up)))


@dataclass(frozen=True)
class Book:
    """Vehicle i pays ``clip(k * varying + fixed, low, high)``: k the off-balance factor on the pure premium."""

    varying: Floats  # (n,) > 0, pure premium over the share that is left after loads
    fixed: Floats  # (n,) fixed expense over the same share
    low: Floats  # (n,) 0 where nothing binds
    high: Floats  # (n,) infinite where nothing binds

    def uncapped(self, k: float) -> Floats:
        """What each would pay without caps."""
        return k * self.varying + self.fixed

    def premium(self, k: float) -> Floats:
        """What each pays, before the cent."""
        return np.clip(self.uncapped(k), self.low, self.high)

    def total(self, k: float) -> float:
        """Their sum; it never falls as k rises."""
        return float(self.premium(k).sum())

    def subsidy(self, k: float) -> Floats:
        """What the caps cost (above 0: pays more than its own rate) or spare each vehicle."""
        return self.premium(k) - self.uncapped(k)

    def charged(self, k: Decimal, rounding: str = ROUND_HALF_EVEN) -> list[Decimal]:
        """What each pays, to the cent; the total is the sum of these."""
        unbound = np.isinf(self.high)
        highest = np.where(unbound, UNBOUND, millionths(np.where(unbound, 0.0, self.high)))
        uncapped = times(millionths(self.varying), *fraction(k)) + millionths(self.fixed)
        return decimals(cents(np.minimum(np.maximum(uncapped, millionths(self.low)), highest), LEAST[rounding]))


def book(
    pure: Floats, previous: Sequence[Decimal | None], caps: Caps, fixed: Floats | float = 0.0, loads: float = 0.0
) -> Book:
    """The book of pure premiums; ``fixed`` expense a vehicle, ``loads`` the variable expense and profit as a share."""
    if not np.all(pure > 0):
        raise ValueError(f"off-balance: pure premium {pure[pure <= 0][0]} is not above 0, no factor could move it")
    ranges = [caps.range(amount) or (Decimal(0), Decimal("inf")) for amount in previous]
    low, high = np.array(ranges, np.float64).T
    share = 1 - loads
    return Book(pure / share, np.broadcast_to(np.asarray(fixed / share, np.float64), pure.shape), low, high)
