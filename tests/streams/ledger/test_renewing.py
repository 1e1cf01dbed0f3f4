"""The term that follows, and when its offer is due."""

from datetime import date
from decimal import Decimal

import pytest

from streams.ledger.renewing import is_due
from streams.ledger.terms import next_term
from streams.registry.book import Registry, RegistryError
from streams.registry.contracts import Policy
from streams.registry.renewed import Accepted, renewed


def policy(first, last, **changes):
    said = {"policy_id": "P", "policyholder_id": "h", "basis": "fixed", "currency": "EUR"}
    return Policy(**(said | {"from_": first, "to": last} | changes))


@pytest.mark.parametrize(
    ("first", "last", "end"),
    [
        (date(2025, 7, 1), date(2026, 7, 1), date(2027, 7, 1)),
        (date(2023, 7, 1), date(2026, 7, 1), date(2029, 7, 1)),
        (date(2024, 2, 29), date(2028, 2, 29), date(2032, 2, 29)),
        (date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)),
        (date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1)),
        (date(2025, 11, 15), date(2026, 1, 15), date(2026, 3, 15)),
        (date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28)),
        (date(2024, 2, 29), date(2025, 3, 1), date(2026, 3, 1)),
        (date(2025, 12, 31), date(2026, 2, 1), date(2026, 3, 5)),  # 32 days
        (date(2025, 1, 1), date(2025, 1, 15), date(2025, 1, 29)),  # 14 days
        (date(2023, 3, 1), date(2024, 2, 29), date(2025, 2, 28)),  # 365 days
    ],
)
def test_it_is_as_long_as_the_one_before(first, last, end):
    assert next_term(policy(first, last)) == (last, end)


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 5, 16), False),
        (date(2026, 5, 17), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
        (date(2025, 6, 30), False),
    ],
)
def test_an_offer_is_due_so_many_days_before_the_end(today, due):
    year = policy(date(2025, 7, 1), date(2026, 7, 1))
    assert is_due(year, today, 45) == due
    assert not is_due(policy(date(2025, 7, 1), date(2026, 7, 1), cancelled=date(2026, 6, 1)), today, 45)


def test_what_was_accepted_and_is_insured_no_longer_is_not_entered():
    old = policy(date(2025, 7, 1), date(2026, 7, 1))
    registry = Registry({"policies": {"P": old}, "policy_vehicles": {}})
    with pytest.raises(RegistryError, match="V cargo was offered and is not insured to the end of the term"):
        renewed(registry, old, "Q", next_term(old), Accepted(Decimal("100.00"), {("V", "cargo"): None}))


def test_km_of_a_deposit_are_those_of_each_vehicle_once():
    term = (date(2026, 1, 1), date(2027, 1, 1))
    both = {("V", "cargo"): 10_000.0, ("V", "own_damage"): 12_000.0, ("W", "cargo"): 5_000.0}
    assert Accepted(0, both).term_km(term) == 17_000.0
    assert Accepted(0, both | {("X", "cargo"): None}).term_km(term) is None
    assert Accepted(0, both | {("X", "cargo"): None}).term_days(term) == 3 * 365
