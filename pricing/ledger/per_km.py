"""Per km: billing dates of a vehicle and cover, and the rates a day and a km of its indication."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.billing.per_km import PerKm, Reading
from pricing.ladder import PREMIUM, RUNNING, STANDING
from pricing.ledger.entry import Entry
from pricing.money import micro
from pricing.tariff import Tariff

WHOLE = ("experience", "coefficient")  # steps of the premium that act on all of it

Driven = Callable[[date, date], Decimal]


@dataclass(frozen=True)
class Billing:
    """The days of a vehicle and cover, billed at each month's end and at the last of them."""

    start: date
    end: date  # excluded

    def due(self, done: date, today: date) -> Iterator[tuple[date, date, date]]:
        """First day and end of each bill due, where days before ``done`` are billed, and to where its reading goes.

        Days billed beyond the end are one bill more, whose reading goes to the end alone.
        """
        if done > self.end:
            yield self.end, done, self.end
        while done < self.end:
            month = date(done.year + done.month // 12, done.month % 12 + 1, 1)
            last = min(month, self.end)
            if last > today:
                return
            yield done, last, last
            done = last

    def reading(self, last: date, km: Driven) -> Reading:
        """Days and km from the start to before ``last``."""
        return Reading((last - self.start).days, micro(km(self.start, last)))


def rates(indication: Entry, tariff: Tariff) -> PerKm:
    """Rates of an indication, loads included: its standing part a day and its running part a km."""
    made, loads = indication["made"], tariff.loads
    share = 1 - loads.variable - loads.profit
    steps = {step["part"]: Decimal(step["amount"]) for step in made["steps"]}  # the last of each part
    days = (date.fromisoformat(made["risk"]["valid_to"]) - date.fromisoformat(made["risk"]["valid_from"])).days
    km = Decimal(made["exposure"].get("km_measured") or 0)
    whole = _times(step for step in made["steps"] if step["name"] in WHOLE)
    standing = steps[STANDING] / days * loads.off_balance + loads.fixed_per_day
    running = steps[RUNNING] / km * loads.off_balance if km and RUNNING in steps else Decimal(0)
    return PerKm(micro(standing / share * whole), micro(running / share * whole), tariff.rounding)


def _times(steps: Iterable[Mapping[str, Any]]) -> Decimal:
    """What acts on the whole premium: a no-claims coefficient and the insurer's own."""
    return math.prod((Decimal(step["effect"]) for step in steps if step["part"] == PREMIUM), start=Decimal(1))
