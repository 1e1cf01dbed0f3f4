"""History: expected and reported claims of vehicles by period, as experience rating reads them."""

from dataclasses import dataclass, replace

import numpy as np

from pricing.credibility.panel import Codes, Floats, sums


@dataclass(frozen=True)
class History:
    """A row a vehicle and period; ``expected`` claims are the tariff's prior for that row's exposure."""

    expected: Floats  # (rows,)
    claims: Floats  # (rows,)
    vehicle: Codes  # (rows,) from 0
    period: Codes  # (rows,)
    fleet: Codes  # (vehicles,) of each vehicle, from 0

    def level(self) -> "History":
        """The same with ``expected`` brought to the level of the claims."""
        return replace(self, expected=self.expected * (self.claims.sum() / self.expected.sum()))

    def without(self, period: int) -> "History":
        """The same vehicles and fleets, the period's rows left out."""
        rows = self.period != period
        kept = (self.expected[rows], self.claims[rows], self.vehicle[rows], self.period[rows])
        return History(*kept, self.fleet)

    def totals(self) -> tuple[Floats, Floats]:
        """Expected and reported claims of each vehicle."""
        n = self.fleet.size
        return sums(self.vehicle, self.expected, n), sums(self.vehicle, self.claims, n)

    def by_period(self) -> "History":
        """One row a vehicle and period, where a period has several (an endorsement in mid-term splits it)."""
        keys, row = np.unique(np.stack([self.vehicle, self.period]), axis=1, return_inverse=True)
        return History(sums(row, self.expected), sums(row, self.claims), keys[0], keys[1], self.fleet)
