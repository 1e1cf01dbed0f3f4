"""Renewed: the policy that follows one whose offer was accepted, and what it insures."""

from collections.abc import Mapping
from datetime import date

from msgspec.structs import replace

from streams.registry.book import Place, Problem, Registry, RegistryError
from streams.registry.contracts import Policy, PolicyVehicle

Covered = Mapping[tuple[str, str], float | None]  # km a year by vehicle and cover


def renewed(before: Registry, policy: Policy, name: str, term: tuple[date, date], covered: Covered) -> Registry:
    """The registry with policy ``name`` for the next ``term``: what was offered, on the km it was offered for."""
    if name in before.rows["policies"]:
        raise RegistryError([Problem(Place(f"policies {name}"), "policy_id", "is there already", "give another --as")])
    after = Registry({kind: dict(rows) for kind, rows in before.rows.items()})
    start, end = term
    km = {"actual_km": None, "declared_km": None, "deposit": None}  # of a declaration they are agreed anew
    after.put(replace(policy, policy_id=name, from_=start, to=end, renews=policy.policy_id, **km))
    for row in before.of(PolicyVehicle):
        key = (row.vehicle_id, row.cover)
        if row.policy_id == policy.policy_id and row.to == policy.to and key in covered:
            after.put(replace(row, policy_id=name, from_=start, to=end, annual_km=covered[key]))
    return after
