"""Poisson: coefficients, errors and figures of fit beside statsmodels, and the balance."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from pricing.models import cells, document, model

from . import peers

TERMS = """
[[terms]]
type = "categorical"
column = "age"
bands = [24, 39, 59]
base = "24-39"

[[terms]]
type = "log"
column = "km"

[[terms]]
type = "categorical"
column = "area"
base = "Z"
"""


@pytest.fixture(scope="module")
def ours(policies, spec):
    return model.fit(spec(TERMS), policies)


@pytest.fixture(scope="module")
def theirs(policies):
    age, area = policies["age"], policies["area"]
    bands = [age <= 24, (age > 39) & (age <= 59), age > 59]
    matrix = peers.design(policies, *bands, np.log(policies["km"]), area == "X", area == "Y")
    y, years = policies["claims"].to_numpy(), policies["years"].to_numpy()
    return sm.GLM(y, matrix, sm.families.Poisson(), offset=np.log(years)).fit(tol=1e-14)


def test_coefficients_and_standard_errors_are_those_of_statsmodels(ours, theirs):
    free = [one for one in ours.coefficients if one.rows is None or one.error > 0]
    assert [one.label for one in free] == ["", "<=24", "39-59", ">59", "", "X", "Y"]
    assert [one.estimate for one in free] == pytest.approx(theirs.params, rel=1e-9, abs=1e-9)
    assert [one.error for one in free] == pytest.approx(theirs.bse, rel=1e-9)


def test_deviance_aic_and_pearson_are_those_of_statsmodels(ours, theirs):
    assert ours.fit.deviance == pytest.approx(theirs.deviance, rel=1e-12)
    assert ours.fit.null_deviance == pytest.approx(theirs.null_deviance, rel=1e-9)
    assert ours.fit.aic == pytest.approx(theirs.aic, rel=1e-12)
    assert ours.fit.pearson == pytest.approx(theirs.pearson_chi2, rel=1e-10)
    assert ours.fit.phi == pytest.approx(theirs.pearson_chi2 / theirs.df_resid, rel=1e-10)


def test_what_is_fitted_sums_to_what_was_observed(ours, policies):
    expected = policies.with_columns(model.predict(ours, policies))
    assert expected["prediction"].sum() == pytest.approx(policies["claims"].sum(), rel=1e-11)
    for _, part in expected.group_by("area"):
        assert part["prediction"].sum() == pytest.approx(part["claims"].sum(), rel=1e-9)


def test_standard_errors_may_be_scaled_by_what_the_rows_vary(ours, policies, spec):
    scaled = model.fit(spec(TERMS, dispersion='"pearson"'), policies)
    for one, other in zip(ours.coefficients, scaled.coefficients, strict=True):
        assert other.estimate == one.estimate
        assert other.error == pytest.approx(one.error * ours.fit.phi**0.5, rel=1e-12)


def test_the_order_of_rows_and_their_parts_change_no_bit(ours, policies, spec):
    asked = spec(TERMS)
    assert model.fit(asked, policies.sample(fraction=1.0, shuffle=True, seed=5)) == ours
    parts = [cells.build(asked, policies.slice(start, 1_000)) for start in (3_000, 0, 1_000, 2_000)]
    assert model.refit(asked, cells.merge(*parts)) == ours


def test_cells_are_far_fewer_than_rows_where_terms_are_banded(policies, spec):
    made = cells.build(
        spec(TERMS.replace('type = "log"\ncolumn = "km"', 'type = "linear"\ncolumn = "claims"')), policies
    )
    assert made.frame.height < 100
    assert made.column("rows").sum() == policies.height


def test_everybody_at_the_mean_without_terms(policies, spec):
    found = model.fit(spec(), policies)
    assert np.exp(found.estimate("(intercept)")) == pytest.approx(policies["claims"].sum() / policies["years"].sum())
    assert found.fit.deviance == found.fit.null_deviance


def test_an_offset_is_a_factor_that_is_known(policies, spec):
    known = policies.with_columns((pl.col("km") / 20_000).alias("factor"), pl.col("years") * pl.col("km") / 20_000)
    by_offset = model.fit(
        spec(TERMS[: TERMS.index('[[terms]]\ntype = "log"')], offset='"factor"'),
        known.drop("years").with_columns(policies["years"]),
    )
    by_exposure = model.fit(spec(TERMS[: TERMS.index('[[terms]]\ntype = "log"')]), known)
    assert [one.estimate for one in by_offset.coefficients] == pytest.approx(
        [one.estimate for one in by_exposure.coefficients], abs=1e-9
    )


def test_shrinking_moves_levels_towards_the_base(policies, spec):
    free, shrunk = (model.fit(spec(TERMS, l2=l2), policies) for l2 in ("0", "200.0"))
    assert 0 < shrunk.estimate("age", "<=24") < free.estimate("age", "<=24")
    assert shrunk.fit.fitted == pytest.approx(shrunk.fit.observed, rel=1e-9)  # the intercept is not shrunk


def test_the_same_policies_in_any_order_give_the_same_file(policies, spec):
    told = [
        document.write(model.fit(spec(TERMS), frame), "", {})
        for frame in (policies, policies.sample(fraction=1.0, shuffle=True, seed=1).rechunk())
    ]
    assert told[0] == told[1]
