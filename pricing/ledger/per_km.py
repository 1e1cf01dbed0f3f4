"""Per km: billing dates of a vehicle and cover, and the rates a day and a km of its indication."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from pricing.billing.per_km import PerKm, Reading
from pricing.exposure import Exposure, vehicle_days
from pricing.ladder import GAP, PREMIUM, RUNNING, STANDING, last_amounts
from pricing.ledger.charged import rates_of
from pricing.ledger.entry import Entry
from pricing.ledger.rated import made_from
from pricing.money import micro
from pricing.rating import rate
from pricing.stated import scored
from pricing.tariff import Tariff

WHOLE = ("experience", "coefficient")  # steps of the premium that act on all of it
CHANGE = "change_cap"  # the step where a premium may not move further from the one before
NOMINAL = 1e6  # km the rate a km is worked out on: with amounts to 6 places it is exact to 12


class Km(NamedTuple):
    """Km of some days."""

    seen: Decimal
    gap: Decimal = Decimal(0)  # driven unseen


Driven = Callable[[date, date], Km]  # from a day to before another


@dataclass(frozen=True)
class Billing:
    """The days of a vehicle and cover, billed at each month's end and at the last of them."""

    start: date
    end: date  # excluded

    def due(self, done: date, today: date) -> Iterator[tuple[date, date]]:
        """First day and end of each bill due, where days before ``done`` are billed."""
        while done < self.end:
            month = date(done.year + done.month // 12, done.month % 12 + 1, 1)
            last = min(month, self.end)
            if last > today:
                return
            yield done, last
            done = last

    def reading(self, last: date, km: Driven) -> Reading:
        """Days and km from the start to before ``last``."""
        driven = km(self.start, last)
        return Reading((last - self.start).days, micro(driven.seen), micro(driven.gap))


def rates(indication: Entry, tariff: Tariff) -> PerKm:
    """Rates of an indication, loads included: standing a day and running a km, so that the km expected cost its amount.

    A km has its rate whether or not any are known yet, one of a gap its own: it bears no credit for driving that nobody
    saw. What a cap on change made of the amount it makes of all rates.
    """
    risk, _, own = made_from(indication["made"])
    nominal = Exposure(dict.fromkeys(("km_measured", "km_gap"), NOMINAL))
    steps = rate(risk, nominal, tariff, scored(own, tariff)).factors
    amounts, loads = last_amounts(steps), tariff.loads
    whole = math.prod((step.effect for step in steps if step.part == PREMIUM and step.name in WHOLE), start=Decimal(1))
    loaded = whole / (1 - loads.variable - loads.profit) * _capped(indication["made"])
    level = next(step.effect for step in steps if (step.part, step.name) == (PREMIUM, "off_balance"))
    standing = amounts[STANDING] / vehicle_days(risk.valid_from, risk.valid_to) * level
    seen, unseen = (micro(amounts.get(part, Decimal(0)) / Decimal(NOMINAL) * level * loaded) for part in (RUNNING, GAP))
    least = tariff.minimum.get(risk.cover, Decimal(0))
    return PerKm(micro((standing + loads.fixed_per_day) * loaded), seen, tariff.rounding, least, unseen)


def as_indicated(bill: Entry, chain: Iterable[Entry], tariffs: Mapping[str, Tariff]) -> bool:
    """Whether a bill has the rates of the indication that it names; ``tariffs`` by digest. Older ones name none."""
    named = bill["made"].get("indication", "")
    found = next((entry for entry in chain if entry.hash == named), None)
    if found is None:
        return True
    held, right = rates_of(bill["made"]), rates(found, tariffs[found["made"]["tariff"]])
    return held == (replace(right, per_gap_km=None) if held.per_gap_km is None else right)


def _capped(made: Mapping[str, Any]) -> Decimal:
    """What the cap on change multiplied the premium by; nothing is made dearer by it while no km are known."""
    for before, step in pairwise(made["steps"]):
        if step["name"] == CHANGE and Decimal(before["amount"]):
            found = Decimal(step["amount"]) / Decimal(before["amount"])
            known = any(Decimal(made["exposure"].get(name) or 0) for name in ("km_measured", "km_gap"))
            return found if known else min(found, Decimal(1))
    return Decimal(1)
