"""Per km: a bill at each billing date for days and km since the term began, less what was billed before."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from pricing.money import cents


class Reading(NamedTuple):
    """What had been insured and driven by a billing date, from the start of the term."""

    days: int
    km: Decimal  # that were seen
    gap: Decimal = Decimal(0)  # km driven unseen


class Bill(NamedTuple):
    """One bill, and all of them together."""

    due: Decimal
    billed: Decimal


@dataclass(frozen=True)
class PerKm:
    """Rates of one vehicle: standing a day and running a km, loads included, and the least that a day earns."""

    per_day: Decimal
    per_km: Decimal
    rounding: str = ROUND_HALF_EVEN
    least: Decimal = Decimal(0)  # a day
    per_gap_km: Decimal | None = None  # a km driven unseen; None: as one that was seen

    def earned(self, reading: Reading) -> Decimal:
        """What is earned by then, to the cent."""
        unseen = self.per_km if self.per_gap_km is None else self.per_gap_km
        driven = self.per_day * reading.days + self.per_km * reading.km + unseen * reading.gap
        return cents(max(driven, self.least * reading.days), self.rounding)

    def bill(self, reading: Reading, billed: Decimal) -> Bill:
        """What is due now: bills sum to what is earned, and km that came late or were put right are in the next."""
        earned = self.earned(reading)
        return Bill(earned - billed, earned)

    def bills(self, readings: Iterable[Reading]) -> list[Bill]:
        """Bill after bill."""
        found: list[Bill] = []
        for reading in readings:
            found.append(self.bill(reading, found[-1].billed if found else Decimal("0.00")))
        return found
