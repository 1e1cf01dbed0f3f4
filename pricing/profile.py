"""Profile: what a jurisdiction allows of a tariff and of a risk, rule by rule, each with the dates it holds for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ANY, NEW_ENERGY = VEHICLES = ("any", "new_energy")
ENERGIES = ("combustion", "hybrid", "plug_in", "electric", "hydrogen")
NEW = frozenset({"plug_in", "electric", "hydrogen"})  # 新能源汽车


class ProfileError(ValueError):
    """A tariff or a risk that a jurisdiction forbids, with the rule and its dates."""


@dataclass(frozen=True)
class Window:
    """How far the insurer's own coefficient may go on a policy that begins within these dates."""

    since: date
    until: date | None  # excluded
    vehicles: str
    low: Decimal
    high: Decimal
    source: str

    def __str__(self) -> str:
        return f"{self.low:f} to {self.high:f} since {self.since}"


@dataclass(frozen=True)
class Ban:
    """Factors that a tariff may not use, and fields that a risk may not have."""

    since: date | None  # None: ever since
    until: date | None  # excluded
    what: str  # a sentence
    factors: tuple[str, ...]
    fields: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        return (
            f"{self.what} (since {self.since or 'ever'}{f', until {self.until}' if self.until else ''}; {self.source})"
        )


@dataclass(frozen=True)
class Profile:
    """The rules of a jurisdiction; a policy is judged by those that hold on the day it begins."""

    name: str
    windows: tuple[Window, ...] = ()
    bans: tuple[Ban, ...] = ()
    countries: tuple[str, ...] = ()  # whose rules these are, two letters; none: of no country's fleets alone

    def window(self, inception: date, energy: str | None) -> Window:
        """The window of a policy that begins on a day; a vehicle whose energy is not known is none of new energy."""
        found = [window for window in self.windows if _holds(window, inception, inception)]
        own = [window for window in found if (window.vehicles == NEW_ENERGY) == (energy in NEW)]
        if not found:
            first = min(window.since for window in self.windows)
            raise ProfileError(
                f"profile {self.name} has no coefficient for {inception}; its first window is of {first}"
            )
        return (own or found)[0]

    def refuse_factors(self, names: Iterable[str], since: date, until: date | None) -> Iterator[tuple[str, str]]:
        """Factors that a tariff in force between two days may not use, each with the rule."""
        for name in names:
            for ban in self.bans:
                if name in ban.factors and _holds(ban, since, until):
                    yield name, f"{name} is forbidden by profile {self.name}: {ban}"

    def refuse_country(self, country: str | None) -> None:
        """Raise for a fleet that other rules hold for; one of which it is not known whose is taken."""
        if self.countries and country and country not in self.countries:
            raise ProfileError(f"profile {self.name} is of {', '.join(self.countries)}, and its fleet of {country}")

    def refuse_fields(self, names: Iterable[str], since: date, until: date | None) -> None:
        """Raise for a field that a risk insured between two days may not have: it is refused, not ignored."""
        for name in names:
            for ban in self.bans:
                if name.strip().lower() in ban.fields and _holds(ban, since, until):
                    raise ProfileError(f"column {name!r} is forbidden by profile {self.name}: {ban}; delete it")


def _holds(rule: Window | Ban, since: date, until: date | None) -> bool:
    """Whether a rule holds on any day from ``since`` to ``until``."""
    begins, ends = rule.since or date.min, rule.until or date.max
    return since < ends and begins <= (until or date.max)
