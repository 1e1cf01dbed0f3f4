"""Laws every rating factor keeps, over the rack."""

import numpy as np
import pytest

from pricing.factors import FACTORS, Factor
from pricing.rating import Risk

RACK = pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)


def grid(factor: Factor) -> list[float]:
    """Covariates over and beyond the curve, ascending."""
    low, high = (factor.points[0][0], factor.points[-1][0]) if factor.points else (-5.0, 5.0)
    return list(np.linspace(low - (high - low) / 2, high + (high - low) / 2, 401))


def somewhere(factor: Factor) -> list[str] | list[float]:
    return [level for level, _ in factor.levels] or grid(factor)


@RACK
def test_a_relativity_is_positive_and_finite(factor):
    found = factor.relativity(somewhere(factor))
    assert np.all(found > 0)
    assert np.all(np.isfinite(found))


@RACK
def test_it_is_one_at_the_base(factor):
    assert factor.relativity([factor.base]).tolist() == [1.0]


@RACK
def test_a_missing_covariate_is_rated_one(factor):
    missing = None if factor.levels else float("nan")
    assert factor.relativity([missing, factor.base]).tolist() == [1.0, 1.0]


@RACK
def test_it_is_monotone_where_declared(factor):
    if factor.monotone:
        assert np.all(np.diff(factor.relativity(grid(factor))) * factor.monotone >= 0)


@RACK
def test_a_relativity_does_not_depend_on_its_neighbours(factor):
    x = somewhere(factor)
    assert factor.relativity(x).tolist() == [factor.relativity([one])[0] for one in x]


@RACK
def test_it_is_exactly_one_of_curve_table_and_code(factor):
    assert sum(map(bool, (factor.points, factor.levels, factor.code))) == 1
    assert list(factor.points) == sorted(factor.points)


@RACK
def test_its_covariate_is_a_field_of_the_risk(factor):
    assert factor.covariate == "eta" or hasattr(Risk, factor.covariate) or factor.covariate in Risk.__annotations__


def test_names_are_unique():
    assert len({factor.name for factor in FACTORS}) == len(FACTORS)


def test_an_unknown_level_is_not_rated_as_the_base():
    with pytest.raises(ValueError, match="no level 'taxi'; known: own, hire, hazmat, passenger"):
        FACTORS[0].relativity(["taxi"])


def test_more_km_never_cost_less_in_all():
    annual_km = next(factor for factor in FACTORS if factor.name == "annual_km")
    km = np.linspace(1000, 200_000, 400)
    assert np.all(np.diff(km * annual_km.relativity(km)) > 0)
