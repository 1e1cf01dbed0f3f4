"""Book: what is known when premiums are posted - policies, km of the days that are over, and whose events count."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import polars as pl
from sqlalchemy import Connection

from pricing.crossing import km
from pricing.exposure import YEAR, Exposure
from pricing.ledger.per_km import Km
from pricing.memory import remembered
from pricing.money import decimal
from pricing.past import by_class, classed
from pricing.score import Own
from pricing.stated import Stated
from pricing.tariff import Tariff
from streams.ledger import exposed
from streams.ledger.books import Vehicle
from streams.ledger.exposed import Left
from streams.registry import Roster, stored
from streams.registry.contracts import Policy

LULL = 7  # ours: days in which a vehicle may just be parked; of a longer silence nothing is known
VEHICLE = ("fleet_id", "vehicle_id")


@dataclass(frozen=True)
class Book:
    """What is known, of days that are over."""

    policies: Sequence[Policy]
    risks: pl.DataFrame
    driven: pl.DataFrame  # exposure
    today: date  # the first day that is not closed
    left: Sequence[Left] = ()  # days that move no score
    told: Mapping[Vehicle, Stated] | None = None  # scores alone, where nothing else may be known of driving
    memory: float = math.inf  # weeks after which what was seen counts half

    @cached_property
    def own(self) -> Mapping[Vehicle, Own | Stated]:
        """Exposure by class of each vehicle as it counts, of days premiums may be read from; or its score alone."""
        if self.told is not None:
            return self.told
        judged = classed(exposed.judged(self.driven, self.left), self.risks)
        counted = remembered(judged, self.memory, VEHICLE, "class", until=self.today, heard=self.driven)
        found = by_class(counted)
        return {(str(fleet_id), str(vehicle_id)): own for (fleet_id, vehicle_id), own in found.items()}

    @cached_property
    def km(self) -> Mapping[Vehicle, Mapping[date, Decimal]]:
        """Km of each vehicle and day, seen or not."""
        found: dict[Vehicle, dict[date, Decimal]] = {}
        for fleet_id, vehicle_id, day, measured, gap in km(self.driven).iter_rows():
            found.setdefault((fleet_id, vehicle_id), {})[day] = decimal(measured + gap)
        return found

    @cached_property
    def gaps(self) -> Mapping[Vehicle, Mapping[date, Decimal]]:
        """Of these km those of days on which an odometer told what had been driven unseen."""
        found: dict[Vehicle, dict[date, Decimal]] = {}
        for fleet_id, vehicle_id, day, _, gap in km(self.driven).filter(pl.col("km_gap") > 0).iter_rows():
            found.setdefault((fleet_id, vehicle_id), {})[day] = decimal(gap)
        return found

    @cached_property
    def by_id(self) -> Mapping[str, Policy]:
        """Policies by their id."""
        return {policy.policy_id: policy for policy in self.policies}

    @cached_property
    def _by_policy(self) -> Mapping[tuple[object, ...], pl.DataFrame]:
        return self.risks.partition_by("policy_id", as_dict=True)

    def risks_of(self, policy_id: str) -> pl.DataFrame:
        """What a policy insures, as the registry has it."""
        return self._by_policy.get((policy_id,), self.risks.clear())

    def between(self, vehicle: Vehicle, start: date, end: date) -> Decimal:
        """Km of a vehicle from ``start`` to before ``end``."""
        return _sum(self.km.get(vehicle, {}), start, end)

    def apart(self, vehicle: Vehicle, start: date, end: date) -> Km:
        """The same, those of gaps apart."""
        gap = _sum(self.gaps.get(vehicle, {}), start, end)
        return Km(self.between(vehicle, start, end) - gap, gap)

    def split(self, vehicle: Vehicle, km: float) -> Exposure:
        """Km to be expected: as many of a hundred are of gaps as were in the last year."""
        if vehicle not in self.gaps:
            return Exposure({"km_measured": km})
        seen, gap = self.apart(vehicle, self.today - timedelta(days=YEAR), self.today)
        unseen = km * float(gap) / float(seen + gap) if gap else 0.0
        return Exposure({"km_measured": km - unseen, "km_gap": unseen})

    def driven_by(self, days: Iterable[tuple[Vehicle, date]]) -> Decimal:
        """Km of vehicles on days; a day that is named twice counts once."""
        return sum((self.km.get(vehicle, {}).get(day, Decimal(0)) for vehicle, day in set(days)), Decimal(0))

    def heard(self, vehicle: Vehicle, until: date | None = None) -> Iterator[date]:
        """Days of which it is known what was driven: on record, short silences, and what an odometer told later;
        as they were known ``until`` then, else today."""
        until = until or self.today
        known = [day for day in sorted(self.km.get(vehicle, {})) if day < until]
        yield from known
        for before, day in pairwise([*known, until]):
            if (day - before).days <= LULL or day in self.gaps.get(vehicle, {}):
                yield from each_day(before + timedelta(days=1), day)

    def pace(self, vehicle: Vehicle, insured: Iterable[date]) -> tuple[float, int]:
        """Km of the days insured and heard of, and how many these are."""
        days = set(insured).intersection(self.heard(vehicle))
        return float(self.driven_by((vehicle, day) for day in days)), len(days)

    def expected(self, vehicle: Vehicle, annual_km: float, days: int) -> float:
        """Km of a term: as declared, else at the pace of days insured and heard of (before there are any: of all heard
        of), else none."""
        if annual_km == annual_km:
            return annual_km * days / YEAR
        spans = self._insured.get(vehicle, ())
        km, known = self.pace(vehicle, (day for span in spans for day in each_day(*span)))
        if not known:
            km, known = self.pace(vehicle, self.heard(vehicle))
        return km / known * days if known else 0.0

    @cached_property
    def _insured(self) -> Mapping[Vehicle, Sequence[tuple[date, date]]]:
        """Days of each vehicle under any policy, the end of each span excluded; not of the future."""
        found: dict[Vehicle, list[tuple[date, date]]] = {}
        for fleet_id, vehicle_id, start, end in (
            self.risks.select(*VEHICLE, "valid_from", "valid_to").unique().iter_rows()
        ):
            found.setdefault((fleet_id, vehicle_id), []).append((start, min(end, self.today)))
        return found


def each_day(start: date, end: date) -> Iterator[date]:
    """Days from ``start`` to before ``end``."""
    return map(date.fromordinal, range(start.toordinal(), end.toordinal()))


def gathered(connection: Connection, tariff: Tariff, now: datetime) -> Book:
    """The book of a store at ``now`` (its clock)."""
    registry, found = stored.read(connection), exposed.read(connection, tariff, now)
    driven = found.driven.filter(pl.col("day") < found.today)
    left = [one for one in found.left if one.day < found.today]
    return Book(registry.of(Policy), Roster(registry).risks(), driven, found.today, left, memory=tariff.scale.memory)


def _sum(days: Mapping[date, Decimal], start: date, end: date) -> Decimal:
    return sum((km for day, km in days.items() if start <= day < end), Decimal(0))
