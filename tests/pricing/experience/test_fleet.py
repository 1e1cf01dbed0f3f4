"""Two-level fleet credibility."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.experience.fleet import Effects, alone, directly, experience

EXPECTED, CLAIMS = np.array([0.12, 0.12, 0.30, 0.08]), np.array([0.0, 1.0, 1.0, 0.0])
EFFECTS = Effects(fleet=0.25, vehicle=0.40)


def one_fleet(expected, claims, effects):
    return experience(expected, claims, np.zeros(expected.size, np.int64), effects)


def test_four_trucks_of_a_fleet_by_known_numbers():
    found = one_fleet(EXPECTED, CLAIMS, EFFECTS)
    assert_allclose(found.z, [0.056604, 0.056604, 0.130435, 0.038462], atol=5e-7)
    assert_allclose(found.fleet_z, [0.123616], atol=5e-7)
    assert_allclose(found.fleet, [1.273597], atol=5e-7)
    assert_allclose(found.coefficient, [1.201507, 1.673205, 1.542258, 1.224613], atol=5e-7)


def test_a_truck_without_a_claim_in_a_bad_fleet_gets_no_discount():
    """By its own claims alone it would."""
    by_itself = alone(EXPECTED, CLAIMS, EFFECTS.fleet + EFFECTS.tau)
    assert by_itself[0] < 1 < one_fleet(EXPECTED, CLAIMS, EFFECTS).coefficient[0]
    z = EXPECTED * 0.75 / (1 + EXPECTED * 0.75)
    assert_allclose(z * CLAIMS / EXPECTED + (1 - z), by_itself, rtol=1e-12)


def test_vehicle_only_credibility_by_known_numbers():
    assert_allclose(alone(EXPECTED, CLAIMS, 0.75), [0.917, 1.606, 1.429, 0.943], atol=1e-3)


vehicles = st.lists(st.tuples(st.floats(0.001, 5.0), st.integers(0, 6)), min_size=1, max_size=12)
variances = st.builds(Effects, st.floats(0.0, 3.0), st.floats(0.0, 3.0))


@given(vehicles, variances)
def test_it_is_the_best_linear_estimate_by_the_covariances_themselves(fleet, effects):
    expected, claims = (np.array(column, np.float64) for column in zip(*fleet, strict=True))
    found = one_fleet(expected, claims, effects).coefficient
    assert_allclose(found, directly(expected, claims, effects), rtol=1e-7, atol=1e-9)


@given(vehicles, variances, st.integers(0, 11))
def test_one_claim_more_never_lowers_anybodys_coefficient(fleet, effects, which):
    expected, claims = (np.array(column, np.float64) for column in zip(*fleet, strict=True))
    more = claims + (np.arange(claims.size) == which % claims.size)
    before, after = (one_fleet(expected, n, effects).coefficient for n in (claims, more))
    assert np.all(after >= before - 1e-9)


@given(vehicles, vehicles, variances)
def test_fleets_do_not_disturb_each_other(one, other, effects):
    expected = np.array([row[0] for row in (*one, *other)])
    claims = np.array([row[1] for row in (*one, *other)], np.float64)
    both = experience(expected, claims, np.repeat([0, 1], [len(one), len(other)]), effects).coefficient
    assert_allclose(both[: len(one)], one_fleet(expected[: len(one)], claims[: len(one)], effects).coefficient)


def test_a_vehicle_without_a_history_has_its_fleets_coefficient():
    found = one_fleet(np.append(EXPECTED, 0.0), np.append(CLAIMS, 0.0), EFFECTS)
    assert found.coefficient[-1] == found.fleet[0] == pytest.approx(1.273597, abs=5e-7)


def test_fleets_count_also_where_vehicles_do_not_differ():
    found = one_fleet(EXPECTED, CLAIMS, Effects(fleet=0.25, vehicle=0.0))
    assert_allclose(found.coefficient, (1 + 2 * 0.25) / (1 + 0.62 * 0.25))


@pytest.mark.parametrize(("claims", "expected"), [(0, 1 / 1.3), (1, 1.6 / 1.3), (3, 2.8 / 1.3)])
def test_a_single_vehicle_is_rated_exactly_by_bayes(claims, expected):
    """Gamma effect of variance 0.6 after half an expected claim: shape and rate 1 / 0.6, posterior mean."""
    shape = 1 / 0.6
    assert alone(np.array(0.5), np.array(float(claims)), 0.6) == pytest.approx(expected)
    assert (shape + claims) / (shape + 0.5) == pytest.approx(expected)
