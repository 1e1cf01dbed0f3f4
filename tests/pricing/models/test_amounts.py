"""Gamma and Tweedie: severities and pure premiums beside statsmodels and glum, large losses capped and loaded."""

import glum
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.special import ive, log_wright_bessel

from pricing.models import cells, model, tweedie
from pricing.models.spec import ModelError

from . import peers

TERMS = """
[[terms]]
type = "categorical"
column = "area"
base = "Z"

[[terms]]
type = "log"
column = "km"
"""
CLAIMED = '[[rows]]\ncolumn = "claims"\nabove = 0\n'
SEVERITY = {"family": '"gamma"', "response": '"amount"', "exposure": '"claims"'}
PREMIUM = {"family": '"tweedie"', "power": "1.5", "response": '"amount"'}


def free(found):
    """Coefficients that are not a base's."""
    return [one for one in found.coefficients if one.rows is None or one.error > 0]


def matrix(frame):
    return peers.design(frame, frame["area"] == "X", frame["area"] == "Y", np.log(frame["km"]))


def alike(found, theirs):
    assert [one.estimate for one in free(found)] == pytest.approx(theirs.params, rel=1e-7, abs=1e-7)
    assert [one.error for one in free(found)] == pytest.approx(theirs.bse, rel=1e-6)
    assert found.fit.deviance == pytest.approx(theirs.deviance, rel=1e-9)
    assert found.fit.pearson == pytest.approx(theirs.pearson_chi2, rel=1e-7)


def test_severity_is_that_of_statsmodels(policies, spec):
    claimed = policies.filter(pl.col("claims") > 0)
    family = sm.families.Gamma(sm.families.links.Log())
    theirs = peers.fitted(matrix(claimed), claimed["amount"], claimed["claims"].to_numpy(), family)
    found = model.fit(spec(CLAIMED + TERMS, **SEVERITY), policies)
    alike(found, theirs)
    assert found.fit.aic == pytest.approx(theirs.aic, rel=1e-9)


def test_pure_premium_is_that_of_statsmodels(policies, spec):
    family = sm.families.Tweedie(sm.families.links.Log(), var_power=1.5)
    theirs = peers.fitted(matrix(policies), policies["amount"], policies["years"].to_numpy(), family)
    found = model.fit(spec(TERMS, **PREMIUM), policies)
    alike(found, theirs)
    assert found.fit.aic == pytest.approx(theirs.aic, rel=1e-9)


@pytest.mark.parametrize("power", [1.2, 1.5, 1.9])
def test_the_density_of_amounts_is_that_of_the_compound_poisson_it_is(power):
    """Beside SciPy's Wright function, whose series it is."""
    chance = np.random.default_rng(5)
    r, w, phi = chance.gamma(2.0, 300.0, 50), chance.uniform(0.1, 4.0, 50), 100.0
    scale, a = phi / w, (2.0 - power) / (power - 1.0)
    x = ((power - 1.0) * scale / r) ** -a / ((2.0 - power) * scale)
    known = log_wright_bessel(a, 0.0, x) - np.log(r)
    assert tweedie.log_normaliser(power, r, w, phi) == pytest.approx(known, rel=1e-6)  # its own error


@pytest.mark.parametrize("phi", [1e-3, 1.0, 1e6])
def test_the_density_holds_from_no_claim_to_millions_of_them(phi):
    """At power 1.5 it is a Bessel function of the first order."""
    r, w = np.array([0.01, 3.0, 900.0, 1e7]), np.array([0.5, 1.0, 3.0, 2.0])
    root = 4.0 * np.sqrt(r) * w / phi  # twice the root of the series' argument
    known = np.log(root / 2.0) + np.log(ive(1, root)) + root - np.log(r)
    assert tweedie.log_normaliser(1.5, r, w, phi) == pytest.approx(known, rel=1e-9, abs=1e-9)


def test_pure_premium_is_that_of_glum(policies, spec):
    years = policies["years"].to_numpy()
    family = glum.TweedieDistribution(1.5)
    theirs = glum.GeneralizedLinearRegressor(family=family, link="log", alpha=0, gradient_tol=1e-12)
    theirs.fit(
        np.ascontiguousarray(matrix(policies)[:, 1:]), policies["amount"].to_numpy() / years, sample_weight=years
    )
    found = [one.estimate for one in free(model.fit(spec(TERMS, **PREMIUM), policies))]
    assert found == pytest.approx([theirs.intercept_, *theirs.coef_], rel=1e-6, abs=1e-6)


def test_frequency_times_severity_is_a_premium(policies, spec):
    """The identity of reference (b.3) on totals: what is expected sums up near what was paid."""
    number = model.predict(model.fit(spec(TERMS), policies), policies)
    claim = model.predict(model.fit(spec(CLAIMED + TERMS, **SEVERITY), policies), policies.with_columns(claims=1))
    assert (number * claim).sum() == pytest.approx(policies["amount"].sum(), rel=0.05)


def test_large_losses_are_capped_and_loaded(policies, spec):
    large = "[large_losses]\ncap = 1500\nload = true\n"
    capped = model.fit(spec(CLAIMED + TERMS + large, **SEVERITY), policies)
    claimed = policies.filter(pl.col("claims") > 0)
    kept = np.minimum(claimed["amount"], 1500.0 * claimed["claims"])
    assert capped.fit.observed == pytest.approx(kept.sum(), rel=1e-9)
    assert capped.fit.load == pytest.approx(claimed["amount"].sum() / kept.sum(), rel=1e-9)
    plain = model.fit(spec(CLAIMED + TERMS + large.replace("true", "false"), **SEVERITY), policies)
    loaded, bare = model.predict(capped, claimed).sum(), model.predict(plain, claimed).sum()
    assert loaded == pytest.approx(bare * capped.fit.load, rel=1e-12)


def test_a_gamma_wants_claims(policies, spec):
    with pytest.raises(ModelError, match=r"column 'amount': [\d,]+ of 4,000 rows are not above 0, as gamma wants"):
        model.fit(spec(TERMS, **SEVERITY | {"exposure": ""}), policies)


def test_offsets_of_amounts_are_factors_too(policies, spec):
    """A factor that is known, as an offset, is as a log term whose coefficient is held: beside statsmodels' offset."""
    known = policies.with_columns(factor=pl.col("km") / 20_000)
    family = sm.families.Tweedie(sm.families.links.Log(), var_power=1.5)
    years = policies["years"].to_numpy()
    area = peers.design(known, known["area"] == "X", known["area"] == "Y")
    theirs = peers.fitted(area, known["amount"], years, family, offset=np.log(known["factor"].to_numpy()))
    terms = TERMS[: TERMS.index('[[terms]]\ntype = "log"')]
    found = model.fit(spec(terms, offset='"factor"', **PREMIUM), known)
    assert [one.estimate for one in free(found)] == pytest.approx(theirs.params, rel=1e-7, abs=1e-7)
    assert [one.error for one in free(found)] == pytest.approx(theirs.bse, rel=1e-6)
    expected = model.predict(found, known)
    assert found.fit.aic == pytest.approx(theirs.aic, rel=1e-9)
    assert found.fit.fitted == pytest.approx(expected.sum(), rel=1e-12)
    assert found.fit.observed == pytest.approx(known["amount"].sum(), rel=1e-12)


def test_parts_merge_to_the_same_bit(policies, spec):
    asked = spec(CLAIMED + TERMS + "[large_losses]\ncap = 1500\nload = true\n", **SEVERITY)
    for one in (asked, spec(TERMS, **PREMIUM)):
        parts = [cells.build(one, policies.slice(start, 2_000)) for start in (2_000, 0)]
        assert model.refit(one, cells.merge(*parts)) == model.fit(one, policies)
