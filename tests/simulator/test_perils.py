"""The true frequency of claims: of documented shape, monotone in each trait, and linear in days and km."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.perils import PERILS, covers, expected, relativity
from simulator.roster import BLOCK, disciplines, fleets, roster

DRIVER = roster(5, seed=2).drivers[3]
WORSE = {"headway": (2.0, 1.4, 0.8), "pace": (0.9, 1.0, 1.1), "smooth": (1.0, 0.5, 0.0), "fatigue": (0.0, 0.1, 0.4)}
WORSE |= {"night": (0.0, 0.4, 1.0), "frailty": (0.5, 1.0, 2.0), "discipline": (0.7, 1.0, 1.3)}


@pytest.mark.parametrize("cover", PERILS)
@pytest.mark.parametrize("name", WORSE)
def test_the_worse_a_trait_the_more_claims_a_km(cover: str, name: str) -> None:
    found = []
    for value in WORSE[name]:
        changed: dict[str, Any] = {name: value}
        found.append(relativity(replace(DRIVER, **changed), PERILS[cover]))
    assert found[0] < found[1] < found[2]


def test_roughness_that_shows_in_no_trait_costs_nothing() -> None:
    assert relativity(replace(DRIVER, rough=1.0), PERILS["cargo"]) == relativity(DRIVER, PERILS["cargo"])


@pytest.mark.parametrize("klass", ["car", "van", "truck", "bus"])
def test_exposure_may_be_cut_anywhere(klass: str) -> None:
    for cover in covers(klass):
        parts = expected(DRIVER, klass, cover, 3.5, 120.0) + expected(DRIVER, klass, cover, 361.5, 29_880.0)
        assert parts == pytest.approx(expected(DRIVER, klass, cover, 365.0, 30_000.0), rel=1e-12)


def test_a_parked_vehicle_has_no_driving_claims_and_no_driver_counts() -> None:
    calm, rough = replace(DRIVER, smooth=1.0), replace(DRIVER, smooth=0.0)
    assert expected(calm, "van", "own_damage", 365, 0) == expected(rough, "van", "own_damage", 365, 0) > 0
    assert expected(DRIVER, "van", "compulsory", 365, 0) == 0


def test_the_fleet_mean_is_near_the_middle_driver() -> None:
    drivers = roster(2_000, seed=5).drivers
    mean = sum(relativity(driver, PERILS["own_damage"]) for driver in drivers) / len(drivers)
    assert 0.9 < mean < 1.3


def test_a_depots_discipline_is_all_its_drivers_and_of_mean_one() -> None:
    business = roster(2 * BLOCK, seed=8)
    found = {(one.fleet_id, one.discipline) for one in business.drivers}
    assert len(found) == 4 and {fleet for fleet, _ in found} == {fleet for fleet, _ in fleets(2 * BLOCK)}
    assert all(
        vehicle.fleet_id == driver.fleet_id for vehicle, driver in zip(business.vehicles, business.drivers, strict=True)
    )
    many = [value for seed in range(800) for value in disciplines(1, seed).values()]
    assert sum(many) / len(many) == pytest.approx(1.0, abs=0.02)
    assert relativity(business.drivers[0], PERILS["own_damage"], frailty=False) == relativity(
        replace(business.drivers[0], discipline=3.0), PERILS["own_damage"], frailty=False
    )


def test_a_small_business_has_two_fleets() -> None:
    assert {one.fleet_id for one in roster(BLOCK, seed=1).vehicles} == {"courier", "freight"}
