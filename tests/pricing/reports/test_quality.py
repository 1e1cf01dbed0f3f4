"""Quality: what a report of a model says of a portfolio whose truth is known."""

import re

import numpy as np
import polars as pl
import pytest

from pricing.models.model import fit
from pricing.models.reading import parse
from pricing.models.spec import ModelError
from pricing.monitoring.actual_expected import ratio
from pricing.reports import factors
from pricing.reports.changed import dislocation
from pricing.reports.judged import judge
from pricing.reports.page import page
from pricing.reports.quality import Beside, Chance, paper

SPEC = """
name = "{name}"
family = "{family}"
response = "{response}"
exposure = {{ column = "years" }}
"""
AREA = '[[terms]]\ntype = "categorical"\ncolumn = "area"\nbase = "B"\n'
AGE = '[[terms]]\ntype = "linear"\ncolumn = "age"\n'


def spec(name, *terms, family="poisson", response="claims"):
    return parse(SPEC.format(name=name, family=family, response=response) + "".join(terms), name)


@pytest.fixture(scope="module")
def rows():
    """6,000 rows of 2,000 policies: claims by area and age."""
    chance = np.random.default_rng(3)
    n = 6000
    area, age = chance.choice(["A", "B", "C"], n, p=[0.2, 0.5, 0.3]), chance.uniform(18, 80, n)
    years = chance.uniform(0.2, 1.0, n)
    rate = np.exp(-1.5 - 0.02 * (age - 50)) * np.where(area == "A", 1.6, np.where(area == "B", 1.0, 0.7))
    claims = chance.poisson(rate * years)
    cost = claims * chance.gamma(2.0, 500.0, n)
    frame = {"policy": np.arange(n) // 3, "area": area, "age": age, "years": years, "claims": claims, "cost": cost}
    return pl.DataFrame(frame).with_columns(premium=pl.Series(rate * years * 1000))


@pytest.fixture(scope="module")
def model(rows):
    return fit(spec("both", AREA, AGE), rows)


@pytest.fixture(scope="module")
def found(model, rows):
    return judge(model, rows, "policy")


def test_levels_have_exposure_relativity_and_an_exact_interval(found, rows):
    table = factors.factor(found, factors.drawn(found.model)[0])
    assert table["level"].to_list() == ["A", "B", "C"]
    assert table["base"].to_list() == [False, True, False]
    for row in table.iter_rows(named=True):
        own = rows.filter(pl.col("area") == row["level"])
        assert (row["exposure"], row["actual"]) == (pytest.approx(own["years"].sum()), own["claims"].sum())
        assert (row["ratio"], row["low"], row["high"]) == ratio(round(row["actual"]), row["expected"])
        assert row["fitted_low"] <= row["fitted"] <= row["fitted_high"]
    assert table["fitted"].to_list() == pytest.approx([1.6, 1.0, 0.7], rel=0.15)
    assert table["observed"][1] == 1.0


def test_a_number_is_drawn_in_parts_of_equal_exposure_around_its_mean(found):
    table = factors.factor(found, factors.drawn(found.model)[1])
    assert table.height == factors.PARTS
    weight, fitted = table["exposure"].to_numpy(), table["fitted"].to_numpy()
    assert float(weight @ fitted / weight.sum()) == pytest.approx(1.0)
    assert (np.diff(fitted) < 0).all()
    assert table["fitted_low"].null_count() == 0


def test_the_data_it_was_fitted_to_is_stable_and_another_is_not(found, model, rows):
    assert factors.stability(found).row(0)[2:] == (pytest.approx(0.0, abs=1e-12), "stable")
    moved = judge(model, rows.filter((pl.col("area") != "B") | (pl.col("age") > 70)))
    assert factors.stability(moved)["verdict"].to_list() == ["moved", "stable"]
    assert factors.stability(found)["psi"].to_list() == pytest.approx([0.0, 0.0], abs=1e-12)
    of_numbers = factors.stability(moved, found)
    assert of_numbers["factor"].to_list() == ["area", "age", "(prediction)"]
    assert factors.stability(found, found)["psi"].to_list() == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert of_numbers["psi"][1] > 0.05


def test_amounts_have_intervals_by_their_variance(rows):
    claimed = rows.filter(pl.col("claims") > 0).with_columns(years=pl.col("claims").cast(pl.Float64))
    gamma = judge(fit(spec("cost", AREA, family="gamma", response="cost"), claimed), claimed)
    (row,) = gamma.by(np.zeros(claimed.height, np.int64), 1).iter_rows(named=True)
    mean = gamma.model.fit.phi * float((gamma.exposure * gamma.rate**2).sum())
    assert row["high"] - row["ratio"] == pytest.approx(1.959964 * mean**0.5 / row["expected"], rel=1e-6)


def test_premiums_are_brought_to_the_total_in_force(found, rows):
    bands, extremes = dislocation(rows["premium"].to_numpy(), found.expected)
    table = bands.table.frame
    assert table["vehicles"].sum() == rows.height
    assert table["new"].sum() == pytest.approx(table["old"].sum(), rel=1e-6)
    assert extremes.table.frame["change"][1] == pytest.approx(table["most"].max(), abs=1e-6)


def test_what_a_model_is_worth_over_one_that_knows_less(found, rows):
    less = judge(fit(spec("area alone", AREA), rows), rows, "policy")
    beside = Beside(less, found, rows["premium"].to_numpy())
    made = paper(found, "rows.parquet", "policy", Chance(draws=25), beside)
    tables = made.frames()
    assert tables["value"]["proven"].all()
    assert set(tables["order"]["x-axis"]) == {"exposure", "policies"}
    assert tables["calibration"]["ratio"].is_between(0.7, 1.3).all()
    assert {"factor_1", "factor_2", "double_lift", "stability", "disruption", "coefficients"} <= set(tables)
    text = page(made)
    assert text == page(paper(found, "rows.parquet", "policy", Chance(draws=25), beside))
    ids = re.findall(r'id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert text.count("<svg") == text.count("<title id=") == text.count("<desc id=") == 9


@pytest.mark.parametrize("change", [{"by": "fleet"}, {"drop": "claims"}, {"zero": "years"}])
def test_what_is_wrong_with_the_data_is_told(model, rows, change):
    frame = rows.drop(change["drop"]) if "drop" in change else rows
    frame = frame.with_columns(pl.lit(0.0).alias("years")) if "zero" in change else frame
    with pytest.raises(ModelError, match=r"no column|no exposure"):
        judge(model, frame, change.get("by"))
