"""A model tells how the data it was fitted to lies over its numbers."""

import numpy as np
import polars as pl
import pytest

from pricing.models import document, model
from pricing.models.spec import ModelError
from pricing.models.spread import PARTS
from pricing.reports import factors, fitted
from pricing.reports.page import page

SPEC = """
name = "km"
family = "poisson"
response = "claims"
exposure = "years"
[[terms]]
type = "log"
column = "km"
[[terms]]
type = "categorical"
column = "area"
"""


@pytest.fixture(scope="module")
def found(policies):
    """A model as its file tells it."""
    made = model.fit(document.reading.parse(SPEC, "km"), policies)
    text = document.write(made, SPEC, {})
    assert document.read(text, "m.json") == made
    return document.read(text, "m.json")


def test_bins_hold_all_exposure_and_claims_once(found, policies):
    bins = found.bins["log(km)"]
    assert len(bins) == PARTS
    assert sum(one.rows for one in bins) == policies.height
    assert sum(one.weight for one in bins) == pytest.approx(policies["years"].sum(), rel=1e-12)
    assert sum(one.response for one in bins) == policies["claims"].sum()
    assert all(one.low <= one.mean <= one.high for one in bins)
    assert [one.low for one in bins[1:]] > [one.high for one in bins[:-1]]
    inside = policies.filter(pl.col("km").is_between(bins[3].low, bins[3].high))
    assert (bins[3].rows, bins[3].response) == (inside.height, inside["claims"].sum())
    assert max(one.weight for one in bins) < 2 * min(one.weight for one in bins)


def test_its_curve_has_the_error_of_its_coefficients_around_the_mean(found, policies):
    bins = found.bins["log(km)"]
    one = next(one for one in found.coefficients if one.term == "log(km)")
    x, weight = np.log([one.mean for one in bins]), np.array([one.weight for one in bins])
    expected = np.abs(x - weight @ x / weight.sum()) * one.error
    assert [one.error for one in bins] == pytest.approx(expected)
    curved = SPEC.replace('type = "log"', 'type = "polynomial"\ndegree = 2')
    (made,) = model.fit(document.reading.parse(curved, "km"), policies).bins.values()
    assert [one.mean for one in made] == [one.mean for one in bins]
    assert made[-1].error > made[PARTS // 2].error > 0


def test_its_own_page_has_exposure_and_what_was_observed_of_each_factor(found, policies):
    km, area = (factors.kept(found, term) for term in factors.drawn(found))
    assert km["exposure"].sum() == pytest.approx(policies["years"].sum())
    assert area.filter(pl.col("base"))["fitted"].item() == 1.0
    assert km["observed"].is_not_null().all()
    html = page(fitted.paper(found))
    assert html.count("<svg") == 2
    assert "AIC" in html


def test_a_file_of_an_earlier_version_is_refused(found):
    said = document.write(found, SPEC, {}).replace("tripmeter-model/2", "tripmeter-model/1")
    with pytest.raises(ModelError, match="not a model; expected what tripmeter fit has written"):
        document.read(said, "m.json")
