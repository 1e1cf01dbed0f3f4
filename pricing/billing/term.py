"""Term: the time a premium is for, and what any part of it costs."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from pricing.exposure import vehicle_days
from pricing.money import accrued


@dataclass(frozen=True)
class Term:
    """A policy's term in whole days, ``end`` excluded; the mode in which its money is rounded is the tariff's."""

    start: date
    end: date
    rounding: str = ROUND_HALF_EVEN

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"term: it ends on {self.end}, which is not after its start on {self.start}")

    @property
    def days(self) -> int:
        """Days insured."""
        return vehicle_days(self.start, self.end)

    def elapsed(self, day: date) -> int:
        """Whole days before ``day``, which must lie within the term or at its end."""
        if not self.start <= day <= self.end:
            raise ValueError(f"term: {day} is not within {self.start} to {self.end}")
        return vehicle_days(self.start, day)

    def earned(self, premium: Decimal, day: date) -> Decimal:
        """What is earned before ``day`` of a ``premium`` for the whole term."""
        return accrued(premium, self.elapsed(day), self.days, self.rounding)

    def share(self, premium: Decimal, start: date, end: date) -> Decimal:
        """Pro-rata premium from ``start`` to ``end``: a difference of cumulative amounts.

        However a term is cut into parts, they sum to ``premium`` to the cent.
        """
        return self.earned(premium, end) - self.earned(premium, start)
