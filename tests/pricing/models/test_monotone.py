"""Monotone terms: never turn back, and are the best of those that do not."""

import itertools

import numpy as np
import polars as pl
import pytest

from pricing.models import model
from pricing.models.spec import ModelError

BANDED = """
[[terms]]
type = "categorical"
column = "band"
base = "{base}"
{monotone}
[[terms]]
type = "categorical"
column = "area"
"""


@pytest.fixture(scope="module")
def bumpy():
    """Frequencies by band that go up and down: 10 12 9 15 14 13 20 in a hundred, in two areas."""
    rates = (10, 12, 9, 15, 14, 13, 20)
    rows = [(k, area, 100.0 + 7 * k, rates[k] + (area == "Y") * (k % 3)) for k in range(7) for area in "XY"]
    return pl.DataFrame(rows, schema=["band", "area", "years", "claims"], orient="row")


def relativities(found):
    return np.array([one.estimate for one in found.coefficients if one.term == "band"])


@pytest.mark.parametrize("base", range(7))
def test_neighbours_that_would_turn_back_are_pooled(bumpy, spec, base):
    found = model.fit(spec(BANDED.format(base=base, monotone='monotone = "increasing"')), bumpy)
    steps = np.diff(relativities(found))
    assert (steps >= -1e-12).all()
    assert (np.abs(steps) < 1e-12).tolist() == [False, True, False, True, True, False]
    assert found.fit.fitted == pytest.approx(found.fit.observed, rel=1e-9)


def test_no_other_pooling_that_rises_fits_better(bumpy, spec):
    """All 64 ways of pooling seven bands, fitted freely: the best that rises is the monotone fit."""
    found = model.fit(spec(BANDED.format(base=0, monotone='monotone = "increasing"')), bumpy)
    best = np.inf
    for joined in itertools.product((0, 1), repeat=6):
        group = np.concatenate([[0], np.cumsum(joined)])
        pooled = bumpy.with_columns(band=pl.Series(group[bumpy["band"].to_numpy()]))
        other = model.fit(spec(BANDED.format(base=0, monotone="")), pooled)
        if (np.diff(relativities(other)) >= 0).all():
            best = min(best, other.fit.deviance)
    assert found.fit.deviance == pytest.approx(best, rel=1e-9)


def test_what_rises_anyway_is_left_alone(policies, spec):
    terms = '[[terms]]\ntype = "categorical"\ncolumn = "km"\nbands = [10000, 20000, 40000]\n'
    free, asked = (model.fit(spec(terms + more), policies) for more in ("", 'monotone = "increasing"'))
    assert free.coefficients == asked.coefficients


def test_what_falls_is_flat_if_asked_to_rise(policies, spec):
    terms = '[[terms]]\ntype = "log"\ncolumn = "km"\nmonotone = "decreasing"'
    found = model.fit(spec(terms), policies)
    assert found.estimate("log(km)") == pytest.approx(0.0, abs=1e-12)
    assert found.fit.deviance == pytest.approx(found.fit.null_deviance, rel=1e-12)


def test_curves_cannot_be_asked_to(policies, spec):
    with pytest.raises(ModelError, match=r"terms\[0\].monotone: unknown key"):
        spec('[[terms]]\ntype = "polynomial"\ncolumn = "km"\nmonotone = "increasing"')


def test_amounts_can(policies, spec):
    terms = '[[terms]]\ntype = "categorical"\ncolumn = "age"\nbands = [24, 29, 39, 49, 59, 69]\nmonotone = "decreasing"'
    found = model.fit(spec(terms, family='"tweedie"', power="1.6", response='"amount"'), policies)
    estimates = [one.estimate for one in found.coefficients if one.term == "age"]
    assert (np.diff(estimates) <= 1e-9).all()
