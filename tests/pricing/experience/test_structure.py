"""Structure of fleets and vehicles, from claims drawn by a known one."""

import numpy as np
import pytest

from pricing.experience.fleet import Effects
from pricing.experience.history import History
from pricing.experience.structure import lasting, overdispersed

TRUTH = Effects(fleet=0.3, vehicle=0.5)


def drawn(effects, clusters=0.0, fleets=4000, vehicles=6, years=3, expected=0.6):
    """Claims of fleets whose effects are gamma of the given variances; ``clusters`` is variance within a year."""
    chance = np.random.default_rng(20)

    def effect(variance, n):
        return chance.gamma(1 / variance, variance, n) if variance > 0 else np.ones(n)

    fleet = np.repeat(np.arange(fleets), vehicles)
    lasts = effect(effects.fleet, fleets)[fleet] * effect(effects.vehicle, fleet.size)
    vehicle, period = (grid.ravel() for grid in np.meshgrid(np.arange(fleet.size), np.arange(years), indexing="ij"))
    mean = np.full(vehicle.size, expected)
    claims = chance.poisson(mean * lasts[vehicle] * effect(clusters, vehicle.size)).astype(np.float64)
    return History(mean, claims, vehicle, period, fleet)


@pytest.mark.parametrize("estimate", [lasting, overdispersed])
def test_both_find_the_variances_claims_were_drawn_with(estimate):
    found = estimate(drawn(TRUTH))
    assert found.fleet == pytest.approx(TRUTH.fleet, abs=0.03)
    assert found.vehicle == pytest.approx(TRUTH.vehicle, abs=0.04)


def test_clusters_within_a_year_are_no_lasting_effect():
    history = drawn(TRUTH, clusters=1.0)
    assert lasting(history).vehicle == pytest.approx(TRUTH.vehicle, abs=0.07)
    assert overdispersed(history).vehicle > TRUTH.vehicle + 0.2


def test_where_there_is_no_difference_none_is_found():
    found = lasting(drawn(Effects(0.0, 0.0)))
    assert found.fleet < 0.01
    assert found.vehicle < 0.02


def test_vehicles_without_fleets_differ_as_vehicles():
    found = lasting(drawn(Effects(0.0, 0.5), fleets=20_000, vehicles=1))
    assert found.fleet == 0.0
    assert found.vehicle == pytest.approx(0.5, abs=0.05)


def test_a_year_split_by_an_endorsement_is_one_year():
    history = drawn(TRUTH, fleets=50)
    halves = History(
        np.repeat(history.expected / 2, 2),
        np.stack([history.claims, np.zeros_like(history.claims)], axis=1).ravel(),
        np.repeat(history.vehicle, 2),
        np.repeat(history.period, 2),
        history.fleet,
    )
    assert lasting(halves).vehicle == pytest.approx(lasting(history).vehicle)


def test_the_level_of_the_prior_does_not_matter():
    history = drawn(TRUTH, fleets=50)
    twice = History(history.expected * 2, history.claims, history.vehicle, history.period, history.fleet)
    assert lasting(twice).fleet == pytest.approx(lasting(history).fleet)
