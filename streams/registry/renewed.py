"""Renewed: the policy that follows one whose offer was accepted, and what it insures."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from pricing.exposure import YEAR
from streams.registry.book import Place, Problem, Registry, RegistryError
from streams.registry.contracts import Policy, PolicyVehicle


@dataclass(frozen=True)
class Accepted:
    """What was offered: the sum of premiums, km a year by vehicle and cover."""

    total: Decimal
    km: Mapping[tuple[str, str], float | None]
    stepped: Set[tuple[str, str]] = frozenset()  # whose coefficient a bonus-malus scale moves on

    def term_km(self, term: tuple[date, date]) -> float | None:
        """Km of all vehicles in a term; None where one of them is not known."""
        most: dict[str, float] = {}
        for (vehicle_id, _), km in self.km.items():
            if km is None:
                return None
            most[vehicle_id] = max(km, most.get(vehicle_id, 0.0))
        return round(sum(most.values()) * (term[1] - term[0]).days / YEAR, 3)

    def term_days(self, term: tuple[date, date]) -> float:
        """Vehicle-days of a term."""
        return float(len({vehicle_id for vehicle_id, _ in self.km}) * (term[1] - term[0]).days)


def renewed(before: Registry, policy: Policy, name: str, term: tuple[date, date], accepted: Accepted) -> Registry:
    """The registry with policy ``name`` for the next ``term``: what was offered, on the km it was offered for.

    A deposit is what was offered in all, for the km or days of all vehicles.
    """
    if name in before.rows["policies"]:
        raise RegistryError([Problem(Place(f"policies {name}"), "policy_id", "is there already", "give another --as")])
    after = Registry({kind: dict(rows) for kind, rows in before.rows.items()})
    start, end = term
    declared = {
        "deposit": None if policy.deposit is None else accepted.total,
        "actual_km": None,
        "declared_km": None if policy.declared_km is None else accepted.term_km(term),
        "declared_days": None if policy.declared_days is None else accepted.term_days(term),
    }
    after.put(replace(policy, policy_id=name, from_=start, to=end, renews=policy.policy_id, **declared))
    insured = [row for row in before.of(PolicyVehicle) if row.policy_id == policy.policy_id and row.to == policy.to]
    for (vehicle_id, cover), annual_km in accepted.km.items():
        rows = [row for row in insured if (row.vehicle_id, row.cover) == (vehicle_id, cover)]
        if not rows:
            what = f"{vehicle_id} {cover} was offered and is not insured to the end of the term"
            raise RegistryError(
                [Problem(Place(f"policies {policy.policy_id}"), "policy_vehicles", what, "offer it anew")]
            )
        for row in rows:
            experience = None if (vehicle_id, cover) in accepted.stepped else row.experience  # what was offered holds
            kept = {"annual_km": annual_km, "experience": experience}
            after.put(replace(row, policy_id=name, from_=start, to=end, **kept))
    return after
