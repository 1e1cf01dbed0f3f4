"""Roster: what the river asks of a registry: class, tyres, zone and drivers of a vehicle, credentials, risks."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from devices.samples import Floats
from devices.signals import WHEELS, wheel_code
from streams.fleets import fleet
from streams.fleets.contacts import Contact
from streams.kernels import params
from streams.registry.book import Registry
from streams.registry.contracts import Policy, PolicyVehicle
from streams.registry.couplings import couplings
from streams.registry.periods import EVER, NEVER, Fleets, seconds, span
from streams.registry.places import routes, zones
from streams.registry.rows import CLASSES, Device, DriverAssignment, FleetRow, TyrePlan, VehicleRow

Key = tuple[str, str]  # fleet, vehicle

RISKS = {
    "fleet_id": pl.String,
    "vehicle_id": pl.String,
    "policy_id": pl.String,
    "cover": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "class": pl.String,
    "use": pl.String,
    "mass_kg": pl.Float64,
    "year": pl.Int64,
    "annual_km": pl.Float64,
    "sum_insured": pl.Float64,
    "deductible": pl.Float64,
    "limit": pl.Float64,
    "experience": pl.Float64,
    "currency": pl.String,
    "energy": pl.String,
    "inception": pl.Date,  # when the policy began
    "jurisdiction": pl.String,
}


class Roster:
    """A registry arranged for questions; a fleet.Source. Each row of a vehicle holds until its next one does."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._fleets = Fleets(registry)
        self._spans: dict[Key, list[tuple[tuple[datetime, datetime], VehicleRow]]] = {}
        for row in registry.of(VehicleRow):
            period = span(row, self._fleets.zone(row))
            self._spans.setdefault((row.fleet_id, row.vehicle_id), []).append((period, row))
        for rows in self._spans.values():
            rows.sort(key=lambda one: one[0])
        self._assignments = self._assigned()
        self._plans = self._placards()
        self._zones = zones(registry, self._fleets)
        self._routes = routes(registry, self._fleets)
        self._couplings = couplings(registry, self._fleets, self._plans, self._plan)

    def is_registered(self, fleet_id: str, vehicle_id: str) -> bool:
        """Whether the vehicle may come in."""
        return (fleet_id, vehicle_id) in self._spans

    def vehicles(self) -> list[Key]:
        """All of them."""
        return sorted(self._spans)

    def known(self, fleet_id: str, vehicle_id: str) -> fleet.Known:
        """What kernels need of a vehicle; of one that is not registered, a car in UTC."""
        rows = self._spans.get((fleet_id, vehicle_id))
        if not rows:
            return fleet.Known()
        row, last, earlier = rows[-1][1], *self._descriptions([row for _, row in rows])
        return fleet.Known(
            last.klass,
            last.placard,
            self._fleets.zone(row).key,
            self._assignments.get((fleet_id, vehicle_id), ()),
            self._zones.get(fleet_id, ()),
            self._routes.get((fleet_id, vehicle_id), ()),
            last.passenger,
            self._fleets.jurisdiction(row),
            self._couplings.get((fleet_id, vehicle_id), ()),
            last.since,
            earlier,
        )

    def _descriptions(self, rows: Sequence[VehicleRow]) -> tuple[fleet.Described, tuple[fleet.Described, ...]]:
        """The latest one, and the earlier ones; a row that changes nothing of it begins none."""
        found: list[tuple[Any, fleet.Described]] = []
        for row in rows:
            klass = CLASSES[row.klass]
            passenger = row.use == "passenger" or klass == "bus"
            if not found or found[-1][0] != (klass, row.tyre_plan, passenger):
                since = seconds(row, self._fleets)[0] if found else float("-inf")
                one = fleet.Described(since, params.CLASSES.index(klass), self._plans.get(row.tyre_plan), passenger)
                found.append(((klass, row.tyre_plan, passenger), one))
        return found[-1][1], tuple(one for _, one in found[:-1])

    def _row(self, fleet_id: str, vehicle_id: str, t: float) -> VehicleRow | None:
        """The row that holds of a vehicle at ``t``; None: it is not registered."""
        rows = [row for _, row in self._spans.get((fleet_id, vehicle_id), ())]
        begun = [row for row in rows if seconds(row, self._fleets)[0] <= t]
        return next(iter(begun[-1:] or rows), None)

    def _plan(self, fleet_id: str, vehicle_id: str, t: float) -> Floats | None:
        row = self._row(fleet_id, vehicle_id, t)
        return self._plans.get(row.tyre_plan) if row else None

    def site(self, fleet_id: str, vehicle_id: str, t: float) -> str:
        """Where a vehicle works from at ``t``, else where it stands at night; empty where neither is said."""
        row = self._row(fleet_id, vehicle_id, t)
        return (row.site or row.home_depot) if row else ""

    def place(self, fleet_id: str, vehicle_id: str) -> tuple[str, str]:
        """Time zone of a vehicle's fleet, and its latest number plate."""
        rows = self._spans.get((fleet_id, vehicle_id))
        return (self._fleets.zone(rows[-1][1]).key, rows[-1][1].plate) if rows else ("UTC", "")

    def contact(self, fleet_id: str) -> Contact:
        """Where a fleet is reached."""
        row = self._registry.rows["fleets"].get(fleet_id)
        return Contact(row.alerts_mail, row.alerts_webhook) if isinstance(row, FleetRow) else Contact()

    def contacts(self) -> list[Contact]:
        """Of all fleets."""
        return [self.contact(fleet_id) for fleet_id in sorted(self._registry.rows["fleets"])]

    def credentials(self, at: float | None = None) -> dict[str, str]:
        """Password by username, of all devices that have one; of those in use ``at`` (UTC epoch s), if it is said."""
        return {row.username: row.password for row in self._devices(at) if row.password}

    def topics(self, at: float | None = None) -> dict[str, list[Key]]:
        """Vehicles that each username may publish for; ``at`` as above."""
        found: dict[str, list[Key]] = {}
        for row in self._devices(at):
            found.setdefault(row.username, []).append((self._fleets.fleet_of(row), row.vehicle_id))
        return found

    def _devices(self, at: float | None) -> list[Device]:
        """Devices with a user name."""
        named = [row for row in self._registry.of(Device) if row.username]
        spans = [seconds(row, self._fleets) for row in named]
        return [row for row, (first, last) in zip(named, spans, strict=True) if at is None or first <= at < last]

    def risks(self) -> pl.DataFrame:
        """A row a vehicle, cover and period in which nothing about it changed, as pricing.frames.premiums reads it."""
        policies = self._registry.rows["policies"]
        rows = [
            row | self._of(cover) | {"currency": policy.currency, "inception": policy.from_}
            for cover in self._registry.of(PolicyVehicle)
            if isinstance(policy := policies.get(cover.policy_id), Policy)
            for row in self._pieces(cover)
        ]
        return pl.DataFrame(rows, schema=RISKS)

    def insured(self) -> pl.DataFrame:
        """``risks`` for as long as they were covered: until the policy was cancelled, if it was."""
        ends = {policy.policy_id: policy.cancelled for policy in self._registry.of(Policy) if policy.cancelled}
        until = pl.col("policy_id").replace_strict(ends, default=None, return_dtype=pl.Date)
        covered = self.risks().with_columns(valid_to=pl.min_horizontal("valid_to", until))
        return covered.filter(pl.col("valid_from") < pl.col("valid_to"))

    def _of(self, cover: PolicyVehicle) -> dict[str, str | None]:
        return {"jurisdiction": self._fleets.jurisdiction(cover) or None}

    def _pieces(self, cover: PolicyVehicle) -> list[dict[str, Any]]:
        """A cover cut where the vehicle's description changes; days are those of the fleet's time zone."""
        fleet_id = self._fleets.fleet_of(cover)
        zone = self._fleets.zone(cover)
        pieces = []
        for (start, end), vehicle in self._spans.get((fleet_id, cover.vehicle_id), []):
            first = cover.from_ if start == EVER else max(cover.from_, start.astimezone(zone).date())
            last = cover.to if end == NEVER else min(cover.to, end.astimezone(zone).date())
            if first < last:
                pieces.append(_risk(fleet_id, cover, vehicle, first, last))
        return pieces

    def _assigned(self) -> dict[Key, list[tuple[float, float, str]]]:
        found: dict[Key, list[tuple[float, float, str]]] = {}
        for row in self._registry.of(DriverAssignment):
            first, last = seconds(row, self._fleets)
            found.setdefault((self._fleets.fleet_of(row), row.vehicle_id), []).append((first, last, row.driver_id))
        return {key: sorted(spans) for key, spans in found.items()}

    def _placards(self) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for row in self._registry.of(TyrePlan):
            plan = found.setdefault(row.plan_id, np.full(WHEELS, np.nan))
            plan[wheel_code(row.wheel)] = row.placard_kpa
        return found


def _risk(fleet_id: str, cover: PolicyVehicle, vehicle: VehicleRow, first: date, last: date) -> dict[str, Any]:
    money = {name: getattr(cover, name) for name in ("sum_insured", "deductible", "limit")}
    if cover.cover == "own_damage" and money["sum_insured"] is None:
        money["sum_insured"] = vehicle.value
    return {
        "fleet_id": fleet_id,
        "vehicle_id": cover.vehicle_id,
        "policy_id": cover.policy_id,
        "cover": cover.cover,
        "valid_from": first,
        "valid_to": last,
        "class": CLASSES[vehicle.klass],
        "use": vehicle.use,
        "mass_kg": vehicle.gross_kg,
        "year": vehicle.year,
        "annual_km": cover.annual_km,
        **{name: None if amount is None else float(amount) for name, amount in money.items()},
        "experience": cover.experience,
        "energy": vehicle.energy or None,
    }
